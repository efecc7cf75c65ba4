//! The options `cooldown`, `check`, `retry` and `on_error`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use auraxis_core::event::{signal::Failure, *};
use auraxis_runtime::{Client, HandlerError, RunError, Speed, State, Trigger, TriggerBuilder};
use common::*;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

/// A login of this character at this second.
fn login_at(character: u64, second: u64) -> Event {
    event(EventKind::PlayerLogin, &[("character_id", character), ("timestamp", second)])
}

/// A handler that fails this often, then succeeds, and logs when it was called.
fn failing(times: u64, log: &Log<Duration>) -> impl Fn(PlayerLogin) -> BoxFuture<'static, Result<()>> + use<> {
    let (log, calls, start) = (log.clone(), Arc::new(AtomicU64::new(0)), Instant::now());
    move |_| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        log.add(start.elapsed());
        Box::pin(async move {
            anyhow::ensure!(call >= times, "call {call}");
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_cooldown_is_measured_in_event_time_for_each_key() {
    let (client, log) = (client(), Log::new());
    let cooldown = on().cooldown(10 * SECOND).per(|login| login.character_id);
    let handle = client.add(cooldown.action(log.handler(|login: PlayerLogin| login.timestamp.0))).unwrap();
    let times = [(1, 100), (1, 109), (2, 105), (1, 110), (1, 90), (2, 118), (2, 119)];
    for (character, second) in times {
        client.dispatch(login_at(character, second)).await.unwrap();
    }
    // The event of second 105 was received when it was second 109.
    assert_eq!(log.take(), [100, 105, 110, 119]);
    assert_eq!((handle.stats().received, handle.stats().cooled_down), (7, 3));
}

#[tokio::test]
async fn an_event_from_the_future_does_not_stop_a_cooldown_forever() {
    let (client, log) = (client(), Log::new());
    client.add(on().cooldown(60 * SECOND).action(log.handler(number))).unwrap();
    client.dispatch(login_at(1, 4_000_000_000)).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    client.dispatch(login_at(2, now + 71)).await.unwrap();
    assert_eq!(log.take(), [1], "the clock is at most ten seconds ahead");
    client.dispatch(login_at(3, now)).await.unwrap();
    assert_eq!(log.len(), 0, "and a minute has not passed");
}

/// Events that a condition rejects do not start a cooldown.
#[tokio::test]
async fn a_replay_at_full_speed_cools_down_as_the_live_run_did() {
    let times = [(1, 100), (9, 101), (1, 102), (1, 105), (2, 106), (9, 108), (2, 120), (1, 121)];
    let frames = times.map(|(character, second)| login_at(character, second).to_frame());
    let recording = Recording::of("cooldown", frames);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let cooldown = on().condition(|login: &PlayerLogin| login.character_id.0 < 9).cooldown(5 * SECOND);
    client.add(cooldown.action(log.handler(|login: PlayerLogin| login.timestamp.0))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [100, 105, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_check_can_wait_take_extractors_and_fail() {
    let (client, log) = (offline().state(5_u64).build().unwrap(), Log::new());
    let check = |login: PlayerLogin, limit: State<u64>| async move {
        sleep(SECOND).await;
        if number(login.clone()) == 13 {
            bail!("unlucky");
        }
        Ok(number(login) < *limit)
    };
    let handle = client.add(on().check(check).timeout(3 * SECOND).action(log.handler(number))).unwrap();
    for character in [1, 9, 13, 4] {
        client.dispatch(login(character)).await.unwrap();
    }
    assert_eq!(log.len(), 0);
    sleep(2 * SECOND).await;
    assert_eq!(log.take(), [1, 4]);
    let stats = handle.stats();
    assert_eq!((stats.started, stats.rejected_by_check, stats.failed), (4, 1, 1));
    let plain = client.add(on().check(|login: PlayerLogin| number(login) > 1).action(log.handler(number))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(plain.stats().rejected_by_check, 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_is_tried_again_with_growing_delays_and_jitter() {
    let (client, log, failures) = (client(), Log::new(), Log::new());
    client
        .add(Trigger::on::<TriggerFailed>().action(failures.handler(|failed: TriggerFailed| failed.message)))
        .unwrap();
    let three = client.add(on().retry(3).sequential().action(failing(3, &log))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    sleep(60 * SECOND).await;
    let times = log.take();
    let delays: Vec<_> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    assert_eq!(delays.len(), 3, "{times:?}");
    for (delay, seconds) in delays.iter().zip([1, 2, 4]) {
        assert!((seconds * SECOND..=2 * seconds * SECOND).contains(delay), "{delays:?}");
    }
    let stats = three.stats();
    assert_eq!((stats.started, stats.retried, stats.failed), (1, 3, 0));
    three.remove();

    let two = client.add(on().retry(2).action(failing(3, &log))).unwrap();
    client.dispatch(login(2)).await.unwrap();
    sleep(60 * SECOND).await;
    assert_eq!((log.take().len(), two.stats().retried, two.stats().failed), (3, 2, 1));
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(failures.take(), ["call 2".into()], "only the last failure is reported");
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_the_timeout_and_panics_are_not_retried() {
    let (client, log) = (client(), Log::new());
    let calls = log.clone();
    let hangs = move |_: PlayerLogin| {
        calls.add(());
        sleep(1_000 * SECOND)
    };
    let handle = client.add(on().retry(1).timeout(5 * SECOND).action(hangs)).unwrap();
    let calls = log.clone();
    let panics = client
        .add(on().retry(5).action(move |_: PlayerLogin| -> Result<()> {
            calls.add(());
            panic!("a bug")
        }))
        .unwrap();
    client.dispatch(login(1)).await.unwrap();
    sleep(60 * SECOND).await;
    assert_eq!((handle.stats().retried, handle.stats().timed_out), (1, 1));
    assert_eq!((panics.stats().retried, panics.stats().panicked), (0, 1));
    assert_eq!(log.take().len(), 3);
}

#[derive(Debug, thiserror::Error)]
#[error("error {0}")]
struct Own(u64);

#[tokio::test(start_paused = true)]
async fn errors_go_to_the_trigger_then_to_the_client() {
    let log = Log::new();
    let seen = log.clone();
    let any = move |failed: HandlerError<'_>| {
        let login = failed.event.downcast_ref::<PlayerLogin>().expect("what the handler takes");
        seen.add(format!("client: {} {} {}", failed.trigger, login.character_id, failed.error));
    };
    let client = offline().on_error(any).build().unwrap();
    let fails = |login: PlayerLogin| -> Result<()> { Err(Own(number(login))).context("with context") };
    let seen = log.clone();
    let own = move |failed: HandlerError<'_, PlayerLogin>| {
        let own: &Own = failed.error.downcast_ref().expect("the error itself");
        seen.add(format!("trigger: {} {} {}", failed.trigger, failed.event.character_id, own.0));
    };
    let first = client.add(on().named("first").on_error(own).action(fails)).unwrap();
    client.add(on().named("second").action(fails)).unwrap();
    let seen = log.clone();
    let kind =
        move |failed: HandlerError<'_, PlayerLogin>| seen.add(format!("{:?}", failed.error.downcast_ref::<RunError>()));
    let panics = |_: PlayerLogin| -> Result<()> { panic!("a bug") };
    client.add(on().named("third").on_error(kind.clone()).action(panics)).unwrap();
    let third = client.trigger("third").unwrap();
    let hangs = |_: PlayerLogin| sleep(60 * SECOND);
    client.add(on().named("fourth").timeout(SECOND).on_error(kind).action(hangs)).unwrap();
    let failures = Log::new();
    client
        .add(Trigger::on::<TriggerFailed>().action(failures.handler(|failed: TriggerFailed| failed.failure)))
        .unwrap();
    client.dispatch(login(7)).await.unwrap();
    sleep(2 * SECOND).await;
    let expected =
        ["trigger: first 7 7", "client: second 7 with context", r#"Some(Panicked("a bug"))"#, "Some(TimedOut(1s))"];
    assert_eq!(log.take(), expected);
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(failures.take(), [Failure::Error, Failure::Error, Failure::Panic, Failure::Timeout]);
    assert_eq!((first.stats().failed, third.stats().panicked), (1, 1));
}

#[tokio::test]
async fn a_panic_of_on_error_is_reported_with_the_error() {
    let (client, log) = (client(), Log::new());
    client
        .add(Trigger::on::<TriggerFailed>().action(log.handler(|failed: TriggerFailed| failed.message.to_string())))
        .unwrap();
    let fails = |_: PlayerLogin| -> Result<()> { bail!("the reason") };
    client.add(on().on_error(|_| panic!("another bug")).action(fails)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.take(), ["`on_error` panicked: another bug: the reason"]);
}

#[test]
fn options_that_have_no_effect_are_refused() {
    fn refused(client: &Client, trigger: TriggerBuilder<PlayerLogin>) -> String {
        client.add(trigger.action(|_: PlayerLogin| {})).unwrap_err().to_string()
    }
    let client = client();
    for (trigger, help) in [
        (on().cooldown(Duration::ZERO), "write a longer one"),
        (on().per(|login| login.character_id), "add `cooldown = …`"),
        (on().retry(0), "write `retry = 1` or more"),
        (on().single_shot().cooldown(SECOND), "takes only the first event"),
        (on().single_shot().check(|_: PlayerLogin| true), "takes only the first event"),
    ] {
        let error = refused(&client, trigger);
        assert!(error.contains(help), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_client_stops_a_retry_does_not_wait() {
    let recording = Recording::of("retry-at-the-end", [login(1).to_frame()]);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let handle = client.add(on().retry(9).action(failing(9, &log))).unwrap();
    client.run().await.unwrap();
    assert_eq!((handle.stats().retried, handle.stats().failed, handle.stats().aborted), (1, 1, 0));
}
