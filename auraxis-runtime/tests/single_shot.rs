//! Triggers that run once.

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::event::*;
use auraxis_runtime::{Client, Trigger, TriggerHandle};
use common::*;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_events_from_many_tasks_run_each_single_shot_trigger_once_and_others_every_time() {
    const TASKS: u64 = 8;
    const EVENTS: u64 = 250;
    let (client, log) = (client(), Log::new());
    let names: Vec<_> = (0..20).map(|number| format!("once {number}")).collect();
    for name in &names {
        let (log, seen) = (log.clone(), name.clone());
        let run = move |_: PlayerLogin| {
            let (log, seen) = (log.clone(), seen.clone());
            async move {
                tokio::task::yield_now().await;
                log.add(seen);
            }
        };
        client.add(Trigger::on::<PlayerLogin>().named(name.clone()).single_shot().action(run)).unwrap();
    }
    let every = client.add(Trigger::on::<PlayerLogin>().named("every").action(|_: PlayerLogin| ())).unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let client = client.clone();
        tasks.spawn(async move {
            for number in 0..EVENTS {
                client.dispatch(login(number)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(every.stats().started, TASKS * EVENTS);
    assert_eq!(client.triggers().len(), 1);
    until(|| log.len() >= names.len()).await;
    let mut seen = log.take();
    seen.sort_unstable();
    let mut expected = names;
    expected.sort_unstable();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_the_filters_and_conditions_refuse_does_not_use_it_up() {
    let (client, log) = (client(), Log::new());
    let trigger = Trigger::on::<PlayerLogin>().characters([1, 2, 3]).condition(|login: &PlayerLogin| {
        assert_ne!(login.character_id.0, 1, "a condition that panics says no");
        login.character_id.0 != 2
    });
    client.add(trigger.single_shot().action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    for number in [9, 1, 2, 3, 3] {
        client.dispatch(login(number)).await.unwrap();
    }
    assert_eq!(log.take(), [3]);
}

#[tokio::test]
async fn a_run_that_fails_uses_it_up() {
    fn fail(_: PlayerLogin) {
        panic!("a panic of the program's own");
    }

    let client = client();
    let handle = client.add(Trigger::on::<PlayerLogin>().single_shot().action(fail)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(handle.stats().panicked, 1);
    assert!(handle.is_removed() && client.triggers().is_empty());
}

#[tokio::test]
async fn a_paused_one_waits_for_its_event_until_it_is_resumed() {
    let (client, log) = (client(), Log::new());
    let trigger = Trigger::on::<PlayerLogin>().single_shot();
    let handle = client.add(trigger.action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    handle.pause();
    client.dispatch(login(1)).await.unwrap();
    handle.resume();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), [2]);
}

#[tokio::test]
async fn its_subscription_ends_with_it() {
    let client = client();
    client.add(Trigger::on::<Death>().single_shot().action(|_: Death| ())).unwrap();
    assert_eq!(subscription(&client), "Death for all characters");
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(subscription(&client), "nothing");
}

#[tokio::test]
async fn it_is_gone_when_its_handler_runs_which_may_add_a_successor_of_the_same_name() {
    fn once(log: Log<u64>) -> Trigger {
        Trigger::on::<PlayerLogin>().named("once").single_shot().action(
            move |login: PlayerLogin, client: Client, trigger: TriggerHandle| {
                log.add(login.character_id.0);
                assert!(trigger.is_removed() && client.trigger("once").is_none() && client.triggers().is_empty());
                client.add(once(log.clone())).map(drop)
            },
        )
    }

    let (client, log) = (client(), Log::new());
    client.add(once(log.clone())).unwrap();
    for number in 1..=3 {
        client.dispatch(login(number)).await.unwrap();
        let successor = client.trigger("once").expect("the handler has added it");
        assert_eq!((successor.stats().failed, successor.stats().panicked), (0, 0));
    }
    assert_eq!(log.take(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn its_run_goes_on_after_it_is_gone() {
    let (client, log) = (client(), Log::new());
    let done = log.clone();
    let slow = move |_: PlayerLogin| {
        let done = done.clone();
        async move {
            tokio::time::sleep(Duration::from_mins(1)).await;
            done.add("done");
        }
    };
    client.add(Trigger::on::<PlayerLogin>().single_shot().action(slow)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    assert!(client.triggers().is_empty());
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.len(), 0);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(log.take(), ["done"]);
}

#[tokio::test]
async fn what_its_handler_owns_is_dropped_after_it() {
    struct Owned(Arc<Mutex<bool>>);
    impl Drop for Owned {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = true;
        }
    }

    let (client, dropped) = (client(), Arc::default());
    let owned = Owned(Arc::clone(&dropped));
    let handler = move |_: PlayerLogin| {
        let _ = &owned;
    };
    client.add(Trigger::on::<PlayerLogin>().single_shot().action(handler)).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(login(2)).await.unwrap();
    assert!(*dropped.lock().unwrap());
}
