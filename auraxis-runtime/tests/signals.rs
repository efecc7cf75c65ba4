//! Signals: events of auraxis itself.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::time::Duration;

use auraxis_core::{event::*, id::WorldId};
use auraxis_runtime::{Client, Speed, Trigger, TriggerBuilder};
use common::*;
use futures_util::FutureExt;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: &PlayerLogin) -> u64 {
    login.character_id.0
}

/// A replay of some logins.
fn replay(name: &str, logins: std::ops::RangeInclusive<u64>) -> (Recording, Client) {
    let recording = Recording::of(name, logins.map(|character| login(character).to_frame()));
    let client = recording.replay(Speed::Max).build().unwrap();
    (recording, client)
}

/// A client that runs.
async fn running() -> (Client, JoinHandle<auraxis_runtime::Result>) {
    let client = client();
    let runs = client.clone();
    let run = tokio::spawn(async move { runs.run().await });
    idle().await;
    (client, run)
}

#[tokio::test]
async fn started_comes_once_before_everything_and_stopping_after_it() {
    let (_recording, client) = replay("order", 1..=3);
    let log = Log::new();
    let (slow, adding) = (log.clone(), log.clone());
    client.add(on().action(log.handler(|login| format!("login {}", number(&login))))).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_| "stopping".into()))).unwrap();
    client.add(Trigger::on::<Started>().action(log.handler(|_| "started".into()))).unwrap();
    client
        .add(Trigger::on::<Started>().action(move |_: Started, client: Client| {
            let seen = adding.clone();
            client.add(on().action(seen.handler(|login| format!("added login {}", number(&login))))).map(drop)
        }))
        .unwrap();
    client
        .add(Trigger::on::<Stopping>().action(move |_: Stopping| {
            let log = slow.clone();
            async move {
                sleep(SECOND / 100).await;
                log.add("said goodbye".into());
            }
        }))
        .unwrap();
    client.run().await.unwrap();
    let logins = (1..=3).flat_map(|number| [format!("login {number}"), format!("added login {number}")]);
    let expected: Vec<_> = ["started".to_owned()]
        .into_iter()
        .chain(logins)
        .chain(["stopping", "said goodbye"].map(String::from))
        .collect();
    assert_eq!(log.take(), expected);
}

#[tokio::test]
async fn stopping_comes_when_the_client_is_shut_down() {
    let (client, log) = (client(), Log::new());
    client.add(Trigger::on::<Started>().action(|_: Started, client: Client| client.shutdown())).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_| ()))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.len(), 1);
}

#[tokio::test]
async fn everything_that_the_game_sends_does_not_include_signals() {
    let (_recording, client) = replay("everything", 1..=2);
    let log = Log::new();
    client.add(Trigger::on::<Event>().action(log.handler(|event: Event| event.name().to_owned()))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), ["PlayerLogin", "PlayerLogin"]);
}

#[tokio::test]
async fn one_trigger_may_take_signals_and_events_of_the_game() {
    let (_recording, client) = replay("mixed", 1..=1);
    let log = Log::new();
    let mixed = Trigger::builder::<Event>().on::<Started>().on::<PlayerLogin>().on::<Stopping>();
    client.add(mixed.action(log.handler(|event: Event| event.name().to_owned()))).unwrap();
    assert_eq!(subscription(&client), "PlayerLogin for no characters or all worlds");
    client.run().await.unwrap();
    assert_eq!(log.take(), ["Started", "PlayerLogin", "Stopping"]);
}

/// What a [`TriggerFailed`] says.
fn failure(failed: TriggerFailed) -> (String, Failure, String) {
    (failed.trigger.to_string(), failed.failure, failed.message.to_string())
}

fn out_of_luck(login: &PlayerLogin) -> bool {
    assert_eq!(number(login), 0, "out of luck");
    true
}

