//! Handlers and conditions that turn on the client they belong to.

mod common;

use std::{sync::Arc, time::Duration};

use auraxis_core::event::*;
use auraxis_runtime::{Client, OverflowPolicy, Result, Speed, Trigger, TriggerBuilder, TriggerHandle};
use common::*;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

/// Longer than anything takes here that ends at all, in paused time.
const FOREVER: Duration = Duration::from_secs(100_000);

/// The same in real time, for replays, which have a time of their own.
const LONG: Duration = Duration::from_secs(30);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

#[tokio::test]
async fn a_trigger_that_a_handler_adds_has_the_next_event_and_not_the_one_at_hand() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let add = move |login: PlayerLogin, client: Client| -> Result {
        let first = number(login);
        client.add(on().action(seen.handler(move |login| (first, number(login)))))?;
        Ok(())
    };
    client.add(on().action(add)).unwrap();
    for character in 1..=3 {
        client.dispatch(login(character)).await.unwrap();
    }
    assert_eq!(log.take(), [(1, 2), (1, 3), (2, 3)]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_remove_its_own_trigger_before_and_after_a_wait() {
    let (client, log) = (client(), Log::new());
    let (at_once, later) = (log.clone(), log.clone());
    client
        .add(on().named("at once").action(move |login: PlayerLogin, trigger: TriggerHandle| {
            trigger.remove();
            at_once.add(("at once", number(login)));
        }))
        .unwrap();
    client
        .add(on().named("later").sequential().action(move |login: PlayerLogin, trigger: TriggerHandle| {
            let later = later.clone();
            async move {
                sleep(SECOND).await;
                trigger.remove();
                later.add(("later", number(login)));
            }
        }))
        .unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(login(2)).await.unwrap();
    sleep(FOREVER).await;
    client.dispatch(login(3)).await.unwrap();
    assert_eq!(log.take(), [("at once", 1), ("later", 1), ("later", 2)], "what was taken before is still run");
    assert!(client.triggers().is_empty());
}

#[tokio::test]
async fn a_trigger_that_a_handler_removes_does_not_have_the_event_at_hand_if_its_turn_is_yet_to_come() {
    let (client, log) = (client(), Log::new());
    for (name, victim) in [("a", None), ("b", Some("c")), ("c", None), ("d", Some("a"))] {
        let seen = log.clone();
        let handler = move |_: PlayerLogin, client: Client| -> Result {
            seen.add(name);
            victim.filter(|name| client.trigger(name).is_some()).map_or(Ok(()), |name| client.remove(name))
        };
        client.add(on().named(name).action(handler)).unwrap();
    }
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(log.take(), ["a", "b", "d"]);
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), ["b", "d"]);
}

#[tokio::test]
async fn a_handler_may_replace_its_trigger_by_one_of_the_same_name() {
    fn generation(age: u64, log: Log<(u64, u64)>) -> Trigger {
        on().named("heir").action(move |login: PlayerLogin, client: Client, trigger: TriggerHandle| {
            log.add((age, number(login)));
            trigger.remove();
            client.add(generation(age + 1, log.clone())).map(drop)
        })
    }

    let (client, log) = (client(), Log::new());
    client.add(generation(0, log.clone())).unwrap();
    for character in 1..=3 {
        client.dispatch(login(character)).await.unwrap();
    }
    assert_eq!(log.take(), [(0, 1), (1, 2), (2, 3)]);
    assert_eq!(client.triggers().len(), 1);
}

#[tokio::test]
async fn a_handler_may_pause_its_trigger_and_another() {
    let (client, log) = (client(), Log::new());
    for name in ["first", "second"] {
        let seen = log.clone();
        let handler = move |_: PlayerLogin, client: Client| {
            seen.add(name);
            client.triggers().iter().for_each(TriggerHandle::pause);
        };
        client.add(on().named(name).action(handler)).unwrap();
    }
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(log.take(), ["first"]);
    client.trigger("second").unwrap().resume();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), ["second"]);
}

