//! Ends that come early, late, or not at all.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auraxis_core::event::*;
use auraxis_runtime::{
    Client, ErrorKind, OverflowPolicy, Shutdown, Speed, Trigger, TriggerBuilder, TriggerHandle,
    source::{Batch, Feed, Running, Source},
};
use common::*;
use tokio::{runtime::Handle, time::sleep};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

#[tokio::test]
async fn after_a_run_that_could_not_start_nothing_hangs_and_nothing_is_kept() {
    let owned = Arc::new(());
    let client = offline().record("/nowhere/at/all.ndjson").build().unwrap();
    let captured = Arc::clone(&owned);
    client.add(on().action(move |_: PlayerLogin, _: Client| drop(Arc::clone(&captured)))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(client.run().await.unwrap_err().kind(), ErrorKind::Recording);
    assert_eq!(within(client.dispatch(login(2))).await.unwrap_err().kind(), ErrorKind::State);
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_run_that_would_wait_for_itself_gets_an_error() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let again = move |login: PlayerLogin, client: Client| {
        let result = Handle::current().block_on(client.dispatch(common::login(login.character_id.0 + 1)));
        seen.add(result.map_err(|error| error.kind()));
    };
    client.add(on().blocking().sequential().queue(0).overflow(OverflowPolicy::Block).action(again)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    until(|| log.len() == 1).await;
    assert_eq!(log.take(), [Err(ErrorKind::State)]);
}

#[tokio::test]
async fn a_handler_may_dispatch_more_than_there_is_room_for_before_the_client_runs() {
    let (client, seen) = (client(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&seen);
    client
        .add(on().action(move |_: PlayerLogin| {
            counted.fetch_add(1, Ordering::Relaxed);
        }))
        .unwrap();
    let many = |_: Death, client: Client| async move {
        let all = (0..3_000).map(|number| client.dispatch(login(number)));
        futures_util::future::join_all(all).await;
    };
    client.add(Trigger::on::<Death>().action(many)).unwrap();
    within(client.dispatch(death(&[]))).await.unwrap();
    until(|| seen.load(Ordering::Relaxed) == 3_000).await;
}

#[tokio::test]
async fn a_replay_ends_though_a_queue_waits_for_the_end_and_somebody_for_an_answer() {
    let recording = Recording::of("mutual", [login(1).to_frame(), login(2).to_frame(), death(&[]).to_frame()]);
    let client = recording.replay(Speed::Max).grace(SECOND / 2).build().unwrap();
    let wait = |_: PlayerLogin, shutdown: Shutdown| async move { shutdown.requested().await };
    let waits = client.add(on().sequential().action(wait)).unwrap();
    let answer = |_: Death, client: Client| async move { client.real_time(sleep(SECOND / 5)).await };
    client.add(Trigger::on::<Death>().action(answer)).unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(waits.stats().started, 2, "the second has its turn when the first sees the end");
}

#[tokio::test]
async fn a_replay_gives_what_it_holds_to_triggers_with_small_queues() {
    for queue in [0, 1] {
        let logins = (0..100).map(|number| login(number).to_frame());
        let recording = Recording::of(&format!("small-{queue}"), logins);
        let client = recording.replay(Speed::Max).grace(SECOND).build().unwrap();
        // Longer in all than the grace period, in the time of the recording.
        let slow = client.add(on().sequential().queue(queue).action(|_: PlayerLogin| sleep(SECOND))).unwrap();
        within(client.run()).await.unwrap();
        assert_eq!((slow.stats().started, slow.stats().dropped), (100, 0), "queue = {queue}");
    }
}

#[tokio::test]
async fn what_a_removed_trigger_gives_up_is_told() {
    let (client, log) = (offline().grace(SECOND / 10).build().unwrap(), Log::new());
    client.add(Trigger::on::<RunsAborted>().action(log.handler(|it: RunsAborted| it.trigger.to_string()))).unwrap();
    let hangs = |_: Started, trigger: TriggerHandle, client: Client| async move {
        trigger.remove();
        client.shutdown();
        pending::<()>().await;
    };
    client.add(Trigger::on::<Started>().named("hangs").action(hangs)).unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(log.take(), ["hangs"]);
}

#[tokio::test]
async fn stopping_comes_after_everything_else() {
    let (client, log) = (client(), Log::new());
    let fail_late = |_: Started, client: Client| async move {
        client.shutdown();
        sleep(SECOND / 20).await;
        Err::<(), _>(std::io::Error::other("too late"))
    };
    client.add(Trigger::on::<Started>().action(fail_late)).unwrap();
    let seen = log.clone();
    let slow = move |_: TriggerFailed| {
        let seen = seen.clone();
        async move {
            sleep(SECOND / 20).await;
            seen.add("failed");
        }
    };
    client.add(Trigger::on::<TriggerFailed>().action(slow)).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_| "stopping"))).unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(log.take(), ["failed", "stopping"]);
}

