//! The life of a client: running, stopping, and several at once.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant as RealInstant},
};

use auraxis_core::event::*;
use auraxis_runtime::{
    Client, ErrorKind, OverflowPolicy, Shutdown, Speed, State, Trigger, TriggerBuilder, TriggerHandle,
};
use common::*;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

#[tokio::test(start_paused = true)]
async fn a_client_runs_until_it_is_shut_down() {
    let client = client();
    let stopping = client.clone();
    tokio::spawn(async move {
        sleep(1_000 * SECOND).await;
        stopping.shutdown();
    });
    let start = Instant::now();
    client.run().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_client_runs_for_as_long_as_it_was_told() {
    let start = Instant::now();
    offline().run_for(15 * SECOND).build().unwrap().run().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn a_client_that_was_shut_down_before_does_not_go_on() {
    let (client, log) = (client(), Log::new());
    client.add(Trigger::on::<Started>().action(log.handler(|_| "started"))).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_| "stopping"))).unwrap();
    client.shutdown();
    client.run().await.unwrap();
    assert_eq!(log.take(), ["started", "stopping"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_runs_once() {
    let client = client();
    let runs = client.clone();
    let first = tokio::spawn(async move { runs.run().await });
    idle().await;
    for _ in 0..2 {
        let error = client.run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert_eq!(error.to_string(), "a client can run only once; build another one");
        client.shutdown();
        idle().await;
    }
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn several_clients_do_not_know_of_each_other() {
    let mut runs = Vec::new();
    let mut logs = Vec::new();
    for number_of_client in 0..3 {
        let recording = Recording::of(
            &format!("several-{number_of_client}"),
            (0..5).map(|character| login(10 * number_of_client + character).to_frame()),
        );
        let client = recording.replay(Speed::Max).state(number_of_client).build().unwrap();
        let log = Log::new();
        let seen = log.clone();
        let handler = move |login: PlayerLogin, client: Client, state: State<u64>| {
            seen.add((*state, number(login), client.triggers().len()));
        };
        client.add(on().named("the same").action(handler)).unwrap();
        runs.push(tokio::spawn(async move {
            let result = client.run().await;
            drop(recording);
            result
        }));
        logs.push(log);
    }
    for run in runs {
        run.await.unwrap().unwrap();
    }
    for (client, log) in (0..).zip(logs) {
        let expected: Vec<_> = (0..5).map(|character| (client, 10 * client + character, 1)).collect();
        assert_eq!(log.take(), expected);
    }
}

/// Stops a client while a handler runs that then takes so long: how long that took, and whether the handler came to
/// its end.
async fn stop(takes: Duration, grace: Option<Duration>) -> (Duration, bool) {
    let client = grace.map_or_else(offline, |grace| offline().grace(grace)).build().unwrap();
    let log = Log::new();
    let seen = log.clone();
    let handler = move |_: Started, shutdown: Shutdown| {
        let seen = seen.clone();
        async move {
            shutdown.requested().await;
            assert!(shutdown.is_requested());
            sleep(takes).await;
            seen.add(());
        }
    };
    client.add(Trigger::on::<Started>().action(handler)).unwrap();
    client.shutdown();
    let start = Instant::now();
    client.run().await.unwrap();
    let took = start.elapsed();
    sleep(100 * SECOND).await;
    (took, log.len() == 1)
}

#[tokio::test(start_paused = true)]
async fn handlers_under_way_have_the_grace_period_and_no_longer() {
    for (takes, grace, whole_seconds, ends) in [
        (Duration::ZERO, None, 0, true),
        (9 * SECOND, None, 9, true),
        (11 * SECOND, None, 10, false),
        (50 * SECOND, Some(60 * SECOND), 50, true),
        (2 * SECOND, Some(SECOND), 1, false),
        (SECOND, Some(Duration::ZERO), 0, false),
    ] {
        let (took, ended) = stop(takes, grace).await;
        assert_eq!((took.as_secs(), ended), (whole_seconds, ends), "{takes:?} with a grace of {grace:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_lanes_is_run_in_the_grace_period_as_far_as_it_goes() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let slow = move |login: PlayerLogin| {
        let seen = seen.clone();
        async move {
            sleep(SECOND).await;
            seen.add(number(login));
        }
    };
    client
        .add(Trigger::on::<Started>().action(|_: Started, client: Client| async move {
            for character in 0..100 {
                client.dispatch(login(character)).await.unwrap();
            }
            sleep(SECOND / 2).await;
            client.shutdown();
        }))
        .unwrap();
    client.add(on().sequential().action(slow)).unwrap();
    client.run().await.unwrap();
    sleep(1_000 * SECOND).await;
    assert_eq!(log.take(), (0..10).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn runs_that_are_given_up_make_room_for_the_last_ones() {
    type Order = fn(TriggerBuilder<Event>) -> TriggerBuilder<Event>;
    let orders: [Order; 4] = [
        TriggerBuilder::sequential,
        |trigger| trigger.concurrency(2),
        |trigger| trigger.key(|_| 1),
        |trigger| trigger.sequential().queue(0).overflow(OverflowPolicy::Block),
    ];
    for (case, order) in orders.into_iter().enumerate() {
        let (client, log) = (client(), Log::new());
        let seen = log.clone();
        let handler = move |event: Event| {
            let seen = seen.clone();
            async move {
                // So that it is a task, whatever it is told.
                sleep(SECOND / 10).await;
                seen.add(event.name().to_owned());
                if event.kind() == EventKind::PlayerLogin {
                    std::future::pending::<()>().await;
                }
            }
        };
        let on = Trigger::builder::<Event>().on::<PlayerLogin>().on::<Stopping>();
        let trigger = client.add(order(on).action(handler)).unwrap();
        client.dispatch(login(1)).await.unwrap();
        if case != 3 {
            client.dispatch(login(2)).await.unwrap();
        }
        let stopping = client.clone();
        tokio::spawn(async move {
            sleep(SECOND).await;
            stopping.shutdown();
        });
        client.run().await.unwrap();
        assert_eq!(log.take().last().unwrap(), "Stopping", "case {case}");
        assert_eq!(trigger.stats().aborted, if case == 1 { 2 } else { 1 }, "case {case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_panics_when_it_is_given_up_is_given_up_like_others() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }

    let (client, log) = (client(), Log::new());
    let handler = |_: PlayerLogin| async {
        let _panics = Panics;
        std::future::pending::<()>().await;
    };
    let trigger = client.add(on().sequential().action(handler)).unwrap();
    let failures = log.handler(|failed: TriggerFailed| (failed.failure, failed.message.to_string()));
    client.add(Trigger::on::<TriggerFailed>().action(failures)).unwrap();
    for character in [1, 2] {
        client.dispatch(login(character)).await.unwrap();
    }
    client.shutdown();
    client.run().await.unwrap();
    assert_eq!(trigger.stats().aborted, 1);
    assert_eq!(log.take(), [(Failure::DestructorPanic, "on purpose".to_owned())]);
}

#[tokio::test]
async fn a_client_that_has_stopped_has_no_triggers_and_owns_nothing() {
    let owned = Arc::new(());
    let client = offline().state(Arc::clone(&owned)).build().unwrap();
    let captured = Arc::clone(&owned);
    let handler = move |_: PlayerLogin, client: Client, _: State<Arc<()>>| {
        let _ = &captured;
        client.shutdown();
    };
    client.add(on().action(handler)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.run().await.unwrap();
    assert!(client.triggers().is_empty());
    assert_eq!(Arc::strong_count(&owned), 2, "the state is the client's");
    drop(client);
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_leaves_nothing_behind() {
    let owned = Arc::new(());
    let client = offline().state(Arc::clone(&owned)).build().unwrap();
    client.add(on().action(|_: PlayerLogin, _: Client| ())).unwrap();
    let mut events = client.events(on()).unwrap();
    assert!(tokio::time::timeout(100 * SECOND, client.run()).await.is_err());
    assert!(events.next().await.is_none());
    assert_eq!(client.wait_ready().await.unwrap_err().kind(), ErrorKind::State);
    drop((client, events));
    idle().await;
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[tokio::test]
async fn nothing_can_be_added_once_the_client_has_stopped() {
    let client = client();
    client.shutdown();
    client.run().await.unwrap();
    let error = client.add(on().named("late").action(|_: PlayerLogin| ())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.to_string().contains(": the client has stopped"), "{error}");
    assert_eq!(client.events(on()).unwrap_err().kind(), ErrorKind::State);
    assert_eq!(client.wait_for(on()).await.unwrap_err().kind(), ErrorKind::State);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_client_that_stops_is_an_error() {
    let client = client();
    let waiting = client.clone();
    let waiting = tokio::spawn(async move { waiting.wait_ready().await });
    idle().await;
    assert!(!waiting.is_finished());
    client.shutdown();
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::State, "the client stopped before it was connected".into())
    );
}

#[tokio::test]
async fn a_handle_outlives_its_client_and_does_nothing_then() {
    let client = client();
    let handle = client.add(on().named("left over").action(|_: PlayerLogin| ())).unwrap();
    drop(client);
    handle.set_worlds([1]);
    handle.pause();
    handle.remove();
    assert_eq!(handle.name(), "left over");
}

#[tokio::test]
async fn a_handler_that_holds_up_the_stream_is_counted() {
    let recording = Recording::of("held-up", [login(1).to_frame()]);
    let client = recording.replay(Speed::Max).build().unwrap();
    let block = |_: PlayerLogin, trigger: TriggerHandle| {
        let start = RealInstant::now();
        while trigger.stats().stalls == 0 && start.elapsed() < 20 * SECOND {
            thread::sleep(SECOND / 100);
        }
    };
    let blocks = client.add(on().action(block)).unwrap();
    let innocent = client.add(on().action(|_: PlayerLogin| ())).unwrap();
    client.run().await.unwrap();
    assert_eq!((blocks.stats().stalls, innocent.stats().stalls), (1, 0));
}

/// What is logged, as text.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_clients_of_different_names_log_can_be_told_apart() {
    let logged = Logged::default();
    let writer = logged.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    for (name, late) in [("here", false), ("there", true)] {
        let client = offline().name(name).build().unwrap();
        let fail = move |_: Started, client: Client| async move {
            if late {
                sleep(SECOND / 100).await;
            }
            client.shutdown();
            Err::<(), _>(std::io::Error::other(name))
        };
        client.add(Trigger::on::<Started>().named("fails").action(fail)).unwrap();
        client.run().await.unwrap();
    }
    let logged = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    for name in ["here", "there"] {
        let line = logged.lines().find(|line| line.ends_with(&format!("failed: {name}"))).expect("a failure");
        assert!(line.contains(&format!("client{{client.name={name:?}}}")), "{line}");
    }
}
