//! Creating and checking streams.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, RetentionPolicy};
use auraxis_nats::{
    ErrorKind,
    stream::{self, StreamSettings},
};

use crate::common::{NatsServer, ServerSettings, context, within};

fn settings() -> StreamSettings {
    StreamSettings { max_bytes: 10_000_000, ..StreamSettings::default() }
}

#[tokio::test]
async fn streams_are_created_once_and_kept_as_they_are() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;

    let streams = within(stream::ensure(&context, &settings())).await.unwrap();
    assert_eq!(streams.created, ["ps2-events", "ps2retry", "ps2dead"]);
    let again = within(stream::ensure(&context, &settings())).await.unwrap();
    assert_eq!(again.created, [""; 0]);

    let other = StreamSettings { duplicate_window: Duration::from_secs(7), ..settings() };
    let kept = within(stream::ensure(&context, &other)).await.unwrap();
    assert_eq!(kept.duplicate_window, Duration::from_mins(2), "the window of the stream, not the wanted one");

    let retry = context.get_stream(stream::RETRY).await.unwrap();
    assert_eq!(retry.cached_info().config.retention, RetentionPolicy::WorkQueue);
    assert_eq!(retry.cached_info().config.max_age, Duration::from_hours(7 * 24));
}

#[tokio::test]
async fn a_stream_that_cannot_be_used_is_refused_and_not_changed() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    let queue = Config {
        name: stream::EVENTS.into(),
        subjects: vec!["ps2.>".into()],
        retention: RetentionPolicy::WorkQueue,
        ..Config::default()
    };
    context.create_stream(&queue).await.unwrap();

    let error = within(stream::ensure(&context, &settings())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.to_string().contains("retention: work queue instead of limits"), "{error}");
    let kept = context.get_stream(stream::EVENTS).await.unwrap();
    assert_eq!(kept.cached_info().config.retention, RetentionPolicy::WorkQueue);
}

#[tokio::test]
async fn subjects_of_another_stream_and_a_store_that_is_too_small_are_named() {
    let settings_of_server = ServerSettings { max_store: Some(20_000_000), ..ServerSettings::default() };
    let Some(server) = NatsServer::with(settings_of_server) else { return };
    let context = context(&server).await;

    let large = StreamSettings { max_bytes: 1 << 30, ..StreamSettings::default() };
    let error = within(stream::ensure(&context, &large)).await.unwrap_err().to_string();
    assert!(error.contains("too little room") && error.contains("max_file_store"), "{error}");

    let other = Config { name: "other".into(), subjects: vec!["ps2.*.17.>".into()], ..Config::default() };
    context.create_stream(&other).await.unwrap();
    let error = within(stream::ensure(&context, &settings())).await.unwrap_err().to_string();
    assert!(error.contains("`ps2.>`") && error.contains("another stream has these subjects"), "{error}");
}
