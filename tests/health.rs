//! `Client::health`: links, worlds, gaps, duplicates and lag of clients that run.
#![allow(clippy::unwrap_used)] // Helpers of tests.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis::{
    Client,
    health::{Health, LinkState},
    prelude::*,
    source::{Batch, Feed, Running, Source},
};
use auraxis_sim::{Script, Sim};
use tokio::time::sleep;

mod common;

use common::{Diary, client, death, start, stop, until, within};

/// Sends batches at their times, in milliseconds since the start.
struct Scripted(Vec<(u64, Batch)>);

impl Source for Scripted {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let mut passed = 0;
            for (at, batch) in self.0 {
                sleep(Duration::from_millis(at - passed)).await;
                passed = at;
                feed.send(batch).await;
            }
            Ok(())
        })
    }
}

fn batch(link: u32, frames: &[&str]) -> Batch {
    let mut batch = Batch::new(link);
    for frame in frames {
        batch.text(*frame);
    }
    batch
}

fn connected(link: u32) -> Batch {
    let mut batch = Batch::new(link);
    batch.connected(1);
    batch
}

fn heartbeat(online: bool) -> String {
    format!(
        r#"{{"online":{{"EventServerEndpoint_Connery_1":"{online}","EventServerEndpoint_1000_Genudine_1001_Palos":"true"}},"service":"event","type":"heartbeat"}}"#
    )
}

fn deaths() -> Trigger {
    Trigger::on::<Death>().named("deaths").action(|_: Death| {})
}

async fn healthy(client: &Client, what: &str, holds: impl Fn(&Health) -> bool) -> Health {
    until(&format!("{what}: {:?}", client.health()), || holds(&client.health())).await;
    client.health()
}

/// Six batches with this frame, alternating with those of another link.
fn beats(link: u32, frame: &str) -> impl Iterator<Item = (u64, Batch)> {
    (0..6).map(move |at| (20 * at + 10 * u64::from(link), batch(link, &[frame])))
}

/// Captures the log of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(String::from).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn links_worlds_duplicates_and_lag_are_shown() {
    let sim = Sim::builder()
        .rate(100.0)
        .war_start(Timestamp::now())
        .heartbeat(Duration::from_millis(100))
        .start()
        .await
        .unwrap();
    let client = client(&sim).redundancy(2).trigger(Trigger::on::<Event>().action(|_: Event| {})).build().unwrap();
    assert_eq!(client.health().to_string(), "not running");
    assert!(!client.health().is_healthy());
    let run = start(&client).await;
    let health = healthy(&client, "two links, worlds and duplicates", |health| {
        let up = health.links.iter().filter(|link| link.state == LinkState::Up).count();
        up == 2
            && health.duplicates > 0
            && health.events_per_second > 0.0
            && health.worlds.iter().any(|world| world.online == Some(true))
    })
    .await;
    assert!(health.is_healthy(), "{:?}", health.problems());
    assert_eq!(health.links.len(), 2, "{health:?}");
    for link in &health.links {
        let address = link.address.as_deref().unwrap();
        assert!(sim.ess_url().starts_with(address) && !address.contains(['?', '=']), "{address}");
        assert!(link.connections == 1 && link.last_frame.is_some() && link.last_event.is_some(), "{link:?}");
    }
    let active = health.worlds.iter().find(|world| world.events > 0).unwrap();
    assert!(active.name.is_some() && active.last_event.is_some() && !active.is_silent, "{active:?}");
    let lag = health.lag.unwrap();
    assert!(lag.count > 0 && lag.count <= health.events && lag.p50 <= lag.p99 && lag.p99 <= lag.max, "{lag:?}");
    assert!(lag.p50 < Duration::from_secs(30), "{lag:?}");
    assert!(health.to_string().starts_with("2 links up, "), "{health}");
    stop(&client, run).await;
    let health = client.health();
    assert!(health.links.iter().all(|link| link.state == LinkState::Closed), "{health:?}");
    assert!(health.events > 0, "{health:?}");
}

#[tokio::test]
async fn a_lost_link_is_a_problem_and_a_gap_until_it_is_back() {
    let sim = common::quiet().await;
    let client = client(&sim).trigger(deaths()).build().unwrap();
    let run = start(&client).await;
    healthy(&client, "a link", Health::is_healthy).await;
    sim.refuse(true);
    sim.drop_connections();
    let health = healthy(&client, "a gap", |health| !health.open_gaps.is_empty()).await;
    assert_eq!(health.links[0].state, LinkState::Down);
    assert!(health.problems()[0].message.starts_with("link 0 is down since "), "{:?}", health.problems());
    assert_eq!((health.gaps.disconnected, health.gaps.total()), (1, 1));
    assert!(health.to_string().starts_with("0 links up, 1 down, "), "{health}");
    sim.refuse(false);
    let health = healthy(&client, "another connection", Health::is_healthy).await;
    assert_eq!((health.open_gaps.len(), health.gaps.disconnected, health.links[0].connections), (0, 1, 2));
    stop(&client, run).await;
}

#[tokio::test]
async fn drift_is_counted_as_a_gap() {
    let script: Script = "at 1s forget event Death".parse().unwrap();
    let sim = Sim::builder().rate(0.0).faults(script).start().await.unwrap();
    let client = client(&sim).verify_interval(Duration::from_millis(500)).trigger(deaths()).build().unwrap();
    let run = start(&client).await;
    let health = healthy(&client, "drift", |health| health.gaps.drift > 0 && health.open_gaps.is_empty()).await;
    assert!(health.is_healthy(), "it was repaired: {:?}", health.problems());
    stop(&client, run).await;
}

