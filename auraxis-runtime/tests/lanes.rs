//! How the runs of a trigger are ordered and bounded.

mod common;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use auraxis_core::event::*;
use auraxis_runtime::{Client, OverflowPolicy, Trigger, TriggerBuilder};
use common::*;
use futures_util::future::BoxFuture;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::{
    sync::Semaphore,
    task,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: &PlayerLogin) -> u64 {
    login.character_id.0
}

async fn dispatch(client: &Client, logins: impl IntoIterator<Item = u64>) {
    for character in logins {
        client.dispatch(login(character)).await.expect("the client is there");
    }
}

/// A handler whose runs wait at a gate, after they have added their number.
fn held(
    gate: &Arc<Semaphore>,
    log: &Log<u64>,
) -> impl Fn(PlayerLogin) -> BoxFuture<'static, ()> + Send + Sync + 'static {
    let (gate, log) = (Arc::clone(gate), log.clone());
    move |login| {
        let (gate, log) = (Arc::clone(&gate), log.clone());
        Box::pin(async move {
            log.add(number(&login));
            gate.acquire().await.expect("nobody closes the gate").forget();
        })
    }
}

#[tokio::test]
async fn a_run_that_need_not_wait_is_over_when_dispatch_returns_and_is_no_task() {
    let (client, log) = (client(), Log::new());
    let note = |name: &'static str| {
        let log = log.clone();
        move || log.add((name, task::try_id()))
    };
    let (plain, instant, stepping) = (note("synchronous"), note("asynchronous"), note("several ready steps"));
    let triggers = [
        on().action(move |_: PlayerLogin| plain()),
        on().action(move |_: PlayerLogin| {
            instant();
            async {}
        }),
        on().sequential().timeout(SECOND).action(move |_: PlayerLogin| {
            let note = stepping.clone();
            async move {
                let lock = tokio::sync::Mutex::new(());
                for _ in 0..3 {
                    drop(lock.lock().await);
                }
                note();
            }
        }),
    ];
    for trigger in triggers {
        client.add(trigger).unwrap();
    }
    task::spawn(async move {
        client.dispatch(login(1)).await.unwrap();
        let here = task::try_id();
        assert!(here.is_some());
        assert_eq!(log.take(), ["synchronous", "asynchronous", "several ready steps"].map(|name| (name, here)));
    })
    .await
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_to_wait_becomes_a_task_and_holds_up_nobody() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let slow = move |_: PlayerLogin| {
        let seen = seen.clone();
        async move {
            seen.add(("before the wait", task::try_id()));
            sleep(SECOND).await;
            seen.add(("after the wait", task::try_id()));
        }
    };
    client.add(on().action(slow)).unwrap();
    client.add(on().action(log.handler(|_| ("another trigger", task::try_id())))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    let here = task::try_id();
    assert_eq!(log.take(), [("before the wait", here), ("another trigger", here)]);
    sleep(2 * SECOND).await;
    let after = log.take();
    assert_eq!((after.len(), after[0].0), (1, "after the wait"));
    assert_ne!(after[0].1, here);
}

/// What happens to an event, by its number.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Arrival(u64),
    Start(u64),
    End(u64),
}

/// Walks through what happened and holds that each run started as soon as its order allowed, and no sooner: whenever
/// there is room, the first event in order of arrival whose key is not under way.
fn check_order(case: &str, moments: &[Moment], concurrency: usize, key: fn(u64) -> u64) {
    let mut waiting = BTreeSet::new();
    let mut under_way = Vec::new();
    for (at, moment) in moments.iter().enumerate() {
        let free = |number: u64| under_way.iter().all(|&other| key(other) != key(number));
        let room = under_way.len() < concurrency;
        let due = waiting.iter().copied().find(|&number| room && free(number));
        let started = if let Moment::Start(number) = *moment { Some(number) } else { None };
        assert_eq!(started, due, "{case}, moment {at}: {moment:?} with {under_way:?} under way, {waiting:?} waiting");
        match *moment {
            Moment::Arrival(number) => drop(waiting.insert(number)),
            Moment::Start(number) => {
                waiting.remove(&number);
                under_way.push(number);
            }
            Moment::End(number) => under_way.retain(|&other| other != number),
        }
    }
    assert!(waiting.is_empty() && under_way.is_empty(), "{case}: {waiting:?} never started, {under_way:?} never ended");
}

