//! Publishing while the broker behaves, and while it does not.

use std::time::{Duration, SystemTime};

use async_nats::jetstream::stream::Config;
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{Event, EventKind, GapCause, PlayerLogin, sample::Sample},
    id::{CharacterId, WorldId},
    message,
    scope::Scope,
    time::Timestamp,
};
use auraxis_nats::{
    Outgoing, PublishSender, Publisher, PublisherSettings,
    stream::{EVENTS, StreamSettings},
};

use crate::common::{
    NatsServer, ServerSettings, collect_log, context, eventually, free_port, header, ids, logged, messages,
    small_streams, within,
};

const START: i64 = 1_700_000_000;
const GRACE: Duration = Duration::from_secs(20);

fn settings() -> PublisherSettings {
    PublisherSettings { streams: small_streams(), ..PublisherSettings::default() }
}

/// Settings with which the broker, and so the backlog, remembers events for this time.
fn remembering(window: Duration) -> PublisherSettings {
    PublisherSettings { streams: StreamSettings { duplicate_window: window, ..small_streams() }, ..settings() }
}

async fn start(server: &NatsServer, settings: PublisherSettings) -> Publisher {
    within(Publisher::start(server.url().parse().unwrap(), Environment::Pc, settings)).await.unwrap()
}

/// The login of a character, in the second of its number.
fn login(number: u32) -> Outgoing {
    let event: Event = PlayerLogin::sample()
        .with(|login| {
            login.character_id = CharacterId(number.into());
            login.timestamp = Timestamp(START + i64::from(number));
            login.world_id = WorldId(1 + number % 2);
        })
        .into();
    let delivery = Delivery::new(SystemTime::now(), Origin::Live);
    Outgoing::new(Environment::Pc, &event, None, number.to_string(), &delivery).unwrap()
}

fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// Sends as fast as a busy stream does.
async fn send(sender: &PublishSender, range: std::ops::Range<u32>) {
    for number in range {
        sender.send(login(number));
        if number % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn two_publishers_of_the_same_events_make_one_stream_in_order() {
    let Some(server) = NatsServer::start() else { return };
    let (one, other) = (start(&server, settings()).await, start(&server, settings()).await);
    let (to_one, to_other) = (one.sender(), other.sender());
    tokio::join!(send(&to_one, 0..10_000), send(&to_other, 0..10_000));
    let (one, other) = tokio::join!(one.finish(GRACE), other.finish(GRACE));

    let stored = messages(&context(&server).await, EVENTS).await;
    assert_eq!(ids(&stored), numbers(0..10_000));
    assert_eq!((one.published, other.published), (10_000, 10_000));
    assert_eq!(one.duplicates + other.duplicates, 10_000);
    assert_eq!((one.dropped, one.backlog), (0, 0));

    let first = &stored[0];
    assert_eq!(first.subject.as_str(), "ps2.ps2.1.PlayerLogin");
    assert_eq!(header(first, "Auraxis-Origin").as_deref(), Some("live"));
    assert!(header(first, "Auraxis-Received-At").is_some() && header(first, "Auraxis-After-Gap").is_none());
    let (_, kind) = first.subject.rsplit_once('.').unwrap();
    let event = message::decode(kind, std::str::from_utf8(&first.payload).unwrap()).unwrap();
    assert_eq!(event.timestamp(), Some(Timestamp(START)));
}

#[tokio::test]
async fn nothing_is_missing_or_doubled_after_kills_of_the_server() {
    let Some(mut server) = NatsServer::start() else { return };
    let publisher = start(&server, settings()).await;
    let sender = publisher.sender();
    for round in 0..3 {
        let from = round * 3_000;
        send(&sender, from..from + 2_000).await;
        server.kill();
        send(&sender, from + 2_000..from + 3_000).await;
        server.restart();
    }
    let stats = publisher.finish(GRACE).await;
    assert_eq!(ids(&messages(&context(&server).await, EVENTS).await), numbers(0..9_000));
    assert_eq!((stats.dropped, stats.published), (0, 9_000));
    assert!(stats.sessions > 1, "{stats:?}");
}

#[tokio::test]
async fn a_store_that_was_emptied_gets_its_stream_again() {
    collect_log();
    let Some(mut server) = NatsServer::start() else { return };
    let publisher = start(&server, settings()).await;
    let sender = publisher.sender();
    send(&sender, 0..500).await;
    eventually("everything is confirmed", || sender.stats().published == 500).await;
    server.restart_empty();
    send(&sender, 500..1_000).await;
    let stats = publisher.finish(GRACE).await;
    assert_eq!(ids(&messages(&context(&server).await, EVENTS).await), numbers(500..1_000));
    assert_eq!(stats.published, 1_000);
    assert_eq!(logged(&[&format!("the broker at {} had lost the stream `ps2-events`", server.url())]).len(), 1);
}

#[tokio::test]
async fn a_stream_that_was_deleted_is_created_again_and_nothing_is_lost() {
    collect_log();
    let Some(server) = NatsServer::start() else { return };
    let publisher = start(&server, settings()).await;
    let context = context(&server).await;
    context.delete_stream(EVENTS).await.unwrap();
    send(&publisher.sender(), 0..500).await;
    let stats = publisher.finish(GRACE).await;
    assert_eq!(ids(&messages(&context, EVENTS).await), numbers(0..500));
    assert_eq!((stats.published, stats.dropped), (500, 0));
    let broker = server.url();
    assert_eq!(logged(&[&broker, "cannot publish", "the stream `ps2-events` is missing"]).len(), 1);
}

#[tokio::test]
async fn what_is_older_than_the_window_is_reported_as_a_gap() {
    let Some(mut server) = NatsServer::start() else { return };
    let publisher = start(&server, remembering(Duration::from_secs(2))).await;
    let sender = publisher.sender();
    send(&sender, 0..100).await;
    eventually("everything is confirmed", || sender.stats().published == 100).await;
    server.kill();
    send(&sender, 100..250).await;
    eventually("the first events are too old", || sender.stats().dropped == 150).await;
    send(&sender, 250..300).await;
    server.restart();
    let stats = publisher.finish(GRACE).await;

    let stored = messages(&context(&server).await, EVENTS).await;
    let ids = ids(&stored);
    assert_eq!((&ids[..100], &ids[101..]), (&numbers(0..100)[..], &numbers(250..300)[..]));
    assert_eq!(stored[100].subject.as_str(), "ps2.ps2.0.Gap");
    let text = std::str::from_utf8(&stored[100].payload).unwrap();
    let Ok(Event::Gap(gap)) = message::decode("Gap", text) else { panic!("not a gap: {text}") };
    assert_eq!((gap.from, gap.to), (Timestamp(START + 100), Some(Timestamp(START + 249))));
    assert_eq!((gap.cause, gap.estimated_lost), (GapCause::Dropped, Some(150)));
    assert_eq!(gap.worlds, [1, 2].map(WorldId).into_iter().collect());
    assert_eq!(gap.kinds, [EventKind::PlayerLogin].into_iter().collect());
    assert_eq!(stats.dropped, 150);
}

#[tokio::test]
async fn the_backlog_is_bounded_and_its_oldest_events_are_reported_as_a_gap() {
    let Some(mut server) = NatsServer::start() else { return };
    let publisher = start(&server, PublisherSettings { max_backlog: 50, ..settings() }).await;
    let sender = publisher.sender();
    server.kill();
    // What is in flight when the connection is lost is not dropped for others.
    eventually("the loss is noticed", || {
        sender.send(login(0));
        sender.stats().dropped > 0
    })
    .await;
    let before = sender.stats().dropped;
    send(&sender, 1..201).await;
    eventually("the backlog is full", || sender.stats().dropped >= before + 200).await;
    assert!(sender.stats().backlog <= 50, "{:?}", sender.stats());
    server.restart();
    let stats = publisher.finish(GRACE).await;

    let stored = messages(&context(&server).await, EVENTS).await;
    let ids = ids(&stored);
    assert_eq!(ids[1..], numbers(151..201));
    let text = std::str::from_utf8(&stored[0].payload).unwrap();
    let Ok(Event::Gap(gap)) = message::decode("Gap", text) else { panic!("not a gap: {text}") };
    assert_eq!(u64::from(gap.estimated_lost.unwrap()), stats.dropped);
    assert_eq!(gap.to, Some(Timestamp(START + 150)));
}

#[tokio::test]
async fn a_full_backlog_leaves_events_in_the_channel_while_others_are_in_flight() {
    let Some(server) = NatsServer::start() else { return };
    let publisher = start(&server, PublisherSettings { max_backlog: 50, ..settings() }).await;
    let sender = publisher.sender();
    server.pause(true);
    send(&sender, 0..3_000).await;
    server.pause(false);
    let stats = publisher.finish(GRACE).await;
    assert_eq!(ids(&messages(&context(&server).await, EVENTS).await), numbers(0..3_000));
    assert_eq!((stats.published, stats.dropped), (3_000, 0));
}

#[tokio::test]
async fn a_broker_that_hangs_costs_time_and_no_event() {
    collect_log();
    let Some(server) = NatsServer::start() else { return };
    let ack_timeout = Duration::from_millis(300);
    let publisher = start(&server, PublisherSettings { ack_timeout, ..settings() }).await;
    let sender = publisher.sender();
    send(&sender, 0..1_000).await;
    server.pause(true);
    send(&sender, 1_000..2_000).await;
    let broker = server.url();
    eventually("it is logged", || !logged(&[&broker, "events were not confirmed within 0.3 s"]).is_empty()).await;
    server.pause(false);
    let stats = publisher.finish(GRACE).await;
    assert_eq!(ids(&messages(&context(&server).await, EVENTS).await), numbers(0..2_000));
    assert_eq!((stats.published, stats.dropped), (2_000, 0));
}

#[tokio::test]
async fn a_broker_that_is_full_is_named_once_and_memory_is_bounded() {
    collect_log();
    let server = NatsServer::with(ServerSettings { max_store: Some(2_000_000), ..ServerSettings::default() });
    let Some(server) = server else { return };
    // Without a limit, a stream can fill its server.
    let unlimited = Config { name: EVENTS.into(), subjects: vec!["ps2.>".into()], ..Config::default() };
    let context = context(&server).await;
    context.create_stream(unlimited).await.unwrap();
    let publisher = start(&server, PublisherSettings { max_backlog: 1_000, ..settings() }).await;
    let sender = publisher.sender();
    send(&sender, 0..20_000).await;
    eventually("events are dropped", || sender.stats().dropped > 5_000).await;
    let stats = sender.stats();
    assert!(stats.backlog <= 1_000 + 512, "{stats:?}");
    let broker = server.url();
    assert!(stats.sessions > 2, "{stats:?}");
    let log = logged(&["auraxis_nats::publisher", &broker]);
    assert_eq!(log.len(), 2, "{log:#?}");
    assert!(log[1].contains("cannot publish to the broker") && log[1].contains("it is full"), "{log:#?}");

    // Room again.
    context.get_stream(EVENTS).await.unwrap().purge().await.unwrap();
    let stats = publisher.finish(GRACE).await;
    let stored = messages(&context, EVENTS).await;
    let gaps = stored.iter().filter(|message| message.subject.ends_with(".Gap")).count();
    assert!(gaps >= 1, "what was dropped is reported");
    assert_eq!((stats.backlog, sender.stats().backlog), (0, 0));
}

/// Publishes three events to a server that takes at most 5,000 bytes, of which the second has more.
async fn a_large_event_is_dropped_alone(server: &NatsServer) {
    let publisher = start(server, settings()).await;
    let sender = publisher.sender();
    sender.send(login(0));
    sender.send(Outgoing { payload: vec![b' '; 6_000].into(), ..login(1) });
    sender.send(login(2));
    let stats = publisher.finish(GRACE).await;
    let ids = ids(&messages(&context(server).await, EVENTS).await);
    assert_eq!((ids.len(), &ids[..2]), (3, &["0".to_owned(), "2".to_owned()][..]), "the third is the gap");
    assert_eq!((stats.dropped, stats.sessions), (1, 1));
}

#[tokio::test]
async fn an_event_that_is_too_large_is_dropped_alone() {
    let settings_of_server = ServerSettings { more: "max_payload: 5000\n".into(), ..ServerSettings::default() };
    let Some(server) = NatsServer::with(settings_of_server) else { return };
    a_large_event_is_dropped_alone(&server).await;
}

#[tokio::test]
async fn an_event_that_is_too_large_for_the_stream_is_dropped_alone() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    let small =
        Config { name: EVENTS.into(), subjects: vec!["ps2.>".into()], max_message_size: 5_000, ..Config::default() };
    context.create_stream(small).await.unwrap();
    a_large_event_is_dropped_alone(&server).await;
}

#[tokio::test]
async fn a_missing_permission_is_named_once() {
    collect_log();
    let more =
        "authorization { users: [ { user: me, password: x, permissions: { publish: { deny: [\"ps2.>\"] } } } ] }";
    let Some(server) = NatsServer::with(ServerSettings { more: more.into(), ..ServerSettings::default() }) else {
        return;
    };
    let broker = server.url_with("me:x").parse().unwrap();
    let publisher = within(Publisher::start(broker, Environment::Pc, settings())).await.unwrap();
    let sender = publisher.sender();
    send(&sender, 0..500).await;
    eventually("there were several attempts", || sender.stats().sessions > 4).await;
    let stats = publisher.finish(Duration::ZERO).await;
    let log = logged(&[&server.url()[..]]);
    assert_eq!(log.len(), 2, "{log:#?}");
    assert!(
        log[0].contains("publishing to the broker") && log[1].contains("Permissions Violation for Publish"),
        "{log:#?}"
    );
    assert_eq!((stats.published, stats.dropped), (0, 500));
}

#[tokio::test]
async fn what_was_dropped_is_reported_even_if_nothing_else_is_left() {
    let Some(mut server) = NatsServer::start() else { return };
    let publisher = start(&server, remembering(Duration::from_secs(1))).await;
    let sender = publisher.sender();
    server.kill();
    send(&sender, 0..100).await;
    eventually("all are too old", || sender.stats().dropped == 100).await;
    let restarted = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.restart();
    };
    tokio::join!(publisher.finish(GRACE), restarted);
    let stored = messages(&context(&server).await, EVENTS).await;
    assert_eq!(stored.iter().map(|message| message.subject.as_str()).collect::<Vec<_>>(), ["ps2.ps2.0.Gap"]);
}