#[tokio::test]
async fn a_link_that_no_trigger_needs_is_not_missed() {
    let sim = common::quiet().await;
    let client = client(&sim).linger(Duration::ZERO).trigger(deaths()).build().unwrap();
    let run = start(&client).await;
    client.remove("deaths").unwrap();
    let health = healthy(&client, "no link", |health| health.links[0].state == LinkState::Closed).await;
    assert!(health.is_healthy(), "{:?}", health.problems());
    stop(&client, run).await;
}

#[tokio::test]
async fn servers_that_disagree_about_a_world_do_not_make_it_flap() {
    let (online, offline) = (heartbeat(true), heartbeat(false));
    let mut second: Vec<_> = std::iter::once((0, connected(1))).chain(beats(1, &offline)).collect();
    let mut closed = Batch::new(0);
    closed.disconnected("closed", None);
    let mut first: Vec<_> = std::iter::once((0, connected(0))).chain(beats(0, &online)).collect();
    first.push((300, closed));
    second.push((600, batch(1, &[&offline])));
    let changes = Diary::default();
    let noting = changes.clone();
    let client = Client::builder()
        .source(Scripted(first))
        .source(Scripted(second))
        .trigger(
            Trigger::on::<WorldStateChanged>()
                .worlds([WorldId::OSPREY])
                .action(move |changed: WorldStateChanged| noting.note(changed.online)),
        )
        .build()
        .unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(changes.read(), ["true", "false"], "offline only when the other link is closed");
    let states: Vec<_> = client.health().worlds.iter().map(|world| (world.world.0, world.online)).collect();
    assert_eq!(states, [(1, Some(false)), (1000, Some(true)), (1001, Some(true))]);
}

#[tokio::test]
async fn late_and_early_events_and_parse_errors_are_counted() {
    let now = Timestamp::now().0;
    let frames = [death(1, 2, now, 1), death(1, 2, now - 3600, 1), death(1, 2, now + 3600, 1), "{}".into()];
    let frames = frames.each_ref().map(String::as_str);
    let source = Scripted(vec![(0, connected(7)), (0, batch(7, &frames))]);
    let client = Client::builder().source(source).trigger(deaths()).build().unwrap();
    within(client.run()).await.unwrap();
    let health = client.health();
    assert_eq!((health.events, health.late_events, health.early_events, health.parse_errors), (3, 1, 1, 1));
    assert_eq!(health.lag.unwrap().count, 3);
    assert_eq!((health.links[0].number, health.links[0].address.clone()), (7, None));
    assert_eq!((health.worlds[0].world, health.worlds[0].events), (WorldId::OSPREY, 3));
}

#[tokio::test]
async fn dropped_events_are_counted() {
    let frames: Vec<_> = (0..10).map(|victim| death(1, victim, 1, 1)).collect();
    let frames: Vec<_> = frames.iter().map(String::as_str).collect();
    let slow = Trigger::on::<Death>().concurrency(1).queue(0).action(async |_: Death| {
        sleep(Duration::from_millis(100)).await;
    });
    let client = Client::builder().source(Scripted(vec![(0, batch(0, &frames))])).trigger(slow).build().unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(client.health().dropped_events, 9, "{:?}", client.health());
}

#[tokio::test(start_paused = true)]
async fn one_line_per_minute_is_logged_while_events_arrive() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let frame = death(1, 2, Timestamp::now().0, 1);
    let mut script = vec![(0, connected(0))];
    script.extend((1..=150).map(|second| (second * 1000, batch(0, &[&frame]))));
    // Nothing is logged while nothing arrives.
    script.push((1_000_000, batch(0, &[])));
    let client = Client::builder().source(Scripted(script)).trigger(deaths()).build().unwrap();
    client.run().await.unwrap();
    let lines: Vec<_> =
        log.lines().into_iter().filter(|line| line.contains("1 link up, 1 world, 1 events/s")).collect();
    assert_eq!(lines.len(), 2, "{:#?}", log.lines());
    assert!(lines[0].contains(" INFO ") && lines[0].contains("0 gaps open"), "{}", lines[0]);
    assert!(client.health().uptime >= Duration::from_secs(1000));
}

#[cfg(feature = "replay")]
#[tokio::test]
async fn a_replay_has_a_health_too() {
    let folder = std::env::temp_dir().join(format!("auraxis-health-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("war.ndjson");
    let line = |second: i64| {
        let frame = serde_json::to_string(&death(1, 2, 1_000 + second, 10)).unwrap();
        format!("{{\"at_ms\":{},\"link\":0,\"frame\":{frame}}}\n", (1_000 + second) * 1000 + 700)
    };
    std::fs::write(&path, (0..100).map(line).collect::<String>()).unwrap();
    let client = Client::builder().replay([&path]).trigger(deaths()).build().unwrap();
    within(client.run()).await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let health = client.health();
    assert_eq!((health.events, health.late_events, health.worlds[0].world), (100, 0, WorldId::WAINWRIGHT));
    let lag = health.lag.unwrap();
    assert_eq!((lag.max, lag.p50), (Duration::from_millis(700), Duration::from_millis(700)));
    assert!(health.uptime >= Duration::from_secs(99), "the time of the recording: {:?}", health.uptime);
}