fn panicking(login: PlayerLogin) {
    out_of_luck(&login);
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_told_with_its_trigger_and_its_reason() {
    let (client, run) = running().await;
    let log = Log::new();
    let error = |_: PlayerLogin| {
        let cause = std::io::Error::other("the disk is full");
        Err::<(), _>(anyhow::Error::new(cause).context("cannot save the score"))
    };
    let later = |login: PlayerLogin| async move {
        sleep(SECOND).await;
        out_of_luck(&login);
    };
    let triggers = [
        on().named("error").action(error),
        on().named("panic").action(panicking),
        on().named("panic after a wait").action(later),
        on().named("panic with a value").action(|_: PlayerLogin| -> () { std::panic::panic_any(1) }),
        on().named("condition").condition(out_of_luck).action(|_: PlayerLogin| ()),
        on().named("timeout").timeout(2 * SECOND).action(|_: PlayerLogin| std::future::pending::<()>()),
        on().named("innocent").action(|_: PlayerLogin| ()),
    ];
    for trigger in triggers {
        client.add(trigger).unwrap();
    }
    client.add(Trigger::on::<TriggerFailed>().action(log.handler(failure))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    sleep(5 * SECOND).await;
    client.shutdown();
    run.await.unwrap().unwrap();

    let luck = "assertion `left == right` failed: out of luck\n  left: 1\n right: 0";
    let expected = [
        ("error", Failure::Error, "cannot save the score: the disk is full"),
        ("panic", Failure::Panic, luck),
        ("panic with a value", Failure::Panic, "a panic without a message"),
        ("condition", Failure::ConditionPanic, luck),
        ("panic after a wait", Failure::Panic, luck),
        ("timeout", Failure::Timeout, "did not finish within 2s"),
    ];
    let expected = expected.map(|(trigger, failure, message)| (trigger.to_owned(), failure, message.to_owned()));
    assert_eq!(log.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_failure_right_after_its_listener_was_added_is_told() {
    let (client, run) = running().await;
    let fail = |_: PlayerLogin| async {
        sleep(SECOND / 100).await;
        Err::<(), _>(std::io::Error::other("an error of the program's own"))
    };
    client.add(on().named("fails").action(fail)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    let told = client.wait_for(Trigger::on::<TriggerFailed>()).timeout(5 * SECOND);
    assert_eq!(&*told.await.unwrap().trigger, "fails");
    client.shutdown();
    run.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_trigger_on_failures_that_fails_does_not_go_on_forever() {
    let (client, run) = running().await;
    let log = Log::new();
    let seen = log.clone();
    let failing = move |failed: TriggerFailed| {
        seen.add(failed.trigger.to_string());
        Err::<(), _>(std::io::Error::other("an error of the program's own"))
    };
    let listener = client.add(Trigger::on::<TriggerFailed>().named("listener").action(failing)).unwrap();
    client.add(Trigger::on::<TriggerFailed>().named("panics").action(|_: TriggerFailed| -> () { panic!() })).unwrap();
    client.add(on().named("fails").action(panicking)).unwrap();
    for character in 1..=3 {
        client.dispatch(login(character)).await.unwrap();
        sleep(SECOND).await;
    }
    client.shutdown();
    run.await.unwrap().unwrap();
    assert_eq!(log.take(), ["fails"; 3]);
    assert_eq!(listener.stats().failed, 3);
}

#[tokio::test]
async fn a_failure_at_the_end_is_told_before_stopping() {
    for _ in 0..20 {
        let (_recording, client) = replay("failure-at-the-end", 1..=3);
        let log = Log::new();
        client.add(on().named("fails").action(panicking)).unwrap();
        client.add(Trigger::on::<TriggerFailed>().action(log.handler(|_| "failed"))).unwrap();
        client.add(Trigger::on::<Stopping>().action(log.handler(|_| "stopping"))).unwrap();
        client.run().await.unwrap();
        assert_eq!(log.take(), ["failed", "failed", "failed", "stopping"]);
    }
}

#[tokio::test(start_paused = true)]
async fn drops_are_told_once_a_second_and_none_is_left_out() {
    let (client, run) = running().await;
    let log = Log::new();
    let stuck = |_: PlayerLogin| std::future::pending::<()>();
    let slow = client.add(on().named("slow").sequential().queue(2).action(stuck)).unwrap();
    let slower = client.add(on().named("slower").sequential().queue(0).action(stuck)).unwrap();
    let start = Instant::now();
    let told = move |overflow: Overflow| (overflow.trigger.to_string(), overflow.dropped, start.elapsed().as_secs());
    client.add(Trigger::on::<Overflow>().action(log.handler(told))).unwrap();
    let gaps = Log::new();
    client.add(Trigger::on::<Gap>().action(gaps.handler(|gap: Gap| gap))).unwrap();
    for burst in [4, 1, 0, 0, 100, 30, 7] {
        for character in 0..burst {
            client.dispatch(login(character)).await.unwrap();
        }
        sleep(SECOND).await;
    }
    client.dispatch(login(1)).await.unwrap();
    client.shutdown();
    run.await.unwrap().unwrap();
    let told = log.take();
    let gaps = gaps.take();
    let lost: u64 = gaps.iter().filter_map(|gap| gap.estimated_lost).map(u64::from).sum();
    assert_eq!(lost, told.iter().map(|(_, dropped, _)| dropped).sum::<u64>());
    let logins = |gap: &Gap| gap.kinds.iter().eq([EventKind::PlayerLogin]) && gap.to.is_some_and(|to| gap.from < to);
    assert!(gaps.iter().all(|gap| gap.cause == GapCause::Dropped && logins(gap)), "{gaps:?}");
    for trigger in [slow, slower] {
        let of_it: Vec<_> = told.iter().filter(|(name, ..)| name == trigger.name()).collect();
        let sum: u64 = of_it.iter().map(|(_, dropped, _)| dropped).sum();
        assert_eq!(sum, trigger.stats().dropped);
        assert_eq!(of_it.len(), 6, "five bursts, and the last moment: {of_it:?}");
        let (_at_the_end, on_the_way) = of_it.split_last().unwrap();
        assert!(on_the_way.windows(2).all(|pair| pair[0].2 < pair[1].2), "{of_it:?}");
    }
}

#[tokio::test]
async fn a_world_that_comes_or_goes_is_told_when_it_does() {
    let service = |endpoint: &str, online: bool| {
        format!(r#"{{"detail":"{endpoint}","online":"{online}","service":"event","type":"serviceStateChanged"}}"#)
    };
    let heartbeat = |states: [bool; 2]| {
        let [emerald, soltech] = states;
        format!(
            r#"{{"online":{{"EventServerEndpoint_Emerald_17":"{emerald}","EventServerEndpoint_Soltech_40":"{soltech}"}},
            "service":"event","type":"heartbeat"}}"#
        )
        .replace('\n', "")
    };
    let frames = [
        service("EventServerEndpoint_Emerald_17", true),
        service("EventServerEndpoint_Emerald_17", true),
        heartbeat([true, true]),
        heartbeat([true, true]),
        heartbeat([true, false]),
        service("EventServerEndpoint_Soltech_40", true),
        service("EventServerEndpoint_1000_Genudine_1001_Palos", true),
        service("EventServerEndpoint_Nowhere", true),
        heartbeat([false, true]),
    ];
    let recording = Recording::of("worlds", frames);
    let client = recording.replay(Speed::Max).build().unwrap();
    let (all, one) = (Log::new(), Log::new());
    let state = |changed: WorldStateChanged| (changed.world_id.0, changed.online);
    client.add(Trigger::on::<WorldStateChanged>().action(all.handler(state))).unwrap();
    client.add(Trigger::on::<WorldStateChanged>().worlds([WorldId::SOLTECH]).action(one.handler(state))).unwrap();
    client.run().await.unwrap();
    let expected = [(17, true), (40, true), (40, false), (40, true), (1000, true), (1001, true), (17, false)];
    assert_eq!(all.take(), expected);
    assert_eq!(one.take(), [(40, true), (40, false), (40, true)]);
    let status: Vec<_> = client.worlds().into_iter().map(|(world, online)| (world.0, online)).collect();
    assert_eq!(status, [(17, false), (40, true), (1000, true), (1001, true)]);
}

#[tokio::test]
async fn a_signal_can_be_waited_for() {
    let client = client();
    let started = client.wait_for(Trigger::on::<Started>()).into_future();
    let mut stopping = client.events(Trigger::on::<Stopping>()).unwrap();
    client.shutdown();
    client.run().await.unwrap();
    assert!(started.now_or_never().is_some_and(|started| started.is_ok()));
    assert!(stopping.next().await.is_some() && stopping.next().await.is_none());
}
