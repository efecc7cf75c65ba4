//! Conditions of every sort, and that they see what the handler sees.

mod common;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use auraxis_core::{event::*, id::CharacterId};
use auraxis_runtime::{Conditions, Trigger, TriggerBuilder};
use common::*;

fn headshot(death: &Death) -> bool {
    death.is_headshot
}

#[tokio::test]
async fn every_sort_of_condition_says_yes_or_no() {
    static ON: AtomicBool = AtomicBool::new(true);
    static OFF: AtomicBool = AtomicBool::new(false);
    static HEADSHOTS: Conditions<Death> = Conditions::new();
    static NOTHING: Conditions<Death> = Conditions::new();
    HEADSHOTS.push(headshot);
    NOTHING.push(headshot);
    NOTHING.push(|_: &Death| false);

    let on = Trigger::on::<Death>;
    let list = |condition: fn(&Death) -> bool| {
        let conditions = Conditions::new();
        conditions.push(condition);
        Arc::new(conditions)
    };
    let nobody = CharacterId(0);
    let cases = [
        ("no condition", on(), true),
        ("a function", on().condition(headshot), true),
        ("a closure", on().condition(|death: &Death| !death.is_headshot), false),
        ("a closure that owns something", on().condition(move |death: &Death| death.character_id != nobody), true),
        ("true", on().condition(true), true),
        ("false", on().condition(false), false),
        ("a static switch that is on", on().condition(&ON), true),
        ("a static switch that is off", on().condition(&OFF), false),
        ("a shared switch that is on", on().condition(Arc::new(AtomicBool::new(true))), true),
        ("a shared switch that is off", on().condition(Arc::new(AtomicBool::new(false))), false),
        ("a static list that holds", on().condition(&HEADSHOTS), true),
        ("a static list of which one does not hold", on().condition(&NOTHING), false),
        ("a shared list that holds", on().condition(list(headshot)), true),
        ("a shared list that does not hold", on().condition(list(|_| false)), false),
        ("an empty list", on().condition(Arc::new(Conditions::new())), true),
        ("several that hold", on().condition(headshot).condition(&ON).condition(true), true),
        ("the first of several does not hold", on().condition(false).condition(headshot), false),
        ("the last of several does not hold", on().condition(headshot).condition(&ON).condition(&OFF), false),
    ];
    for (case, trigger, holds) in cases {
        let (client, log) = (client(), Log::new());
        let handle = client.add(trigger.action(log.handler(|_: Death| ()))).unwrap();
        client.dispatch(death(&[("is_headshot", 1)])).await.unwrap();
        assert_eq!(log.len(), usize::from(holds), "{case}");
        assert_eq!(handle.stats().rejected, u64::from(!holds), "{case}");
    }
}

