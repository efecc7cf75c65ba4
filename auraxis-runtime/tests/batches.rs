//! The option `batch`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::{delivery::Delivered, event::*};
use auraxis_runtime::{Client, OverflowPolicy, Speed, Trigger, TriggerBuilder};
use common::*;
use proptest::prelude::*;
use tokio::{
    runtime,
    sync::Semaphore,
    task,
    time::{Instant, sleep, sleep_until},
};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn numbers(logins: &[PlayerLogin]) -> Vec<u64> {
    logins.iter().map(|login| login.character_id.0).collect()
}

async fn dispatch(client: &Client, logins: impl IntoIterator<Item = u64>) {
    for character in logins {
        client.dispatch(login(character)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_run_when_it_is_full_and_when_its_time_has_passed() {
    let (client, log) = (client(), Log::new());
    let handle = client.add(on().batch(3, 5 * SECOND).action(log.handler(|logins: Vec<_>| numbers(&logins)))).unwrap();
    dispatch(&client, 1..=4).await;
    idle().await;
    assert_eq!(log.take(), [[1, 2, 3]]);
    sleep(4 * SECOND).await;
    dispatch(&client, [5]).await;
    assert_eq!(log.len(), 0);
    sleep(SECOND).await;
    assert_eq!(log.take(), [[4, 5]], "five seconds after the first event, not the last");
    assert_eq!((handle.stats().received, handle.stats().started), (5, 2));
}

#[tokio::test(start_paused = true)]
async fn delivered_events_and_blocking_handlers_can_be_batched() {
    let (client, log) = (client(), Log::new());
    let batch = on().delivered().batch(2, SECOND).blocking();
    client.add(batch.action(log.handler(|logins: Vec<Delivered<PlayerLogin>>| logins.len()))).unwrap();
    dispatch(&client, 1..=3).await;
    sleep(2 * SECOND).await;
    client.real_time(until(|| log.len() == 2)).await;
    assert_eq!(log.take(), [2, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_behind_a_slow_run_fills_up_and_what_exceeds_the_queue_is_counted_event_by_event() {
    let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
    let (seen, opened) = (log.clone(), Arc::clone(&gate));
    let slow = move |logins: Vec<PlayerLogin>| {
        seen.add(numbers(&logins));
        let gate = Arc::clone(&opened);
        async move { gate.acquire().await.unwrap().forget() }
    };
    let batch = on().batch(2, SECOND).sequential().queue(4).overflow(OverflowPolicy::DropOldest);
    let handle = client.add(batch.action(slow)).unwrap();
    dispatch(&client, 1..=2).await;
    idle().await;
    dispatch(&client, 3..=9).await;
    assert_eq!(handle.stats().dropped, 4, "two batches are queued");
    gate.add_permits(10);
    sleep(2 * SECOND).await;
    assert_eq!(log.take(), [vec![1, 2], vec![7, 8], vec![9]]);
}

#[tokio::test(start_paused = true)]
async fn many_keys_collect_at_the_same_time_and_their_events_are_limited() {
    let (client, log) = (client(), Log::new());
    let batch = on().batch(50, 5 * SECOND).key(|login| login.character_id);
    let handle = client.add(batch.action(log.handler(|logins: Vec<PlayerLogin>| logins.len()))).unwrap();
    for _ in 0..2 {
        dispatch(&client, 1..=5_000).await;
    }
    sleep(6 * SECOND).await;
    assert_eq!(log.take(), vec![2; 5_000]);
    assert_eq!(handle.stats().dropped, 0);

    let few = on().batch(2, 5 * SECOND).key(|login| login.character_id).queue(10);
    let few = client.add(few.action(log.handler(|logins: Vec<PlayerLogin>| logins.len()))).unwrap();
    handle.remove();
    dispatch(&client, 1..=20).await;
    sleep(6 * SECOND).await;
    assert_eq!((log.take().len(), few.stats().dropped), (14, 6), "ten events, and two batches");
    dispatch(&client, 1..=5).await;
    sleep(6 * SECOND).await;
    assert_eq!(log.take().len(), 5, "what has run does not count any more");
}

#[tokio::test]
async fn a_replay_drops_no_event_of_a_batch() {
    let logins = (0..2_000).map(|number| login(number).to_frame());
    let recording = Recording::of("batches", logins);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let seen = log.clone();
    let slow = move |logins: Vec<PlayerLogin>| {
        let seen = seen.clone();
        async move {
            sleep(SECOND).await;
            seen.add(logins.len());
        }
    };
    let batch = on().batch(3, SECOND).key(|login| login.character_id.0 / 3).concurrency(8).queue(4);
    let handle = client.add(batch.action(slow)).unwrap();
    client.run().await.unwrap();
    assert_eq!((handle.stats().dropped, log.take().into_iter().sum::<usize>()), (0, 2_000));
}

#[tokio::test(start_paused = true)]
async fn the_rest_is_run_when_the_client_stops_before_stopping_handlers() {
    let log = Log::new();
    let client = silent().build().unwrap();
    let collected = log.handler(|logins: Vec<_>| numbers(&logins));
    client.add(on().batch(100, 1_000 * SECOND).key(|login| login.character_id.0 % 2).action(collected)).unwrap();
    let stopping = log.clone();
    client.add(Trigger::on::<Stopping>().action(move |_: Stopping| stopping.add(Vec::new()))).unwrap();
    let run = run(&client);
    dispatch(&client, 1..=5).await;
    client.shutdown();
    run.await.unwrap().unwrap();
    assert_eq!(log.take(), [vec![1, 3, 5], vec![2, 4], vec![]]);
}

#[test]
fn batches_that_cannot_work_are_refused() {
    let refused = |trigger: Trigger| client().add(trigger).unwrap_err().to_string();
    let take = |_: Vec<PlayerLogin>| {};
    assert!(refused(on().batch(0, SECOND).action(take)).contains("`batch = 1` or more"));
    assert!(refused(on().single_shot().batch(2, SECOND).action(take)).contains("`single_shot`"));
    assert!(refused(on().check(|_: PlayerLogin| true).batch(2, SECOND).action(take)).contains("use `condition`"));
    assert!(refused(on().on_error(|_| ()).batch(2, SECOND).action(take)).contains("write `.batch(…)` before it"));
}

/// What happens in a random case.
#[derive(Clone, Copy, Debug)]
enum Step {
    Event { key: u64, number: u64 },
    Wait { ms: u64 },
    Remove,
}

/// The batches that a straightforward implementation makes: all events with their times, grouped afterwards.
fn reference(steps: &[Step], size: usize, within_ms: u64) -> BTreeMap<u64, Vec<(u64, Vec<u64>)>> {
    let mut batches = BTreeMap::<u64, Vec<(u64, Vec<u64>)>>::new();
    let mut open = BTreeMap::<u64, (u64, Vec<u64>)>::new();
    let mut now = 0;
    for step in steps {
        match *step {
            Step::Wait { ms } => now += ms,
            Step::Remove => break,
            Step::Event { key, number } => {
                if let Some((opened, _)) = open.get(&key)
                    && opened + within_ms <= now
                {
                    let (opened, events) = open.remove(&key).unwrap();
                    batches.entry(key).or_default().push((opened + within_ms, events));
                }
                let (_, events) = open.entry(key).or_insert((now, Vec::new()));
                events.push(number);
                if events.len() == size {
                    let (_, events) = open.remove(&key).unwrap();
                    batches.entry(key).or_default().push((now, events));
                }
            }
        }
    }
    let end: u64 = steps.iter().map(|step| if let Step::Wait { ms } = step { *ms } else { 0 }).sum();
    for (key, (opened, events)) in open {
        batches.entry(key).or_default().push(((opened + within_ms).min(end), events));
    }
    batches
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever happens, each event that was taken is in exactly one batch, at the right time. Some batches panic.
    #[test]
    fn batches_are_those_of_the_reference(
        size in 1..5_usize,
        within_steps in 1..6_u64,
        keyed: bool,
        steps in prop::collection::vec(
            prop_oneof![
                8 => (0..3_u64, 0..1_000_u64).prop_map(|(key, number)| Step::Event { key, number }),
                // Odd and even times: no event arrives exactly when the time of a batch has passed.
                5 => (0..4_u64).prop_map(|n| Step::Wait { ms: 20 * n }),
                1 => Just(Step::Remove),
            ],
            0..60,
        ),
    ) {
        let within_ms = 20 * within_steps + 10;
        let steps: Vec<_> = steps
            .into_iter()
            .map(|step| match step {
                Step::Event { key, number } => Step::Event { key: if keyed { key } else { 0 }, number },
                step => step,
            })
            .collect();
        let expected = reference(&steps, size, within_ms);
        let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let batches = runtime.block_on(async {
            let client = silent().build().unwrap();
            let batches = Arc::new(Mutex::new(BTreeMap::<u64, Vec<(u64, Vec<u64>)>>::new()));
            let (seen, start) = (Arc::clone(&batches), Instant::now());
            let take = move |logins: Vec<PlayerLogin>| {
                let at = u64::try_from(start.elapsed().as_millis()).unwrap();
                let events: Vec<_> = logins.iter().map(|login| login.character_id.0 / 10).collect();
                let panics = events[0] % 7 == 0;
                seen.lock().unwrap().entry(logins[0].character_id.0 % 10).or_default().push((at, events));
                assert!(!panics, "a batch that starts with a multiple of seven");
            };
            let mut trigger = on().batch(size, Duration::from_millis(within_ms));
            if keyed {
                trigger = trigger.key(|login| login.character_id.0 % 10);
            }
            let handle = client.add(trigger.action(take)).unwrap();
            let run = run(&client);
            let mut now = start;
            for step in &steps {
                match *step {
                    Step::Event { key, number } => client.dispatch(login(number * 10 + key)).await.unwrap(),
                    Step::Wait { ms } => {
                        now += Duration::from_millis(ms);
                        sleep_until(now).await;
                    }
                    Step::Remove => handle.remove(),
                }
                task::yield_now().await;
            }
            client.shutdown();
            run.await.unwrap().unwrap();
            std::mem::take(&mut *batches.lock().unwrap())
        });
        prop_assert_eq!(batches, expected);
    }
}

/// A batch that is aborted, because the client does not wait for it, is not run half.
#[tokio::test(start_paused = true)]
async fn runs_that_are_aborted_take_their_batch_with_them() {
    let client = silent().grace(SECOND).build().unwrap();
    let handle = client.add(on().batch(1, SECOND).action(|_: Vec<PlayerLogin>| pending::<()>())).unwrap();
    let run = run(&client);
    dispatch(&client, 1..=3).await;
    client.shutdown();
    run.await.unwrap().unwrap();
    assert_eq!(handle.stats().aborted, 3);
}

#[test]
fn without_a_runtime_a_batch_is_an_error_that_says_so() {
    let (client, log) = (client(), Log::new());
    client.add(on().batch(2, SECOND).action(|_: Vec<_>| {})).unwrap();
    let reported = log.clone();
    client
        .add(
            Trigger::on::<TriggerFailed>()
                .action(move |failed: TriggerFailed| reported.add(failed.message.to_string())),
        )
        .unwrap();
    futures_util::FutureExt::now_or_never(client.dispatch(login(1))).unwrap().unwrap();
    assert_eq!(log.take(), ["cannot wait outside of a Tokio runtime; call `dispatch` inside one"]);
}

#[tokio::test(start_paused = true)]
async fn every_event_of_a_dropped_batch_is_counted() {
    let client = silent().grace(SECOND).build().unwrap();
    let batch = on().batch(10, SECOND).sequential().queue(10);
    let handle = client.add(batch.action(|_: Vec<PlayerLogin>| pending::<()>())).unwrap();
    let running = run(&client);
    dispatch(&client, 1..=10).await;
    idle().await;
    dispatch(&client, 11..=50).await;
    client.shutdown();
    running.await.unwrap().unwrap();
    assert_eq!((handle.stats().dropped, client.health().dropped_events), (30, 30));
}