#[test]
fn a_handler_that_blocks_after_a_wait_is_named_at_the_end() {
    let (started, _never) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let error = runtime.block_on(async {
        let client = offline().grace(SECOND / 5).build().unwrap();
        let block = move |_: Started, client: Client| {
            let started = started.clone();
            async move {
                tokio::task::yield_now().await;
                client.shutdown();
                let _ = started.send(());
                std::thread::sleep(100 * SECOND);
            }
        };
        client.add(Trigger::on::<Started>().named("blocks").action(block)).unwrap();
        within(client.run()).await.unwrap_err()
    });
    runtime.shutdown_background();
    assert_eq!(error.kind(), ErrorKind::Stuck);
    assert!(error.to_string().contains("`blocks` (") && error.to_string().contains("to return"), "{error}");
}

/// Says the same until nobody listens.
struct Parrot;

impl Source for Parrot {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let mut batch = Batch::new(7);
            batch.connected(1);
            while feed.send(batch).await {
                batch = Batch::new(7);
                batch.text(login(1).to_frame());
            }
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_source_of_ones_own_feeds_triggers_after_started_and_ends_with_the_client() {
    let (client, log) = (Client::builder().source(Parrot).build().unwrap(), Log::new());
    client.add(Trigger::on::<Started>().action(log.handler(|_| "started"))).unwrap();
    client.add(Trigger::on::<Connected>().action(log.handler(|_| "connected"))).unwrap();
    let seen = log.clone();
    let first = on().single_shot().action(move |_: PlayerLogin, client: Client| {
        seen.add("login");
        client.shutdown();
    });
    client.add(first).unwrap();
    let start = std::time::Instant::now();
    within(client.run()).await.unwrap();
    assert_eq!(log.take(), ["started", "connected", "login"]);
    assert!(start.elapsed() < 8 * SECOND, "the grace period is for what does not end");
}

struct Broken;

impl Source for Broken {
    fn run(self: Box<Self>, _: Feed) -> Running {
        Box::pin(async { panic!("a panic of the source's own") })
    }
}

#[tokio::test]
async fn a_source_that_panics_ends_the_client_with_an_error() {
    let error = within(Client::builder().source(Broken).build().unwrap().run()).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::State, "a source panicked"));
}

#[tokio::test]
async fn a_second_run_of_a_replay_is_an_error_and_leaves_the_first_alone() {
    let recording = Recording::of("twice", (0..50).map(|number| login(number).to_frame()));
    let client = recording.replay(Speed::Max).build().unwrap();
    let slow = |_: PlayerLogin, client: Client| async move { client.real_time(sleep(SECOND / 100)).await };
    let handle = client.add(on().sequential().queue(1).action(slow)).unwrap();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    until(|| handle.stats().started > 2).await;
    assert_eq!(client.run().await.unwrap_err().kind(), ErrorKind::State);
    within(first).await.unwrap().unwrap();
    assert_eq!(handle.stats().started, 50);
}
