//! Replays compared to live runs: the signals and their order, and the end.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    future::pending,
    time::{Duration, Instant},
};

use auraxis_core::event::*;
use auraxis_runtime::{Client, ClientBuilder, Shutdown, Speed, Trigger, TriggerBuilder};
use common::*;
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpListener, time::sleep};
use tokio_tungstenite::{accept_async, tungstenite::Message};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// When recordings begin, in seconds since the Unix epoch.
const START: i64 = 1_700_000_000;

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

/// A recording with one login per second.
fn recording_of(name: &str, logins: u64) -> Recording {
    let line = |second: u64| {
        let frame = login(second).to_frame().replace('"', "\\\"");
        format!(r#"{{"at_ms":{},"link":0,"frame":"{frame}"}}"#, 1_000 * (START.unsigned_abs() + second))
    };
    Recording::of(name, (0..logins).map(line))
}

fn replay(recording: &Recording) -> ClientBuilder {
    recording.replay(Speed::Max).grace(SECOND / 5)
}

/// Logs all signals with their times, and logins.
fn follow(client: &Client, log: &Log<(&'static str, i64)>) {
    macro_rules! follow {
        ($($event:ident)*) => {$(
            let handler = log.handler(|it: $event| (stringify!($event), it.timestamp.0));
            client.add(Trigger::on::<$event>().action(handler)).unwrap();
        )*};
    }
    follow! { Started Connected Disconnected RunsAborted Stopping }
    client.add(on().action(log.handler(|_| ("PlayerLogin", 0)))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_dispatches_the_same_signals_as_the_live_run_in_the_same_order() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/streaming", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        socket.next().await.unwrap().unwrap();
        for character in 1..=3 {
            socket.send(Message::text(login(character).to_frame())).await.unwrap();
        }
        while let Some(Ok(_)) = socket.next().await {}
    });
    let live_log = Log::new();
    let stuck = |client: &Client| client.add(on().named("stuck").action(|_: PlayerLogin| pending::<()>())).unwrap();
    let recording = Recording::new("order", "");
    let path = Recording::path_of("order");
    let live = Client::builder().ess_url(&url).record(path).grace(SECOND / 5).build().unwrap();
    follow(&live, &live_log);
    stuck(&live);
    let run = tokio::spawn({
        let live = live.clone();
        async move { live.run().await }
    });
    within(live.wait_ready()).await.unwrap();
    until(|| live_log.len() == 5).await;
    live.shutdown();
    within(run).await.unwrap().unwrap();
    within(server).await.unwrap();
    let names = |log: &Log<(&'static str, i64)>| log.take().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let reported = names(&live_log);
    assert_eq!(reported.first(), Some(&"Started"));
    assert_eq!(reported[reported.len() - 3..], ["Disconnected", "RunsAborted", "Stopping"]);

    let (replayed, log) = (replay(&recording).build().unwrap(), Log::new());
    follow(&replayed, &log);
    stuck(&replayed);
    within(replayed.run()).await.unwrap();
    assert_eq!(names(&log), reported);
}

#[tokio::test]
async fn signals_of_a_replay_have_the_times_of_the_recording() {
    let (recording, log) = (recording_of("times", 10), Log::new());
    let client = replay(&recording).build().unwrap();
    follow(&client, &log);
    within(client.run()).await.unwrap();
    let reported: Vec<_> = log.take().into_iter().filter(|(name, _)| *name != "PlayerLogin").collect();
    let expected = [("Started", START), ("Connected", START), ("Disconnected", START + 9), ("Stopping", START + 9)];
    assert_eq!(reported, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_ready_returns_in_a_replay() {
    let recording = recording_of("ready", 3);
    for _ in 0..50 {
        let (client, log) = (replay(&recording).build().unwrap(), Log::new());
        let waits = {
            let log = log.clone();
            move |_: Started, client: Client| {
                let log = log.clone();
                async move { log.add(client.wait_ready().await.is_ok()) }
            }
        };
        client.add(Trigger::on::<Started>().action(waits)).unwrap();
        let waiting = tokio::spawn({
            let client = client.clone();
            async move { client.wait_ready().await }
        });
        within(client.run()).await.unwrap();
        within(waiting).await.unwrap().unwrap();
        assert_eq!(log.take(), [true]);
    }
}

#[tokio::test]
async fn handlers_that_sleep_at_the_end_of_a_replay_take_no_real_time() {
    let recording = recording_of("sleep", 3);
    let (client, log) = (recording.replay(Speed::Max).grace(5 * SECOND).build().unwrap(), Log::new());
    let sleeps = |name: &'static str, time: Duration| {
        let log = log.clone();
        move || {
            let log = log.clone();
            async move {
                sleep(time).await;
                log.add(name);
            }
        }
    };
    let (login, disconnected, stopping) = (sleeps("login", HOUR), sleeps("gone", HOUR), sleeps("stopping", HOUR));
    client.add(on().single_shot().action(move |_: PlayerLogin| login())).unwrap();
    client.add(Trigger::on::<Disconnected>().action(move |_: Disconnected| disconnected())).unwrap();
    client.add(Trigger::on::<Stopping>().action(move |_: Stopping| stopping())).unwrap();
    let start = Instant::now();
    within(client.run()).await.unwrap();
    assert_eq!(log.take(), ["login", "gone", "stopping"]);
    assert!(start.elapsed() < 5 * SECOND, "three hours, and the grace period: {:?}", start.elapsed());
}

#[tokio::test]
async fn stuck_handlers_do_not_block_the_end_of_a_replay() {
    const LOGINS: u64 = 20_000;

    let recording = recording_of("stuck", LOGINS);
    let client = replay(&recording).build().unwrap();
    let (aborted, dropped, last) = (Log::new(), Log::new(), Log::new());
    let reported = aborted.handler(|it: RunsAborted| (it.trigger.to_string(), it.runs, it.events));
    client.add(Trigger::on::<RunsAborted>().action(reported)).unwrap();
    client.add(Trigger::on::<Overflow>().action(dropped.handler(|it: Overflow| (it.trigger, it.dropped)))).unwrap();
    let seen = aborted.clone();
    client.add(Trigger::on::<Stopping>().action(last.handler(move |_| seen.len()))).unwrap();
    let awaits = |_: PlayerLogin, shutdown: Shutdown| async move { shutdown.requested().await };
    let obeys = client.add(on().named("obeys").sequential().action(awaits)).unwrap();
    let waits = |_: PlayerLogin, client: Client| async move { client.wait_for(Trigger::on::<PlayerLogout>()).await };
    let waits = client
        .add(on().named("waits").action(move |login, client| {
            let waits = waits(login, client);
            async move { waits.await.map(drop) }
        }))
        .unwrap();
    let ordered = client.add(on().named("ordered").sequential().action(|_: PlayerLogin| pending::<()>())).unwrap();
    within(client.run()).await.unwrap();
    let (mut aborted, dropped) = (aborted.take(), dropped.take());
    aborted.sort();
    assert_eq!(last.take(), [aborted.len()], "all are reported before the end");
    let aborted_of = |name: &str| -> Vec<_> { aborted.iter().filter(|(trigger, ..)| trigger == name).collect() };
    assert_eq!(aborted_of("ordered"), [&("ordered".to_owned(), 1, 16_384)]);
    for handle in [&obeys, &waits, &ordered] {
        let stats = handle.stats();
        let reported: u64 = dropped.iter().filter(|(name, _)| **name == *handle.name()).map(|(_, count)| count).sum();
        let unrun: u64 = aborted_of(handle.name()).iter().map(|(_, _, events)| events).sum();
        assert_eq!(stats.received, LOGINS, "{}", handle.name());
        assert_eq!(reported, stats.dropped, "{}: {stats}", handle.name());
        assert_eq!(stats.started + stats.dropped + unrun, LOGINS, "{}: nothing is lost silently", handle.name());
    }
}