#[tokio::test]
async fn two_publishers_of_the_same_events_make_one_stream_in_a_cluster() {
    collect_log();
    let Some(cluster) = NatsServer::cluster() else { return };
    let urls: Vec<_> = cluster.iter().map(NatsServer::url).collect();
    let settings = PublisherSettings { streams: StreamSettings { replicas: 3, ..small_streams() }, ..settings() };
    let start = |url: &str| Publisher::start(url.parse().unwrap(), Environment::Pc, settings.clone());
    let (one, other) = (within(start(&urls.join(","))).await.unwrap(), within(start(&urls[1])).await.unwrap());
    let (to_one, to_other) = (one.sender(), other.sender());
    tokio::join!(send(&to_one, 0..5_000), send(&to_other, 0..5_000));
    let (one, other) = tokio::join!(one.finish(GRACE), other.finish(GRACE));
    assert_eq!(ids(&messages(&context(&cluster[0]).await, EVENTS).await), numbers(0..5_000));
    assert_eq!((one.sessions, other.sessions), (1, 1), "{one:?} {other:?}");
    assert_eq!((one.published, other.published, one.duplicates + other.duplicates), (5_000, 5_000, 5_000));
}

#[tokio::test]
async fn a_broker_that_starts_later_gets_everything() {
    let Some(mut server) = NatsServer::start() else { return };
    server.kill();
    let publisher = start(&server, settings()).await;
    send(&publisher.sender(), 0..500).await;
    server.restart();
    assert_eq!(publisher.finish(GRACE).await.published, 500);
    assert_eq!(ids(&messages(&context(&server).await, EVENTS).await), numbers(0..500));
}