#[tokio::test]
async fn a_condition_may_add_and_remove_triggers() {
    let (client, log) = (client(), Log::new());
    let (changing, added) = (client.clone(), log.clone());
    let condition = move |_: &PlayerLogin| {
        changing.remove("later").unwrap();
        changing.add(on().named("added").action(added.handler(|login| ("added", number(login))))).is_ok()
    };
    client.add(on().condition(condition).single_shot().action(|_: PlayerLogin| ())).unwrap();
    client.add(on().named("later").action(log.handler(|login| ("later", number(login))))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), [("added", 2)]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_a_handler_dispatches_comes_after_the_one_at_hand() {
    type Options = fn(TriggerBuilder<PlayerLogin>) -> TriggerBuilder<PlayerLogin>;
    let options: [Options; 3] = [|on| on, TriggerBuilder::sequential, |on| on.key(|_| ())];
    for options in options {
        let (client, log) = (client(), Log::new());
        let count_down = |login: PlayerLogin, client: Client| async move {
            match number(login) {
                0 => {}
                character => client.dispatch(common::login(character - 1)).await.unwrap(),
            }
        };
        client.add(options(on()).action(count_down)).unwrap();
        for name in ["first", "second"] {
            client.add(on().action(log.handler(move |login| (name, number(login))))).unwrap();
        }
        client.dispatch(login(3)).await.unwrap();
        idle().await;
        let expected = [3, 2, 1, 0].map(|character| [("first", character), ("second", character)]);
        assert_eq!(log.take(), expected.concat());
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_dispatch_while_the_stream_waits_for_its_trigger() {
    let (client, log) = (client(), Log::new());
    let gate = Arc::new(Semaphore::new(0));
    let opening = Arc::clone(&gate);
    let dispatch = move |victim: Death, client: Client| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.expect("nobody closes the gate").forget();
            client.dispatch(login(victim.character_id.0)).await.unwrap();
        }
    };
    let blocking = Trigger::on::<Death>().sequential().queue(0).overflow(OverflowPolicy::Block);
    client.add(blocking.action(dispatch)).unwrap();
    client.add(on().action(log.handler(number))).unwrap();
    let stream = client.clone();
    let stream = tokio::spawn(async move {
        for victim in 1..=5 {
            stream.dispatch(death(&[("character_id", victim)])).await.unwrap();
        }
    });
    for ended in 0..5 {
        sleep(SECOND).await;
        assert_eq!(log.len(), ended);
        assert_eq!(stream.is_finished(), ended == 4, "{ended} ended");
        opening.add_permits(1);
    }
    timeout(FOREVER, stream).await.expect("each waits for the other").unwrap();
    idle().await;
    assert_eq!(log.take(), [1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn several_dispatchers_may_wait_for_the_same_trigger() {
    for queue in [0, 2] {
        let (client, log) = (client(), Log::new());
        let seen = log.clone();
        let slow = move |login: PlayerLogin| {
            let seen = seen.clone();
            async move {
                sleep(SECOND).await;
                seen.add(number(login));
            }
        };
        client.add(on().sequential().queue(queue).overflow(OverflowPolicy::Block).action(slow)).unwrap();
        let dispatchers: Vec<_> = (0..10)
            .map(|dispatcher| {
                let client = client.clone();
                tokio::spawn(async move {
                    for number in 0..10 {
                        client.dispatch(login(10 * dispatcher + number)).await.unwrap();
                    }
                })
            })
            .collect();
        for dispatcher in dispatchers {
            timeout(FOREVER, dispatcher).await.expect("there is room again and again").unwrap();
        }
        sleep(FOREVER).await;
        let seen = log.take();
        for dispatcher in 0..10 {
            let of_one: Vec<_> = seen.iter().copied().filter(|number| number / 10 == dispatcher).collect();
            assert_eq!(of_one, (10 * dispatcher..10 * dispatcher + 10).collect::<Vec<_>>(), "each keeps its order");
        }
        assert_eq!(seen.len(), 100);
    }
}

#[tokio::test]
async fn a_handler_may_dispatch_during_a_replay_that_waits_for_it() {
    let recording = Recording::of("dispatch", (1..=50).map(|victim| death(&[("character_id", victim)]).to_frame()));
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let dispatch = |victim: Death, client: Client| async move {
        sleep(SECOND / 100).await;
        client.dispatch(login(victim.character_id.0)).await.unwrap();
    };
    client.add(Trigger::on::<Death>().sequential().queue(1).action(dispatch)).unwrap();
    client.add(on().action(log.handler(number))).unwrap();
    let handle = client.triggers().remove(0);
    timeout(LONG, client.run()).await.expect("each waits for the other").unwrap();
    assert_eq!(handle.stats().started, 50);
    assert!(log.take().starts_with(&(1..=45).collect::<Vec<_>>()), "the last runs may end after the replay");
}

#[tokio::test]
async fn a_handler_and_a_condition_may_shut_the_client_down() {
    type Add<'a> = &'a dyn Fn(&Client) -> Trigger;

    let recording = Recording::of("shutdown", (1..=100).map(|character| login(character).to_frame()));
    let by_handler = |login: PlayerLogin, client: Client| {
        if number(login) == 5 {
            client.shutdown();
        }
    };
    let by_waiting_handler = |login: PlayerLogin, client: Client| async move {
        if number(login) == 5 {
            sleep(SECOND / 100).await;
            client.shutdown();
        }
    };
    let asking = |client: &Client| {
        let client = client.clone();
        move |login: &PlayerLogin| {
            if login.character_id.0 == 5 {
                client.shutdown();
            }
            true
        }
    };
    let adds: [Add<'_>; 3] = [&|_| on().action(by_handler), &|_| on().action(by_waiting_handler), &|client| {
        on().condition(asking(client)).action(|_: PlayerLogin| ())
    }];
    for (case, trigger) in adds.into_iter().enumerate() {
        let (client, log) = (recording.replay(Speed::Times(1.0)).build().unwrap(), Log::new());
        client.add(trigger(&client)).unwrap();
        client.add(on().action(log.handler(number))).unwrap();
        client.add(Trigger::on::<Stopping>().action(log.handler(|_: Stopping| 0))).unwrap();
        timeout(LONG, client.run()).await.expect("the client stops").unwrap();
        let seen = log.take();
        assert!(seen.len() >= 6 && seen.last() == Some(&0), "case {case}: {seen:?}");
    }
}