#[tokio::test(start_paused = true)]
async fn runs_start_as_soon_as_their_order_allows_and_no_sooner() {
    const EVENTS: u64 = 400;
    type Options = fn(TriggerBuilder<PlayerLogin>) -> TriggerBuilder<PlayerLogin>;
    type Key = fn(u64) -> u64;

    let each = |number| number;
    let cases: [(&str, Options, usize, Key); 7] = [
        ("default", |on| on, 1_024, each),
        ("sequential", TriggerBuilder::sequential, 1, each),
        ("concurrency", |on| on.concurrency(3), 3, each),
        ("more concurrency than events", |on| on.concurrency(1_000), 1_000, each),
        ("key", |on| on.key(|login| number(login) % 5), 1_024, |number| number % 5),
        ("key and concurrency", |on| on.key(|login| number(login) % 7).concurrency(3), 3, |number| number % 7),
        ("key and sequential", |on| on.key(|login| number(login) % 3).sequential(), 1, |number| number % 3),
    ];
    for (seed, (case, options, concurrency, key)) in (0..).zip(cases) {
        let (client, log) = (client(), Log::new());
        let random = Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(seed)));
        let (moments, waits) = (log.clone(), Arc::clone(&random));
        let handler = move |login: PlayerLogin| {
            let (log, number) = (moments.clone(), number(&login));
            let mut random = waits.lock().unwrap();
            let waits: Vec<_> = (0..random.random_range(0..3)).map(|_| random.random_range(1..100)).collect();
            async move {
                log.add(Moment::Start(number));
                for millis in waits {
                    sleep(Duration::from_millis(millis)).await;
                }
                log.add(Moment::End(number));
            }
        };
        let handle = client.add(options(on()).action(handler)).unwrap();
        for number in 0..EVENTS {
            log.add(Moment::Arrival(number));
            client.dispatch(login(number)).await.unwrap();
            let pause = random.lock().unwrap().random_ratio(1, 10);
            if pause {
                sleep(Duration::from_millis(300)).await;
            }
        }
        sleep(3_600 * SECOND).await;
        check_order(case, &log.take(), concurrency, key);
        assert_eq!((handle.stats().started, handle.stats().dropped), (EVENTS, 0), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_run_at_once_as_concurrency_says() {
    for n in [1, 2, 7, 64] {
        let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
        client.add(on().concurrency(n).action(held(&gate, &log))).unwrap();
        dispatch(&client, 0..200).await;
        for ended in 0..10 {
            idle().await;
            assert_eq!(log.len(), n + ended, "{n} at once, {ended} ended");
            gate.add_permits(1);
        }
        gate.add_permits(200);
        idle().await;
        assert_eq!(log.take(), (0..200).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn equal_keys_wait_for_each_other_and_different_keys_do_not() {
    let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
    client.add(on().key(|login| number(login) / 10).action(held(&gate, &log))).unwrap();
    dispatch(&client, [11, 12, 21, 13, 31, 22]).await;
    assert_eq!(log.take(), [11, 21, 31]);
    gate.add_permits(1);
    idle().await;
    assert_eq!(log.take(), [12]);
    gate.add_permits(100);
    idle().await;
    let mut rest = log.take();
    rest.sort_unstable();
    assert_eq!(rest, [13, 22]);
}

#[tokio::test]
async fn blocking_runs_are_on_other_threads_and_bounded() {
    const AT_ONCE: u64 = 2;
    let (client, log) = (client(), Log::new());
    let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let seen = log.clone();
    let trigger = on().blocking().concurrency(2).action(move |login: PlayerLogin| {
        started.send(thread::current().id()).expect("the test listens");
        gate.lock().unwrap().recv().expect("the test lets each run through");
        seen.add(number(&login));
    });
    let handle = client.add(trigger).unwrap();
    dispatch(&client, 1..=5).await;
    for _ in 0..AT_ONCE {
        assert_ne!(within(starts.recv()).await.unwrap(), thread::current().id());
    }
    assert_eq!((handle.stats().started, handle.stats().queued), (AT_ONCE, 3));
    assert_eq!((handle.waiting(), handle.run_times().count()), (3, 0));
    for _ in 1..=5 {
        release.send(()).unwrap();
    }
    until(|| handle.run_times().count() >= 5).await;
    assert_eq!((handle.waiting(), handle.run_times().count()), (0, 5));
    let mut seen = log.take();
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_blocking_run_that_panics_or_fails_is_counted_and_frees_its_place() {
    let client = client();
    let trigger = on().sequential().blocking().action(|login: PlayerLogin| match number(&login) {
        1 => panic!("a panic of the program's own"),
        2 => Err(std::io::Error::other("an error of the program's own")),
        _ => Ok(()),
    });
    let handle = client.add(trigger).unwrap();
    dispatch(&client, 1..=3).await;
    idle().await;
    let stats = handle.stats();
    assert_eq!((stats.started, stats.panicked, stats.failed), (3, 1, 1));
}

#[tokio::test]
async fn a_blocking_run_that_is_given_up_keeps_its_thread_until_it_returns() {
    let (client, log) = (client(), Log::new());
    let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let seen = log.clone();
    let trigger = on().blocking().sequential().timeout(SECOND / 20).action(move |login: PlayerLogin| {
        started.send(()).expect("the test listens");
        gate.lock().unwrap().recv().expect("the test lets each run through");
        seen.add(number(&login));
    });
    let handle = client.add(trigger).unwrap();
    dispatch(&client, 1..=3).await;
    within(starts.recv()).await.unwrap();
    until(|| handle.stats().timed_out >= 3).await;
    assert!(starts.try_recv().is_err(), "one thread is all it has");
    assert_eq!(log.take(), Vec::<u64>::new());
    for _ in 1..=2 {
        release.send(()).unwrap();
    }
    dispatch(&client, [4]).await;
    within(starts.recv()).await.unwrap();
}

#[tokio::test]
async fn an_asynchronous_handler_may_be_blocking_too() {
    let (client, log) = (client(), Log::new());
    let (seen, this) = (log.clone(), thread::current().id());
    let handler = move |login: PlayerLogin| {
        let seen = seen.clone();
        async move {
            sleep(SECOND / 100).await;
            assert_ne!(thread::current().id(), this);
            seen.add(number(&login));
        }
    };
    client.add(on().blocking().action(handler)).unwrap();
    dispatch(&client, [1]).await;
    until(|| log.len() >= 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_is_ended_counted_and_frees_its_place() {
    struct Ended(Log<&'static str>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.add("ended");
        }
    }

    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let handler = move |login: PlayerLogin| {
        let seen = seen.clone();
        async move {
            let _ended = Ended(seen.clone());
            if number(&login) == 1 {
                std::future::pending::<()>().await;
            }
            sleep(4 * SECOND).await;
            seen.add("in time");
        }
    };
    let handle = client.add(on().sequential().timeout(5 * SECOND).action(handler)).unwrap();
    let start = Instant::now();
    dispatch(&client, 1..=3).await;
    for (second, expected) in
        [(4, &[][..]), (6, &["ended"]), (8, &[]), (10, &["in time", "ended"]), (14, &["in time", "ended"])]
    {
        tokio::time::sleep_until(start + second * SECOND).await;
        assert_eq!(log.take(), expected, "after {second} s: the time in the queue does not count");
    }
    let stats = handle.stats();
    assert_eq!((stats.started, stats.timed_out, stats.failed), (3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_drops_what_its_policy_says_and_counts_it() {
    use OverflowPolicy::{DropNewest, DropOldest};
    let by_parity = |trigger: TriggerBuilder<PlayerLogin>| trigger.concurrency(2).key(|login| number(login) % 2);
    let cases = [
        (on().sequential().queue(3).overflow(DropOldest), vec![1, 8, 9, 10]),
        (on().sequential().queue(3).overflow(DropNewest), vec![1, 2, 3, 4]),
        (on().sequential().queue(3), vec![1, 8, 9, 10]),
        (on().sequential().queue(1).overflow(DropOldest), vec![1, 10]),
        (on().sequential().queue(1).overflow(DropNewest), vec![1, 2]),
        (on().sequential().queue(0).overflow(DropOldest), vec![1]),
        (on().sequential().queue(0).overflow(DropNewest), vec![1]),
        (on().concurrency(4).queue(2).overflow(DropOldest), vec![1, 2, 3, 4, 9, 10]),
        (on().concurrency(10).queue(0), (1..=10).collect()),
        (by_parity(on()).queue(3).overflow(DropOldest), vec![1, 2, 8, 9, 10]),
        (by_parity(on()).queue(3).overflow(DropNewest), vec![1, 2, 3, 4, 5]),
        (by_parity(on()).queue(0), vec![1, 2]),
    ];
    for (case, (trigger, expected)) in cases.into_iter().enumerate() {
        let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
        let handle = client.add(trigger.action(held(&gate, &log))).unwrap();
        dispatch(&client, 1..=10).await;
        gate.add_permits(10);
        idle().await;
        let mut ran = log.take();
        ran.sort_unstable();
        assert_eq!(ran, expected, "case {case}");
        assert_eq!(handle.stats().dropped, 10 - expected.len() as u64, "case {case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_blocks_lets_the_dispatcher_wait_and_loses_nothing() {
    let keyed = |trigger: TriggerBuilder<PlayerLogin>| trigger.key(|_| ());
    for (queue, trigger) in [(0, on().sequential()), (3, on().sequential()), (0, keyed(on())), (3, keyed(on()))] {
        let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
        let others = Log::new();
        let trigger = trigger.queue(queue).overflow(OverflowPolicy::Block);
        let handle = client.add(trigger.action(held(&gate, &log))).unwrap();
        client.add(on().action(others.handler(|login| number(&login)))).unwrap();
        let dispatching = client.clone();
        let dispatcher = task::spawn(async move { dispatch(&dispatching, 0..20).await });
        for ended in 0..20 {
            idle().await;
            assert_eq!(log.len(), ended + 1, "one at a time");
            let offered = (ended + queue + 2).min(20);
            assert_eq!(others.len(), offered, "another trigger has what the full one has to wait for, and no more");
            assert_eq!(dispatcher.is_finished(), ended + queue + 1 >= 20, "{ended} ended, {queue} may wait");
            gate.add_permits(1);
        }
        dispatcher.await.unwrap();
        assert_eq!(log.take(), (0..20).collect::<Vec<_>>());
        assert_eq!((handle.stats().started, handle.stats().dropped), (20, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_waited_for_room_goes_before_what_comes_then() {
    let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
    let trigger = on().sequential().queue(0).overflow(OverflowPolicy::Block);
    client.add(trigger.action(held(&gate, &log))).unwrap();
    dispatch(&client, [1]).await;
    let mut second = std::pin::pin!(dispatch(&client, [2]));
    assert!(futures_util::poll!(&mut second).is_pending());
    gate.add_permits(1);
    // The first run ends, while nobody looks at the second event.
    idle().await;
    let mut third = std::pin::pin!(dispatch(&client, [3]));
    assert!(futures_util::poll!(&mut third).is_pending(), "the second run is under way");
    gate.add_permits(2);
    second.await;
    third.await;
    assert_eq!(log.take(), [1, 2, 3]);
}

/// Two runs are under way, one of each of two keys, and two callers have an event that finds no room: one of a key that
/// is under way, one of a new key. When a run of the other key ends, the new key has room, whoever came first.
#[tokio::test(flavor = "multi_thread")]
async fn room_that_one_waiting_caller_cannot_use_goes_to_another() {
    const KEYS: u64 = 10;
    for (runs, first, second) in [(false, 11, 3), (false, 3, 11), (true, 11, 3), (true, 3, 11)] {
        let case = format!("running: {runs}, {first} before {second}");
        let (client, log) = (offline().grace(SECOND / 10).build().unwrap(), Log::new());
        let gates: Arc<[_; 2]> = Arc::new([Semaphore::new(0), Semaphore::new(0)]);
        let (seen, waits) = (log.clone(), Arc::clone(&gates));
        let handler = move |login: PlayerLogin| {
            let (seen, waits) = (seen.clone(), Arc::clone(&waits));
            async move {
                seen.add(number(&login));
                let gate = match number(&login) {
                    1 => &waits[0],
                    2 => &waits[1],
                    _ => return,
                };
                gate.acquire().await.unwrap().forget();
            }
        };
        let trigger = on().concurrency(2).queue(0).overflow(OverflowPolicy::Block).key(|it| number(it) % KEYS);
        let handle = client.add(trigger.action(handler)).unwrap();
        let run = runs.then(|| {
            let client = client.clone();
            task::spawn(async move { client.run().await })
        });
        dispatch(&client, [1, 2]).await;
        let mut callers = Vec::new();
        for (number, received) in [(first, 3), (second, 4)] {
            let client = client.clone();
            callers.push(task::spawn(async move { dispatch(&client, [number]).await }));
            until(|| handle.stats().received == received).await;
        }
        gates[1].add_permits(1);
        until(|| log.len() == 3).await;
        assert_eq!(log.take(), [1, 2, 3], "{case}");
        gates[0].add_permits(1);
        for caller in callers {
            within(caller).await.unwrap();
        }
        assert_eq!((log.take(), handle.stats().dropped), (vec![11], 0), "{case}");
        client.shutdown();
        if let Some(run) = run {
            within(run).await.unwrap().unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_removed_trigger_has_taken_is_still_run_and_nothing_else() {
    let (client, log, gate) = (client(), Log::new(), Arc::new(Semaphore::new(0)));
    let handle = client.add(on().sequential().action(held(&gate, &log))).unwrap();
    dispatch(&client, 1..=3).await;
    handle.remove();
    dispatch(&client, 4..=6).await;
    gate.add_permits(10);
    idle().await;
    assert_eq!(log.take(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_never_ends_is_bounded_and_costs_no_other_an_event() {
    let (client, log) = (client(), Log::new());
    let stuck = client.add(on().action(|_: PlayerLogin| std::future::pending::<()>())).unwrap();
    client.add(on().action(log.handler(|login| number(&login)))).unwrap();
    dispatch(&client, 0..20_000).await;
    let stats = stuck.stats();
    assert_eq!((stats.received, stats.started, stats.queued), (20_000, 1_024, 20_000 - 1_024));
    assert_eq!((stats.dropped, stuck.waiting()), (20_000 - 1_024 - 16_384, 16_384));
    assert!(log.take().into_iter().eq(0..20_000));
}

#[tokio::test(start_paused = true)]
async fn however_a_run_fails_it_is_counted_and_frees_its_place() {
    struct PanicsWhenDropped;
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            assert!(thread::panicking(), "a panic of the program's own, when dropped");
        }
    }
    #[derive(Debug)]
    struct PanicsWhenTold;
    impl std::fmt::Display for PanicsWhenTold {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("a panic of the program's own, when told")
        }
    }
    impl std::error::Error for PanicsWhenTold {}

    type How = &'static str;
    async fn fail(how: How, waits: bool) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if waits {
            sleep(SECOND).await;
        }
        match how {
            "error" => Err("an error of the program's own".into()),
            "panic" => panic!("a panic of the program's own"),
            "panic with a value" => std::panic::panic_any(7),
            "error that panics when it is told" => Err(PanicsWhenTold.into()),
            "panic when its values are dropped" => {
                let _value = PanicsWhenDropped;
                Ok(())
            }
            "panic when it is ended" => {
                let _value = PanicsWhenDropped;
                std::future::pending().await
            }
            other => unreachable!("{other}"),
        }
    }

    let cases: [(How, (u64, u64, u64)); 6] = [
        ("error", (2, 0, 0)),
        ("panic", (0, 2, 0)),
        ("panic with a value", (0, 2, 0)),
        ("error that panics when it is told", (0, 2, 0)),
        ("panic when its values are dropped", (0, 2, 0)),
        ("panic when it is ended", (0, 2, 0)),
    ];
    for (how, expected) in cases {
        let (client, log) = (client(), Log::new());
        let seen = log.clone();
        let handler = move |login: PlayerLogin| {
            seen.add(number(&login));
            async move {
                match number(&login) {
                    1 => fail(how, false).await,
                    2 => fail(how, true).await,
                    _ => Ok(()),
                }
                .map_err(|error| anyhow::anyhow!(error))
            }
        };
        let handle = client.add(on().sequential().timeout(5 * SECOND).action(handler)).unwrap();
        dispatch(&client, 1..=3).await;
        sleep(20 * SECOND).await;
        dispatch(&client, 4..=4).await;
        assert_eq!(log.take(), [1, 2, 3, 4], "{how}");
        let stats = handle.stats();
        assert_eq!((stats.failed, stats.panicked, stats.timed_out), expected, "{how}");
    }
}