#[tokio::test]
async fn a_publisher_stops_in_time_without_its_broker() {
    let broker = format!("nats://127.0.0.1:{}", free_port()).parse().unwrap();
    let publisher = within(Publisher::start(broker, Environment::Pc, settings())).await.unwrap();
    let sender = publisher.sender();
    send(&sender, 0..10).await;
    let stats = within(publisher.finish(Duration::from_millis(300))).await;
    assert_eq!((stats.dropped, stats.published, stats.backlog), (10, 0, 0));
    sender.send(login(11));
    assert_eq!(sender.stats().dropped, 11, "nobody takes it any more");
}

#[tokio::test]
async fn a_broker_that_cannot_be_used_is_an_error_at_the_start() {
    let user = Some(("me".to_owned(), "hunter2".to_owned()));
    let Some(server) = NatsServer::with(ServerSettings { user, ..ServerSettings::default() }) else { return };
    let broker = server.url_with("me:wrong").parse().unwrap();
    let error = within(Publisher::start(broker, Environment::Pc, settings())).await.unwrap_err();
    assert_eq!(error.kind(), auraxis_nats::ErrorKind::Refused);
}

#[tokio::test]
async fn a_time_without_any_relay_is_reported_as_a_gap_by_the_next_one() {
    let Some(server) = NatsServer::start() else { return };
    let publish = async |events: &[(u32, u64)]| {
        let publisher = start(&server, settings()).await;
        for &(number, seconds) in events {
            // The game's clock, by which events have timestamps, does not matter.
            let event = PlayerLogin::sample().with(|login| login.character_id = CharacterId(number.into()));
            let delivery = Delivery::new(SystemTime::now() + Duration::from_secs(seconds), Origin::Live);
            let event = Event::from(event);
            let message = Outgoing::new(Environment::Pc, &event, None, number.to_string(), &delivery);
            publisher.sender().send(message.unwrap());
        }
        publisher.finish(GRACE).await
    };
    let gaps = async || {
        let stored = messages(&context(&server).await, EVENTS).await;
        let gaps = stored.iter().filter(|message| message.subject.ends_with(".Gap"));
        gaps.map(|message| message::decode("Gap", std::str::from_utf8(&message.payload).unwrap()).unwrap())
            .collect::<Vec<_>>()
    };
    // There was no relay before the first one, as far as bots are concerned, and the second one takes over in time.
    publish(&[(1, 0), (2, 100)]).await;
    publish(&[(3, 5), (4, 100)]).await;
    assert!(gaps().await.is_empty());
    publish(&[(5, 60), (6, 100)]).await;
    let gaps = gaps().await;
    let [Event::Gap(gap)] = &gaps[..] else { panic!("{gaps:?}") };
    let seconds = gap.to.unwrap().0 - gap.from.0;
    assert!((55..=61).contains(&seconds), "{seconds}");
    assert!(gap.worlds == Scope::All && gap.kinds.is_all() && gap.estimated_lost.is_none(), "{gap:?}");
}
