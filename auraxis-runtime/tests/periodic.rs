//! Triggers that run at certain times.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::time::Duration;

use auraxis_core::{event::*, id::WorldId};
use auraxis_runtime::{Speed, Tick, Trigger};
use common::*;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn a_periodic_trigger_runs_after_started_and_until_the_client_stops() {
    let (client, log, start) = (silent().build().unwrap(), Log::new(), Instant::now());
    let (started, ticked) = (log.clone(), log.clone());
    client.every(MINUTE, move |_: Tick| ticked.add(("tick", start.elapsed().as_secs()))).unwrap();
    client.add(Trigger::on::<Started>().action(move |_: Started| started.add(("started", 0)))).unwrap();
    sleep(30 * SECOND).await;
    let running = run(&client);
    sleep(2 * MINUTE + 59 * SECOND).await;
    assert_eq!(log.take(), [("started", 0), ("tick", 30), ("tick", 90), ("tick", 150)]);
    client.shutdown();
    running.await.unwrap().unwrap();
    sleep(5 * MINUTE).await;
    assert_eq!(log.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_slow_trigger_skips_turns_unless_it_may_overlap() {
    let client = silent().build().unwrap();
    let slow = async |_: Tick| sleep(150 * SECOND).await;
    let alone = client.add(Trigger::every(MINUTE).action(slow)).unwrap();
    let several = client.add(Trigger::every(MINUTE).concurrency(5).action(slow)).unwrap();
    let running = run(&client);
    sleep(9 * MINUTE + SECOND).await;
    assert_eq!((alone.stats().received, alone.stats().started, alone.stats().skipped), (10, 4, 6));
    assert_eq!((several.stats().started, several.stats().skipped, several.stats().dropped), (10, 0, 0));
    client.shutdown();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_reported_and_the_next_turn_comes() {
    let (client, log) = (silent().build().unwrap(), Log::new());
    let failed = log.clone();
    client
        .add(Trigger::on::<TriggerFailed>().action(move |failure: TriggerFailed| failed.add(failure.message)))
        .unwrap();
    let panics = client.every(MINUTE, |_: Tick| -> anyhow::Result<()> { panic!("a bug") }).unwrap();
    let running = run(&client);
    sleep(MINUTE + SECOND).await;
    assert_eq!((panics.stats().started, panics.stats().panicked), (2, 2));
    assert_eq!(log.take(), ["a bug".into(), "a bug".into()]);
    panics.pause();
    sleep(MINUTE).await;
    panics.resume();
    sleep(MINUTE).await;
    assert_eq!(panics.stats().started, 3, "paused triggers do not run");
    panics.remove();
    sleep(3 * MINUTE).await;
    assert_eq!(panics.stats().started, 3);
    client.shutdown();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_replay_runs_them_by_recorded_time() {
    let line = |seconds: u64| {
        let mut line = event(EventKind::PlayerLogin, &[("timestamp", 1_700_000_000 + seconds)]).to_frame();
        line = serde_json::to_string(&line).unwrap();
        format!(r#"{{"at_ms":{},"link":0,"frame":{line}}}"#, (1_700_000_000 + seconds) * 1_000)
    };
    let lines = [0, 100, 3_500].map(line);
    let recording = Recording::new("by-recorded-time", lines.join("\n"));
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let ticks = log.clone();
    client.every(20 * MINUTE, move |tick: Tick| ticks.add(tick.timestamp.0 - 1_700_000_000)).unwrap();
    let logins = log.clone();
    client.add(Trigger::on::<PlayerLogin>().action(move |_: PlayerLogin| logins.add(-1))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [0, -1, -1, 1_200, 2_400, -1]);
}

#[cfg(feature = "cron")]
#[tokio::test(start_paused = true)]
async fn a_cron_expression_is_in_utc() {
    let (client, log) = (silent().build().unwrap(), Log::new());
    client.add(Trigger::cron("30 */6 * * *").action(log.handler(|tick: Tick| tick.timestamp.0))).unwrap();
    let running = run(&client);
    sleep(25 * 60 * MINUTE).await;
    client.shutdown();
    running.await.unwrap().unwrap();
    let ticks = log.take();
    assert!((4..=5).contains(&ticks.len()), "{ticks:?}");
    assert!(ticks.iter().all(|tick| tick % (6 * 3_600) == 1_800), "{ticks:?}");
    assert!(
        client
            .add(Trigger::cron("30 4 * *").action(|_: Tick| {}))
            .unwrap_err()
            .to_string()
            .contains("`30 4 * *` is invalid")
    );
}

#[test]
fn periodic_triggers_are_explained_and_need_no_subscription() {
    let client = client();
    client.add(Trigger::every(5 * MINUTE).named("report").action(|_: Tick| {})).unwrap();
    let text = client.explain();
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("report (auraxis-runtime/tests/periodic.rs:"), "{text}");
    assert!(text.contains(")\n  every 300s, one run at a time, further turns are skipped\n"), "{text}");
    assert!(text.ends_with("subscription\n  nothing"), "{text}");
    assert!(client.every(Duration::ZERO, |_: Tick| {}).unwrap_err().to_string().contains("interval of zero"));
    for (trigger, fault) in [
        (Trigger::every(MINUTE).worlds([WorldId::OSPREY]), "a periodic trigger has no world; remove `worlds`"),
        (Trigger::every(MINUTE).queue(5), "`queue` and `overflow` have no effect"),
    ] {
        let error = client.add(trigger.action(|_: Tick| {})).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_due_does_not_keep_the_client_from_stopping() {
    let client = silent().build().unwrap();
    client.every(SECOND, |_: Tick| {}).unwrap();
    let slow = client.add(Trigger::on::<Started>().action(async |_: Started| sleep(5 * SECOND).await)).unwrap();
    let running = run(&client);
    sleep(SECOND / 2).await;
    client.shutdown();
    running.await.unwrap().unwrap();
    assert_eq!(slow.stats().aborted, 0);
}

#[tokio::test(start_paused = true)]
async fn periodic_triggers_wait_for_required_handlers() {
    let (client, log) = (silent().build().unwrap(), Log::new());
    let ticks = log.clone();
    client.every(SECOND, move |_: Tick| ticks.add("tick")).unwrap();
    let opened = log.clone();
    let open = move |_: Started| {
        let opened = opened.clone();
        async move {
            sleep(3 * SECOND).await;
            opened.add("open");
        }
    };
    client.add(Trigger::on::<Started>().required().action(open)).unwrap();
    let running = run(&client);
    sleep(3 * SECOND + SECOND / 2).await;
    client.shutdown();
    running.await.unwrap().unwrap();
    assert_eq!(log.take(), ["open", "tick"]);
}
