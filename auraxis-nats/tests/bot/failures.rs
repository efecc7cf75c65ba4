//! Bots without a broker, and with one that fails.

use std::collections::BTreeSet;

use auraxis_core::{
    event::{Connected, Disconnected, Gap, GapCause, PlayerLogin},
    time::Timestamp,
};
use auraxis_nats::{FromNats as _, NatsSource, stream::EVENTS};
use auraxis_runtime::{Client, ErrorKind, Trigger};

use crate::{
    common::{NatsServer, ServerSettings, collect_log, eventually, free_port, logged, within},
    harness::*,
};

fn trigger() -> Trigger {
    Trigger::on::<PlayerLogin>().named("log").action(|_: PlayerLogin| {})
}

async fn error(source: NatsSource) -> String {
    let client = bot(source).trigger(trigger()).build().unwrap();
    let error = within(client.run()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_stop_the_client_with_what_to_do() {
    let client = Client::builder().service_id("s:test").durable("bot").trigger(trigger()).build().unwrap();
    let error_text = within(client.run()).await.unwrap_err().to_string();
    assert!(error_text.contains("add `--from URL`"), "{error_text}");

    let url = format!("nats://127.0.0.1:{}", free_port());
    let text = error(NatsSource::new(url.parse().unwrap()).durable("my bot")).await;
    assert!(text.contains("the durable name `my bot` is invalid; use 1 to 100 letters"), "{text}");
    let text = error(NatsSource::default().url("http://h")).await;
    assert!(text.contains("must begin with `nats://`"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_refuses_the_bot_is_an_error() {
    let user = Some(("me".to_owned(), "right".to_owned()));
    let Some(server) = NatsServer::with(ServerSettings { user, ..ServerSettings::default() }) else { return };
    let text = error(NatsSource::new(server.url_with("me:wrong").parse().unwrap())).await;
    assert!(text.contains("refused the login") && !text.contains("wrong"), "{text}");

    let server = NatsServer::with(ServerSettings { jetstream: false, ..ServerSettings::default() }).unwrap();
    let text = error(NatsSource::new(server.url().parse().unwrap())).await;
    assert!(text.contains("has no JetStream"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_of_somebody_else_is_not_touched() {
    let Some(broker) = Broker::start().await else { return };
    let stream = within(broker.context.get_stream(EVENTS)).await.unwrap();
    let config = async_nats::jetstream::consumer::pull::Config {
        durable_name: Some("bot".into()),
        ack_policy: async_nats::jetstream::consumer::AckPolicy::None,
        ..Default::default()
    };
    within(stream.create_consumer(config)).await.unwrap();
    let text = error(broker.source("bot")).await;
    assert!(text.contains("choose another durable name"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_waits_for_the_broker_and_for_a_relay() {
    collect_log();
    let port = free_port();
    let Some(mut server) = NatsServer::start() else { return };
    let source = NatsSource::new(format!("nats://127.0.0.1:{port}").parse().unwrap()).durable("early");
    let (client, running) = start(bot(source).trigger(trigger()));
    let waits = move || logged(&[&format!("127.0.0.1:{port}"), "trying again"]).len();
    eventually("it is reported", || waits() > 0).await;
    tokio::time::sleep(SECOND).await;
    assert_eq!(waits(), 1, "it is reported once");
    stop(&client, running).await;

    let source = NatsSource::new(server.url().parse().unwrap()).durable("early");
    let (client, running) = start(bot(source).trigger(trigger()));
    eventually("it is reported", || !logged(&["no stream `ps2-events`; start `auraxis-relay`"]).is_empty()).await;
    stop(&client, running).await;
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_server_is_killed_and_what_its_store_has_lost_is_reported() {
    collect_log();
    let Some(mut broker) = Broker::start().await else { return };
    let (log, signals) = (Log::new(), Log::new());
    let (connected, disconnected, gaps) = (signals.clone(), signals.clone(), signals.clone());
    let (client, running) = start(
        bot(broker.source("bot").ack_wait(2 * SECOND))
            .trigger(log_logins(&log))
            .trigger(
                Trigger::on::<Connected>()
                    .action(move |it: Connected| connected.add(format!("connected {}", it.count))),
            )
            .trigger(
                Trigger::on::<Disconnected>().action(move |_: Disconnected| disconnected.add("disconnected".into())),
            )
            .trigger(Trigger::on::<Gap>().action(move |gap: Gap| {
                assert_eq!((gap.cause, gap.from), (GapCause::Dropped, Timestamp(1_700_001_999)));
                gaps.add("gap".to_owned());
            })),
    );
    broker.logins(0..1_000);
    log.wait_for(10).await;
    broker.server.kill();
    broker.logins(1_000..2_000);
    tokio::time::sleep(SECOND / 2).await;
    broker.server.restart();
    let distinct = || log.all().into_iter().collect::<BTreeSet<_>>();
    eventually("all events are handled", || distinct().len() == 2_000).await;
    assert!(distinct().into_iter().eq(0..2_000));
    broker.all_acknowledged("bot").await;
    let before = log.len();

    broker.server.restart_empty();
    broker.logins(2_000..2_100);
    log.wait_for(before + 100).await;
    eventually("the gap is reported", || signals.all().iter().any(|signal| signal == "gap")).await;
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;
    assert_eq!(log.len(), before + 100);
    let expected = ["connected 1", "disconnected", "connected 2", "disconnected", "gap", "connected 3"];
    assert_eq!(signals.all(), expected);
    let reads = format!("reading from the broker at {} as `bot`", broker.server.url());
    assert_eq!(logged(&[&reads]).len(), 1, "only the first connection is told");
}
