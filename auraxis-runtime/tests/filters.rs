//! Filters: characters, worlds and zones, and what the subscription makes of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use auraxis_core::{event::*, id::ZoneId};
use auraxis_runtime::{Trigger, TriggerBuilder, TriggerHandle};
use common::*;

/// How often a trigger with these filters runs for each of the events.
async fn runs(trigger: TriggerBuilder<Event>, events: &[Event]) -> Vec<usize> {
    let (client, log) = (client(), Log::new());
    client.add(trigger.action(log.handler(|_: Event| ()))).unwrap();
    let mut runs = Vec::new();
    for event in events {
        client.dispatch(event.clone()).await.unwrap();
        runs.push(log.take().len());
    }
    runs
}

fn killed(attacker: u64, victim: u64) -> Event {
    death(&[("attacker_character_id", attacker), ("character_id", victim)])
}

#[tokio::test]
async fn characters_are_victims_or_attackers_and_each_event_comes_once() {
    let destroyed = |attacker, owner| {
        event(EventKind::VehicleDestroy, &[("attacker_character_id", attacker), ("character_id", owner)])
    };
    let cases = [
        ("the victim", killed(9, 5), 1),
        ("the attacker", killed(5, 9), 1),
        ("both", killed(5, 6), 1),
        ("both, the other way", killed(6, 5), 1),
        ("a suicide", killed(5, 5), 1),
        ("neither", killed(8, 9), 0),
        ("the environment and nobody watched", killed(0, 9), 0),
        ("the environment", killed(0, 5), 1),
        ("the owner", destroyed(9, 5), 1),
        ("who destroys", destroyed(5, 9), 1),
        ("who destroys what nobody owns", destroyed(5, 0), 1),
        ("nobody destroys what nobody owns", destroyed(0, 0), 0),
        ("one who gains experience", event(EventKind::GainExperience, &[("character_id", 6)]), 1),
        ("on whom experience is gained", event(EventKind::GainExperience, &[("other_id", 6)]), 0),
        ("one who logs in", login(5), 1),
        ("another who logs in", login(7), 0),
        ("an event about no character", event(EventKind::ContinentLock, &[]), 0),
    ];
    for (case, event, expected) in cases {
        assert_eq!(runs(Trigger::on::<Event>().characters([5, 6]), &[event]).await, [expected], "{case}");
    }
}

#[tokio::test]
async fn nobody_is_not_a_character_that_can_be_watched() {
    let events = [killed(0, 9), event(EventKind::VehicleDestroy, &[("character_id", 0), ("attacker_character_id", 0)])];
    assert_eq!(runs(Trigger::on::<Event>().characters([0]), &events).await, [0, 0]);
}

#[tokio::test]
async fn each_trigger_that_watches_someone_gets_the_event_once() {
    let (client, log) = (client(), Log::new());
    for (name, characters) in [("both", vec![5, 6]), ("attacker", vec![5]), ("victim", vec![6]), ("other", vec![7])] {
        let trigger = Trigger::on::<Death>().characters(characters);
        client.add(trigger.action(log.handler(move |_: Death| name))).unwrap();
    }
    client.dispatch(killed(5, 6)).await.unwrap();
    let mut seen = log.take();
    seen.sort_unstable();
    assert_eq!(seen, ["attacker", "both", "victim"]);
}

#[tokio::test]
async fn a_handler_that_narrows_its_own_filter_has_the_event_once() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let narrow = move |_: Death, trigger: TriggerHandle| {
        trigger.set_characters([5]);
        seen.add(());
    };
    client.add(Trigger::on::<Death>().characters([5, 6]).action(narrow)).unwrap();
    client.dispatch(killed(5, 6)).await.unwrap();
    assert_eq!(log.len(), 1);
}