#[tokio::test]
async fn switches_and_lists_are_looked_at_anew_for_each_event() {
    static SWITCH: AtomicBool = AtomicBool::new(false);
    static LIST: Conditions<PlayerLogin> = Conditions::new();

    type Turn<'a> = Box<dyn Fn(bool) + 'a>;
    fn turn_list(list: &Conditions<PlayerLogin>, on: bool) {
        list.clear();
        list.push(|_: &PlayerLogin| true);
        list.push(move |_: &PlayerLogin| on);
    }

    let switch = Arc::new(AtomicBool::new(false));
    let list = Arc::new(Conditions::new());
    let on = Trigger::on::<PlayerLogin>;
    let cases: [(&str, TriggerBuilder<PlayerLogin>, Turn<'_>); 4] = [
        ("static switch", on().condition(&SWITCH), Box::new(|on| SWITCH.store(on, Ordering::Relaxed))),
        ("switch", on().condition(Arc::clone(&switch)), Box::new(|on| switch.store(on, Ordering::Relaxed))),
        ("static list", on().condition(&LIST), Box::new(|on| turn_list(&LIST, on))),
        ("list", on().condition(Arc::clone(&list)), Box::new(|on| turn_list(&list, on))),
    ];
    for (case, trigger, turn) in cases {
        let (client, log) = (client(), Log::new());
        client.add(trigger.action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
        for (number, on) in [(1, false), (2, true), (3, true), (4, false), (5, true)] {
            turn(on);
            client.dispatch(login(number)).await.unwrap();
        }
        assert_eq!(log.take(), [2, 3, 5], "{case}");
    }
}

#[tokio::test]
async fn a_list_may_be_changed_by_the_conditions_in_it() {
    let (client, log) = (client(), Log::new());
    let list = Arc::new(Conditions::<PlayerLogin>::new());
    let changing = Arc::clone(&list);
    list.push(move |login: &PlayerLogin| {
        match login.character_id.0 {
            1 => {
                changing.push(|_: &PlayerLogin| false);
            }
            2 => changing.clear(),
            _ => {}
        }
        true
    });
    client
        .add(
            Trigger::on::<PlayerLogin>()
                .condition(Arc::clone(&list))
                .action(log.handler(|login: PlayerLogin| login.character_id.0)),
        )
        .unwrap();
    for (number, left) in [(1, 2), (2, 0), (3, 0)] {
        client.dispatch(login(number)).await.unwrap();
        assert_eq!(list.len(), left, "after {number}");
    }
    assert_eq!(log.take(), [1, 3], "an event goes by the list as it was when the event came");
}

#[tokio::test]
async fn a_condition_is_taken_out_of_its_list_by_its_key_and_no_other() {
    let (client, log) = (client(), Log::new());
    let (list, other) = (Arc::new(Conditions::<PlayerLogin>::new()), Conditions::<PlayerLogin>::new());
    let owned = Arc::new(());
    let small = list.push(|login: &PlayerLogin| login.character_id.0 < 10);
    let even = list.push({
        let owned = Arc::clone(&owned);
        move |login: &PlayerLogin| {
            let _ = &owned;
            login.character_id.0.is_multiple_of(2)
        }
    });
    // Within a condition, which is asked while the list is changed.
    let never = Arc::new(std::sync::OnceLock::new());
    let (changing, key) = (Arc::clone(&list), Arc::clone(&never));
    never
        .set(list.push(move |login: &PlayerLogin| {
            login.character_id.0 == 6 && key.get().is_some_and(|&key| changing.remove(key))
        }))
        .unwrap();
    let trigger = Trigger::on::<PlayerLogin>().condition(Arc::clone(&list));
    client.add(trigger.action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    let send = async || {
        for number in [1, 4, 6, 8, 11, 12] {
            client.dispatch(login(number)).await.unwrap();
        }
        log.take()
    };
    assert_eq!(send().await, [6, 8], "the third one has left with the 6");
    assert!(!other.remove(even), "it stands in another list");
    assert_eq!(Arc::strong_count(&owned), 2);
    assert!(list.remove(even) && !list.remove(even));
    assert_eq!(Arc::strong_count(&owned), 1, "what it owned is gone");
    assert_eq!(send().await, [1, 4, 6, 8]);
    assert!(list.remove(small) && list.is_empty());
    assert_eq!(send().await, [1, 4, 6, 8, 11, 12]);
    let again = list.push(|_: &PlayerLogin| false);
    assert!(!list.remove(small) && list.remove(again), "a key is never used again");
}

#[tokio::test]
async fn a_list_may_be_changed_by_the_handler_it_guards() {
    let (client, log) = (client(), Log::new());
    let list = Arc::new(Conditions::<PlayerLogin>::new());
    let (guard, once) = (Arc::clone(&list), log.clone());
    let handler = move |login: PlayerLogin| {
        once.add(login.character_id.0);
        list.push(|_: &PlayerLogin| false);
    };
    client.add(Trigger::on::<PlayerLogin>().condition(guard).action(handler)).unwrap();
    for number in 1..=3 {
        client.dispatch(login(number)).await.unwrap();
    }
    assert_eq!(log.take(), [1]);
}

/// What `one_of!` declares.
#[derive(Clone, Debug, PartialEq)]
enum Fight {
    Death(Death),
    VehicleDestroy(VehicleDestroy),
}

impl From<Death> for Fight {
    fn from(death: Death) -> Self {
        Self::Death(death)
    }
}

impl From<VehicleDestroy> for Fight {
    fn from(destroy: VehicleDestroy) -> Self {
        Self::VehicleDestroy(destroy)
    }
}

/// Keeps less than the events it is made from.
#[derive(Clone, Debug, PartialEq)]
enum Met {
    Killer(Option<CharacterId>),
    Visitor(CharacterId),
}

impl From<Death> for Met {
    fn from(death: Death) -> Self {
        Self::Killer(death.attacker_character_id)
    }
}

impl From<PlayerLogin> for Met {
    fn from(login: PlayerLogin) -> Self {
        Self::Visitor(login.character_id)
    }
}

#[tokio::test]
async fn a_condition_sees_what_the_handler_sees() {
    async fn check<E>(trigger: TriggerBuilder<E>, events: &[Event], expected: &[E])
    where
        E: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static,
    {
        let (client, asked, handled) = (client(), Log::new(), Log::new());
        let asking = asked.clone();
        let trigger = trigger.condition(move |event: &E| {
            asking.add(event.clone());
            true
        });
        client.add(trigger.action(handled.handler(|event: E| event))).unwrap();
        for event in events {
            client.dispatch(event.clone()).await.unwrap();
        }
        assert_eq!(asked.take(), expected);
        assert_eq!(handled.take(), expected);
    }

    let events = [
        death(&[("attacker_character_id", 7)]),
        event(EventKind::VehicleDestroy, &[("vehicle_id", 4)]),
        login(9),
        novelty("Novelty", ""),
    ];
    let (Event::Death(died), Event::VehicleDestroy(destroyed)) = (&events[0], &events[1]) else { unreachable!() };
    check(Trigger::on::<Death>(), &events, std::slice::from_ref(died)).await;
    check(Trigger::on::<Event>(), &events, &events).await;
    check(
        Trigger::builder().on::<Death>().on::<VehicleDestroy>(),
        &events,
        &[Fight::Death(died.clone()), Fight::VehicleDestroy(destroyed.clone())],
    )
    .await;
    check(
        Trigger::builder().on::<Death>().on::<PlayerLogin>(),
        &events,
        &[Met::Killer(Some(CharacterId(7))), Met::Visitor(CharacterId(9))],
    )
    .await;
}

#[tokio::test]
async fn conditions_are_asked_only_about_events_that_the_filters_let_pass() {
    let (client, asked) = (client(), Log::new());
    let asking = asked.clone();
    let trigger = Trigger::on::<Death>().characters([5]).worlds([1]).zones([2]).condition(move |death: &Death| {
        asking.add(death.character_id.0);
        true
    });
    let handle = client.add(trigger.action(|_: Death| ())).unwrap();
    let fits = [("character_id", 5), ("world_id", 1), ("zone_id", 2)];
    for (field, other) in [("character_id", 6), ("world_id", 2), ("zone_id", 3)] {
        client
            .dispatch(death(&fits.map(|(name, value)| (name, if name == field { other } else { value }))))
            .await
            .unwrap();
    }
    handle.pause();
    client.dispatch(death(&fits)).await.unwrap();
    assert_eq!(asked.take(), [0; 0]);
    handle.resume();
    client.dispatch(death(&fits)).await.unwrap();
    assert_eq!(asked.take(), [5]);
}

#[tokio::test]
async fn conditions_are_asked_in_their_order_until_one_says_no() {
    let (client, asked) = (client(), Log::new());
    let says = |number: u32, yes: bool| {
        let asked = asked.clone();
        move |_: &Death| {
            asked.add(number);
            yes
        }
    };
    let trigger = Trigger::on::<Death>().condition(says(1, true)).condition(says(2, false)).condition(says(3, true));
    client.add(trigger.action(|_: Death| ())).unwrap();
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(asked.take(), [1, 2]);
}

#[tokio::test]
async fn a_condition_that_panics_means_no_and_stops_nothing() {
    fn first_panics(login: &PlayerLogin) -> bool {
        assert!(login.character_id.0 > 1, "the condition cannot cope with the first one");
        true
    }
    let listed = Arc::new(Conditions::new());
    listed.push(first_panics);

    let (client, log) = (client(), Log::new());
    let on = Trigger::on::<PlayerLogin>;
    let handles: Vec<_> = [
        ("called", on().condition(first_panics)),
        ("in a list", on().condition(listed)),
        ("as a key", on().key(|login: &PlayerLogin| first_panics(login))),
        ("innocent", on()),
    ]
    .into_iter()
    .map(|(name, trigger)| {
        let action = log.handler(move |login: PlayerLogin| (name, login.character_id.0));
        client.add(trigger.named(name).action(action)).unwrap()
    })
    .collect();
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(log.take(), [("innocent", 1)]);
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), [("called", 2), ("in a list", 2), ("as a key", 2), ("innocent", 2)]);
    let panicked: Vec<_> = handles.iter().map(|handle| handle.stats().condition_panics).collect();
    assert_eq!(panicked, [1, 1, 1, 0]);
}
