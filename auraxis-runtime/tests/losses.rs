//! What is lost is counted, and told while there is somebody to tell.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{future::pending, sync::Arc, thread, time::Duration};

use auraxis_core::event::*;
use auraxis_runtime::{Client, ErrorKind, OverflowPolicy, Speed, State, Trigger, TriggerBuilder, TriggerHandle};
use common::*;
use futures_util::FutureExt;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

/// Of which one run is under way for ever, and no event may wait.
fn full() -> Trigger {
    on().named("full").sequential().queue(0).overflow(OverflowPolicy::Block).action(|_: PlayerLogin| pending::<()>())
}

async fn running(client: &Client) -> JoinHandle<auraxis_runtime::Result> {
    let started = client.wait_for(Trigger::on::<Started>());
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    within(started.into_future()).await.unwrap();
    run
}

/// Logs what is lost.
fn follow(client: &Client, log: &Log<String>) {
    let overflow = log.handler(|it: Overflow| format!("{} dropped {}", it.trigger, it.dropped));
    let aborted = log.handler(|it: RunsAborted| format!("{} gave up {} and {}", it.trigger, it.runs, it.events));
    client.add(Trigger::on::<Overflow>().action(overflow)).unwrap();
    client.add(Trigger::on::<RunsAborted>().action(aborted)).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_| "stopping".to_owned()))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_dispatch_is_given_up_is_counted() {
    for runs in [false, true] {
        let (client, log) = (offline().grace(SECOND / 2).build().unwrap(), Log::new());
        follow(&client, &log);
        let handle = client.add(full()).unwrap();
        let run = if runs { Some(running(&client).await) } else { None };
        client.dispatch(login(1)).await.unwrap();
        assert!(timeout(SECOND / 20, client.dispatch(login(2))).await.is_err(), "running: {runs}");
        // The next one shows that the stream has looked at the others.
        client.dispatch(death(&[])).await.unwrap();
        assert_eq!(handle.stats().dropped, 1, "running: {runs}");
        let Some(run) = run else { continue };
        until(|| log.len() == 1).await;
        client.shutdown();
        within(run).await.unwrap().unwrap();
        assert_eq!(log.take(), ["full dropped 1", "full gave up 1 and 0", "stopping"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_waits_for_room_at_the_end_is_counted_and_told() {
    let (client, log) = (offline().grace(SECOND / 2).build().unwrap(), Log::new());
    follow(&client, &log);
    let handle = client.add(full()).unwrap();
    let run = running(&client).await;
    client.dispatch(login(1)).await.unwrap();
    let waits = tokio::spawn({
        let client = client.clone();
        async move { client.dispatch(login(2)).await }
    });
    until(|| handle.stats().received == 2).await;
    client.shutdown();
    within(run).await.unwrap().unwrap();
    let error = within(waits).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert_eq!(handle.stats().dropped, 1);
    assert_eq!(log.take(), ["full dropped 1", "full gave up 1 and 0", "stopping"]);
}

async fn give_up(grace: Duration) {
    let (client, log) = (offline().grace(grace).build().unwrap(), Log::new());
    follow(&client, &log);
    let never = |_: PlayerLogin| pending::<()>();
    let free = client.add(on().named("free").action(never)).unwrap();
    let ordered = client.add(on().named("ordered").sequential().action(never)).unwrap();
    let keyed = client.add(on().named("keyed").key(|it| it.character_id.0 % 3).action(never)).unwrap();
    let run = running(&client).await;
    for character in 0..10 {
        client.dispatch(login(character)).await.unwrap();
    }
    client.shutdown();
    run.await.unwrap().unwrap();
    let mut told = log.take();
    assert_eq!(told.pop().as_deref(), Some("stopping"), "it is told before: {told:?}");
    told.sort();
    assert_eq!(told, ["free gave up 10 and 0", "keyed gave up 3 and 7", "ordered gave up 1 and 9"]);
    assert_eq!([free, ordered, keyed].map(|it| it.stats().aborted), [10, 1, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_told_before_stopping() {
    give_up(100 * SECOND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_in_real_time_is_told_before_stopping() {
    within(give_up(SECOND / 5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_wait_for_more_than_five_seconds_are_told() {
    let (client, log) = (client(), Log::new());
    let slow = client.add(on().named("slow").sequential().action(|_: PlayerLogin| sleep(SECOND * 51 / 10))).unwrap();
    let lagging = |it: Lagging| (it.trigger.to_string(), it.events, it.by >= 5 * SECOND);
    client.add(Trigger::on::<Lagging>().action(log.handler(lagging))).unwrap();
    let run = running(&client).await;
    for character in 1..=2 {
        client.dispatch(login(character)).await.unwrap();
    }
    until(|| log.len() > 0).await;
    assert_eq!((log.take(), slow.stats().late), (vec![("slow".into(), 1, true)], 1));
    client.shutdown();
    within(run).await.unwrap().unwrap();
}

#[tokio::test]
async fn events_of_a_replay_lag_by_its_own_time() {
    let frame = |second: u64| {
        let frame = login(second).to_frame().replace('"', "\\\"");
        format!(r#"{{"at_ms":{},"link":0,"frame":"{frame}"}}"#, 1_700_000_000_000 + 1_000 * second)
    };
    let recording = Recording::of("lagging", (0..30).map(frame));
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    client.add(on().named("slow").sequential().action(|_: PlayerLogin| sleep(2 * SECOND))).unwrap();
    client.add(Trigger::on::<Lagging>().action(log.handler(|it: Lagging| it.events))).unwrap();
    within(client.run()).await.unwrap();
    let late: u64 = log.take().into_iter().sum();
    // Each waits a second longer than the one before it, until the frames end and with them what the clock knows.
    assert!(late >= 5, "{late}");
}

#[test]
fn a_run_that_has_to_wait_outside_of_a_runtime_fails_and_takes_no_place() {
    for trigger in [on().sequential(), on().key(|_| ()), on().concurrency(2).queue(0)] {
        let client = client();
        let handle = client.add(trigger.action(|_: PlayerLogin| pending::<()>())).unwrap();
        let told = client.wait_for(Trigger::on::<TriggerFailed>());
        for character in 1..=3 {
            client.dispatch(login(character)).now_or_never().expect("nothing to wait for").unwrap();
        }
        let stats = handle.stats();
        assert_eq!((stats.started, stats.failed, stats.queued, stats.dropped), (3, 3, 0, 0), "{stats}");
        let failed = told.into_future().now_or_never().expect("it has come").unwrap();
        assert!(failed.message.contains("outside of a Tokio runtime"), "{}", failed.message);
    }
}

/// Panics when it is dropped.
struct Touchy;

impl Drop for Touchy {
    fn drop(&mut self) {
        assert!(thread::panicking(), "do not touch");
    }
}

/// Whoever calls this owns it.
fn touch(Touchy: &Touchy) -> bool {
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destructor_that_panics_ends_nothing() {
    type Owner = fn(TriggerBuilder<PlayerLogin>) -> Trigger;
    type Removal = fn(&Client, &TriggerHandle);
    let owners: [(&str, Owner); 4] = [
        ("handler", |trigger| {
            let owned = Touchy;
            trigger.action(move |_: PlayerLogin| assert!(touch(&owned)))
        }),
        ("condition", |trigger| {
            let owned = Touchy;
            trigger.condition(move |_: &PlayerLogin| touch(&owned)).action(|_: PlayerLogin| ())
        }),
        ("key", |trigger| {
            let owned = Touchy;
            trigger.key(move |_| touch(&owned)).action(|_: PlayerLogin| ())
        }),
        ("blocking handler", |trigger| {
            let owned = Touchy;
            trigger.blocking().action(move |_: PlayerLogin| assert!(touch(&owned)))
        }),
    ];
    let removals: [(&str, Removal); 4] = [
        ("by its handle", |_, handle| handle.remove()),
        ("by its name", |client, handle| client.remove(handle.name()).unwrap()),
        ("by another of its name", |client, handle| {
            let name = handle.name().to_owned();
            handle.remove();
            client.add(on().named(name).action(|_: PlayerLogin| ())).unwrap();
        }),
        ("by the end", |client, _| client.shutdown()),
    ];
    for (owner, add) in owners {
        for (removal, remove) in removals {
            let case = format!("{owner}, removed {removal}");
            let (client, log) = (offline().grace(SECOND).build().unwrap(), Log::new());
            let failure = |it: TriggerFailed| (it.failure, it.message.to_string());
            client.add(Trigger::on::<TriggerFailed>().action(log.handler(failure))).unwrap();
            let handle = client.add(add(on().named("touchy"))).unwrap();
            let run = running(&client).await;
            client.dispatch(login(1)).await.unwrap();
            until(|| handle.stats().started == 1).await;
            remove(&client, &handle);
            if removal != "by the end" {
                until(|| log.len() == 1).await;
                assert_eq!(log.take(), [(Failure::DestructorPanic, "do not touch".into())], "{case}");
                // The stream goes on, and signals do.
                let goes_on = client.wait_for(Trigger::on::<TriggerFailed>());
                client.add(on().named("fails").action(|_: PlayerLogin| -> () { panic!("on purpose") })).unwrap();
                client.dispatch(login(2)).await.unwrap();
                assert_eq!(&*within(goes_on.into_future()).await.unwrap().message, "on purpose", "{case}");
                client.shutdown();
            }
            within(run).await.unwrap().unwrap();
        }
    }
}

#[test]
fn a_destructor_that_panics_does_not_end_who_drops_the_client() {
    let client = client();
    let owned = Touchy;
    client.add(on().action(move |_: PlayerLogin| assert!(touch(&owned)))).unwrap();
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_never_run_let_go_of_what_their_triggers_own() {
    type End = fn(Client);
    let ends: [(&str, End); 8] = [
        ("dropped", drop),
        ("the last of several handles is dropped", |client| {
            let other = client.clone();
            drop(client);
            assert_eq!(other.triggers().len(), 1);
        }),
        ("a run that is never polled", |client| drop(client.run())),
        ("a run that is polled once", |client| drop(client.run().now_or_never())),
        ("a wait that is dropped", |client| drop(client.wait_for(on()))),
        ("a stream of events that is dropped", |client| drop(client.events(on()).unwrap())),
        ("an event was dispatched", |client| client.dispatch(login(1)).now_or_never().unwrap().unwrap()),
        ("a handle that is left over", |client| {
            let handle = client.triggers().remove(0);
            drop(client);
            handle.set_worlds([1]);
        }),
    ];
    for (case, end) in ends {
        let owned = Arc::new(());
        let client = client();
        client.add(owning(&owned)).unwrap();
        end(client);
        let gone = async {
            while Arc::strong_count(&owned) > 1 {
                sleep(SECOND / 100).await;
            }
        };
        assert!(timeout(5 * SECOND, gone).await.is_ok(), "{case}");
    }
}

/// Owns something, the client that owns the trigger, and the trigger.
fn owning(owned: &Arc<()>) -> Trigger {
    let (owned, asked) = (Arc::clone(owned), Arc::clone(owned));
    on().condition(move |_: &PlayerLogin| Arc::strong_count(&asked) > 0).action(
        move |_: PlayerLogin, client: Client, handle: TriggerHandle| {
            let owned = Arc::clone(&owned);
            async move { drop((owned, client, handle)) }
        },
    )
}

#[tokio::test]
async fn clients_that_cannot_start_let_go_of_what_their_triggers_own() {
    let owned = Arc::new(());
    assert!(offline().trigger(owning(&owned)).service_id("no id").build().is_err());
    assert_eq!(Arc::strong_count(&owned), 1, "a build that fails");
    let missing = |_: PlayerLogin, _: State<String>| ();
    assert!(offline().trigger(owning(&owned)).trigger(on().action(missing)).build().is_err());
    assert_eq!(Arc::strong_count(&owned), 1, "another trigger that is impossible");
    let client = client();
    client.add(on().named("taken").action(|_: PlayerLogin| ())).unwrap();
    let twin = Arc::clone(&owned);
    let twin = on().named("taken").action(move |_: PlayerLogin, _: Client| drop(Arc::clone(&twin)));
    assert!(client.add(twin).is_err());
    assert_eq!(Arc::strong_count(&owned), 1, "a trigger that is refused");
    drop(client);
    for path in ["missing", "no/such/folder"] {
        let path = Recording::path_of(path);
        let replay = Client::builder().replay([&path]).trigger(owning(&owned)).build().unwrap();
        assert!(replay.run().await.is_err());
        drop(replay);
        assert_eq!(Arc::strong_count(&owned), 1, "a replay that fails");
    }
    let path = Recording::path_of("no").join("such").join("folder");
    let records = offline().record(path).trigger(owning(&owned)).build().unwrap();
    assert!(records.run().await.is_err());
    drop(records);
    assert_eq!(Arc::strong_count(&owned), 1, "a recording that fails");
}