#[tokio::test]
async fn a_hundred_thousand_characters_are_told_from_all_others() {
    let (client, log) = (client(), Log::new());
    let watched = (0..100_000).map(|number| 5_428_010_618_015_189_713 + 16 * number);
    let trigger = Trigger::on::<PlayerLogin>().characters(watched.clone());
    client.add(trigger.action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    assert_eq!(subscription(&client), "PlayerLogin for 100000 characters");
    let sample: Vec<_> = watched.step_by(997).collect();
    for &character in &sample {
        client.dispatch(login(character)).await.unwrap();
        client.dispatch(login(character + 1)).await.unwrap();
    }
    assert_eq!(log.take(), sample);
}

#[tokio::test]
async fn worlds_are_those_of_the_event() {
    let in_worlds = [1, 17, 40].map(|world| death(&[("world_id", world)]));
    assert_eq!(runs(Trigger::on::<Event>().worlds([1, 40]), &in_worlds).await, [1, 0, 1]);
    let without_world = [novelty("Novelty", ""), novelty("Novelty", r#","world_id":"40""#)];
    assert_eq!(runs(Trigger::on::<Event>().worlds([40]), &without_world).await, [0, 1]);
}

#[tokio::test]
async fn a_map_stands_for_its_instances_and_an_instance_for_itself() {
    let instance = |zone: ZoneId, number: u32| ZoneId(zone.0 | number << 16);
    let indar = |number| instance(ZoneId::INDAR, number);
    let zones = [ZoneId::INDAR, indar(1), indar(2), ZoneId::HOSSIN, instance(ZoneId::HOSSIN, 1)];
    let cases = [
        (vec![ZoneId::INDAR], [1, 1, 1, 0, 0]),
        (vec![indar(1)], [0, 1, 0, 0, 0]),
        (vec![indar(2), ZoneId::HOSSIN], [0, 0, 1, 1, 1]),
        (zones.to_vec(), [1; 5]),
    ];
    let events = zones.map(|zone| death(&[("zone_id", zone.0.into())]));
    for (wanted, expected) in cases {
        assert_eq!(runs(Trigger::on::<Event>().zones(wanted.clone()), &events).await, expected, "{wanted:?}");
    }
}

#[tokio::test]
async fn events_without_a_zone_are_in_none() {
    let alert = frame(EventKind::MetagameEvent, &[]).replace(r#","zone_id":"1""#, "");
    assert!(!alert.contains("zone_id"));
    let events = [parse(&alert), login(1), event(EventKind::MetagameEvent, &[])];
    assert_eq!(runs(Trigger::on::<Event>().zones([1]), &events).await, [0, 0, 1]);
}

#[tokio::test]
async fn an_empty_filter_lets_nothing_pass_and_asks_for_nothing() {
    let events = [death(&[]), login(1), event(EventKind::ContinentLock, &[]), novelty("Novelty", "")];
    let filters: [fn(TriggerBuilder<Event>) -> TriggerBuilder<Event>; 3] =
        [|on| on.worlds([0; 0]), |on| on.characters([0; 0]), |on| on.zones([0; 0])];
    for (number, filter) in filters.into_iter().enumerate() {
        assert_eq!(runs(filter(Trigger::on::<Event>()), &events).await, [0; 4], "filter {number}");
        let client = client();
        client.add(filter(Trigger::on::<Event>()).action(|_: Event| ())).unwrap();
        assert_eq!(subscription(&client), "nothing", "filter {number}");
    }
}

#[tokio::test]
async fn what_holds_an_event_back_is_counted() {
    let client = client();
    let on = Trigger::on::<Death>;
    let add = |trigger: TriggerBuilder<Death>| client.add(trigger.action(|_: Death| ())).unwrap();
    let worlds = add(on().worlds([2]));
    let zones = add(on().zones([2]));
    let condition = add(on().condition(false));
    let everything = add(on());
    for _ in 0..3 {
        client.dispatch(death(&[])).await.unwrap();
    }
    let text = |handle: &TriggerHandle| handle.stats().to_string();
    assert_eq!(text(&worlds), "received 3, 3 filtered by world");
    assert_eq!(text(&zones), "received 3, 3 filtered by zone");
    assert_eq!(text(&condition), "received 3, 3 rejected by conditions");
    assert_eq!(text(&everything), "received 3, 3 started");
}

#[tokio::test]
async fn filters_changed_through_the_handle_hold_from_the_next_event_on_and_the_subscription_follows() {
    type Change = fn(&TriggerHandle);
    let (client, log) = (client(), Log::new());
    let handle = client.add(Trigger::on::<Death>().action(log.handler(|_: Death| ()))).unwrap();
    let event = || death(&[("character_id", 5), ("world_id", 1), ("zone_id", 2)]);
    let changes: [(Change, bool, &str); 10] = [
        (|_| (), true, "Death for all characters"),
        (|trigger| trigger.set_worlds([17]), false, "Death for all characters on worlds 17"),
        (|trigger| trigger.set_worlds([1, 17]), true, "Death for all characters on worlds 1, 17"),
        (|trigger| trigger.set_characters([6]), false, "Death for characters 6 on worlds 1, 17"),
        (|trigger| trigger.set_characters([5, 6]), true, "Death for characters 5, 6 on worlds 1, 17"),
        (|trigger| trigger.set_zones([4]), false, "Death for characters 5, 6 on worlds 1, 17"),
        (|trigger| trigger.set_zones([2]), true, "Death for characters 5, 6 on worlds 1, 17"),
        (|trigger| trigger.set_characters([0; 0]), false, "nothing"),
        (|trigger| trigger.set_characters([5]), true, "Death for characters 5 on worlds 1, 17"),
        (|trigger| trigger.set_worlds([0; 0]), false, "nothing"),
    ];
    for (step, (change, taken, subscribed)) in changes.into_iter().enumerate() {
        change(&handle);
        client.dispatch(event()).await.unwrap();
        assert_eq!(log.take().len(), usize::from(taken), "step {step}");
        assert_eq!(subscription(&client), subscribed, "step {step}");
    }
}

#[tokio::test]
async fn one_character_comes_and_goes_and_a_filter_is_lifted() {
    type Change = fn(&TriggerHandle);
    let (client, log) = (client(), Log::new());
    let handle = client.add(Trigger::on::<Death>().characters([5]).action(log.handler(|_: Death| ()))).unwrap();
    let event = || death(&[("character_id", 6), ("attacker_character_id", 9), ("world_id", 1), ("zone_id", 2)]);
    let changes: [(Change, bool, &str); 13] = [
        (|_| (), false, "Death for characters 5"),
        (|trigger| trigger.add_character(6), true, "Death for characters 5, 6"),
        (|trigger| trigger.add_character(6), true, "Death for characters 5, 6"),
        (|trigger| trigger.remove_character(7), true, "Death for characters 5, 6"),
        (|trigger| trigger.remove_character(6), false, "Death for characters 5"),
        (|trigger| trigger.remove_character(5), false, "nothing"),
        (|trigger| trigger.add_character(9), true, "Death for characters 9"),
        (|trigger| trigger.clear_characters(), true, "Death for all characters"),
        (|trigger| trigger.remove_character(6), true, "Death for all characters"),
        (|trigger| trigger.set_worlds([40]), false, "Death for all characters on worlds 40"),
        (|trigger| trigger.clear_worlds(), true, "Death for all characters"),
        (|trigger| trigger.set_zones([4]), false, "Death for all characters"),
        (|trigger| trigger.clear_zones(), true, "Death for all characters"),
    ];
    for (step, (change, taken, subscribed)) in changes.into_iter().enumerate() {
        change(&handle);
        client.dispatch(event()).await.unwrap();
        assert_eq!(log.take().len(), usize::from(taken), "step {step}");
        assert_eq!(subscription(&client), subscribed, "step {step}");
    }
}

#[tokio::test]
async fn a_handler_and_a_condition_may_change_filters() {
    let (client, log) = (client(), Log::new());
    let follow = |death: Death, trigger: TriggerHandle| trigger.set_characters(death.attacker_character_id);
    client.add(Trigger::on::<Death>().named("hunt").characters([1]).action(follow)).unwrap();
    let watching = client.clone();
    let trigger = Trigger::on::<Death>().condition(move |_: &Death| {
        watching.trigger("logins").unwrap().set_worlds([2]);
        true
    });
    client.add(trigger.action(|_: Death| ())).unwrap();
    client.add(Trigger::on::<PlayerLogin>().named("logins").action(log.handler(|_: PlayerLogin| ()))).unwrap();

    client.dispatch(login(1)).await.unwrap();
    client.dispatch(killed(7, 1)).await.unwrap();
    client.dispatch(killed(8, 7)).await.unwrap();
    client.dispatch(killed(9, 1)).await.unwrap();
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(log.len(), 1, "of worlds 2 only, since the first death");
    let hunt = client.trigger("hunt").unwrap();
    assert_eq!(hunt.interest().characters.of("characters"), "characters 8");
    assert_eq!(hunt.stats().started, 2);
}
