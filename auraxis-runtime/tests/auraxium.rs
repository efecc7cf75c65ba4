//! What auraxium's own tests check, and what its users found wrong with it.

mod common;

use std::{pin::Pin, time::Duration};

use auraxis_core::{
    event::*,
    id::{AchievementId, CharacterId, ExperienceId, WorldId},
    scope::Scope,
};
use auraxis_runtime::{Client, ErrorKind, Fits, Trigger, TriggerBuilder, TriggerHandle};
use common::*;

fn names(client: &Client) -> Vec<String> {
    client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect()
}

#[test]
fn a_new_client_has_nothing() {
    let client = client();
    assert!(client.triggers().is_empty());
    assert!(client.worlds().is_empty());
    assert_eq!(client.explain(), "subscription\n  nothing");
}

#[test]
fn a_trigger_keeps_the_filters_it_was_given() {
    let trigger = Trigger::on::<Death>().characters([5, 1]).worlds([WorldId::WAINWRIGHT, WorldId::COBALT]);
    let handle = client().add(trigger.action(|_: Death| ())).unwrap();
    let interest = handle.interest();
    assert_eq!(interest.characters, Scope::from_iter([CharacterId(1), CharacterId(5)]));
    assert_eq!(interest.worlds, Scope::from_iter([WorldId(10), WorldId(13)]));
    assert_eq!(interest.zones, Scope::All);
}

#[tokio::test]
async fn an_event_is_taken_if_its_kind_and_all_filters_fit() {
    fn on<P: Payload + Fits<Event>>() -> TriggerBuilder<Event> {
        Trigger::builder().on::<P>()
    }

    let killed = || death(&[("attacker_character_id", 5), ("character_id", 6), ("world_id", 17)]);
    let experience = || event(EventKind::GainExperience, &[("experience_id", 15)]);
    let experience_of = |id: u32| {
        Trigger::builder::<Event>().on_selector::<GainExperience>(GainExperience::filter_experience(ExperienceId(id)))
    };
    let cases = [
        ("attacker and world fit", on::<Death>().characters([5]).worlds([17]), killed(), true),
        ("the victim fits", on::<Death>().characters([6]), killed(), true),
        ("neither is watched", on::<Death>().characters([1]), killed(), false),
        ("another world", on::<Death>().worlds([1]), killed(), false),
        ("the character fits, the world does not", on::<Death>().characters([5]).worlds([1]), killed(), false),
        ("another event", on::<PlayerLogin>(), killed(), false),
        ("one of two events", on::<PlayerLogin>().on::<Death>(), killed(), true),
        ("the sort of experience", experience_of(15), experience(), true),
        ("another sort of experience", experience_of(250), experience(), false),
        ("all experience", on::<GainExperience>(), experience(), true),
    ];
    for (case, trigger, event, taken) in cases {
        let (client, log) = (client(), Log::new());
        client.add(trigger.action(log.handler(|event: Event| event))).unwrap();
        client.dispatch(event.clone()).await.unwrap();
        assert_eq!(log.take(), if taken { vec![event] } else { Vec::new() }, "{case}");
    }
}

#[test]
fn events_about_characters_are_limited_to_the_worlds_only_if_no_character_is_named() {
    type On = fn(Selector) -> TriggerBuilder<Event>;

    let experience = GainExperience::filter_experience(1);
    let cases: [(&str, On, &str); 3] = [
        ("no filter", |event| Trigger::builder().on_selector::<Event>(event), "for all characters"),
        (
            "worlds",
            |event| Trigger::builder().on_selector::<Event>(event).worlds([1]),
            "for all characters on worlds 1",
        ),
        (
            "characters",
            |event| Trigger::builder().on_selector::<Event>(event).characters([1, 5]),
            "for characters 1, 5",
        ),
    ];
    for selector in [Death::selector(), GainExperience::selector(), experience] {
        for (case, trigger, scope) in cases {
            let client = client();
            client.add(trigger(selector.clone()).action(|_: Event| ())).unwrap();
            assert_eq!(subscription(&client), format!("{} {scope}", selector.wire_name()), "{case}");
        }
    }
}

#[test]
fn an_event_about_a_world_is_subscribed_to_by_world() {
    let client = client();
    client.add(Trigger::on::<ContinentLock>().worlds([1]).action(|_: ContinentLock| ())).unwrap();
    assert_eq!(subscription(&client), "ContinentLock for no characters or worlds 1");
}

#[tokio::test]
async fn a_trigger_is_found_and_removed_by_its_name() {
    let (client, log) = (client(), Log::new());
    client.add(Trigger::on::<Death>().named("on_death").action(log.handler(|_: Death| ()))).unwrap();
    assert_eq!(client.trigger("on_death").unwrap().name(), "on_death");
    assert!(client.trigger("on_login").is_none());
    client.dispatch(death(&[])).await.unwrap();

    client.remove("on_death").unwrap();
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.len(), 1);
    assert!(client.trigger("on_death").is_none() && client.triggers().is_empty());

    let error = client.remove("on_death").unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::State, "no trigger is named `on_death`".into()));
}

#[test]
fn triggers_are_listed_in_the_order_in_which_they_were_added() {
    let client = client();
    let order = ["zulu", "alpha", "mike"];
    for name in order {
        client.add(Trigger::on::<Death>().named(name).action(|_: Death| ())).unwrap();
    }
    assert_eq!(names(&client), order);
}

#[test]
fn a_name_is_given_once() {
    let client = client();
    let trigger = || Trigger::on::<Death>().named("on_death").action(|_: Death| ());
    let first = client.add(trigger()).unwrap();
    let error = client.add(trigger()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert_eq!(
        error.to_string(),
        format!("two triggers are named `on_death`: {} and {}", first.location(), first.location())
    );
    assert_eq!(names(&client), ["on_death"]);
}

#[tokio::test]
async fn a_trigger_without_a_name_is_called_after_its_place_and_is_one_of_its_own() {
    let (client, log) = (client(), Log::new());
    for _ in 0..2 {
        let handle = client.add(Trigger::on::<Death>().action(log.handler(|_: Death| ()))).unwrap();
        assert!(handle.name().ends_with(&format!(" at {}", handle.location())), "{}", handle.name());
        assert!(handle.location().file.ends_with("auraxium.rs"), "{}", handle.location());
    }
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.len(), 2);
}

#[tokio::test]
async fn a_single_shot_trigger_runs_once_and_is_gone() {
    let (client, log) = (client(), Log::new());
    client.add(Trigger::on::<Death>().single_shot().action(log.handler(|death: Death| death))).unwrap();
    client.dispatch(death(&[])).await.unwrap();
    assert!(client.triggers().is_empty());
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.len(), 1);
}

#[tokio::test]
async fn a_single_shot_trigger_does_not_disturb_the_next_one() {
    let (client, log) = (client(), Log::new());
    for name in ["first", "second", "third", "fourth"] {
        let trigger = Trigger::on::<PlayerLogin>().named(name);
        let trigger = if matches!(name, "first" | "third") { trigger.single_shot() } else { trigger };
        client.add(trigger.action(log.handler(move |_: PlayerLogin| name))).unwrap();
    }
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(log.take(), ["first", "second", "third", "fourth"]);
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), ["second", "fourth"]);
}

#[tokio::test(start_paused = true)]
async fn a_timed_out_wait_leaves_no_trigger() {
    let client = client();
    let wait = client.wait_for(Trigger::on::<Death>()).timeout(Duration::from_micros(10));
    assert_eq!(client.triggers().len(), 1);
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(client.explain(), "subscription\n  nothing");
}

#[tokio::test]
async fn a_wait_for_a_group_with_single_shot_triggers_ends_and_leaves_nothing() {
    let client = client();
    let wait = client
        .wait_for(Trigger::builder::<Event>().on::<Death>().single_shot())
        .or(Trigger::builder().on::<Death>())
        .or(Trigger::builder().on::<PlayerLogin>().single_shot());
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(wait.await.unwrap(), death(&[]));
    assert!(client.triggers().is_empty());
}

#[test]
fn what_a_removed_trigger_needed_is_subscribed_to_no_more() {
    let client = client();
    let deaths = client.add(Trigger::on::<Death>().characters([5, 6]).action(|_: Death| ())).unwrap();
    let ranks = client.add(Trigger::on::<BattleRankUp>().characters([6, 7]).action(|_: BattleRankUp| ())).unwrap();
    assert_eq!(subscription(&client), "BattleRankUp, Death for characters 5, 6, 7");
    deaths.remove();
    assert_eq!(subscription(&client), "BattleRankUp for characters 6, 7");
    ranks.remove();
    assert_eq!(subscription(&client), "nothing");
}

#[tokio::test]
async fn achievement_earned_reaches_its_trigger() {
    let (client, log) = (client(), Log::new());
    client
        .add(Trigger::on::<AchievementEarned>().action(log.handler(|event: AchievementEarned| event.achievement_id)))
        .unwrap();
    client.dispatch(event(EventKind::AchievementEarned, &[("achievement_id", 90_039)])).await.unwrap();
    assert_eq!(log.take(), [AchievementId(90_039)]);
}

#[tokio::test]
async fn every_event_of_the_game_reaches_the_triggers_on_it_and_on_everything() {
    for &kind in EventKind::ALL {
        let (client, log) = (client(), Log::new());
        let on = |selector| Trigger::builder::<Event>().on_selector::<Event>(selector);
        for trigger in [on(Selector::Kind(kind)), on(Selector::named(kind.name())), Trigger::on::<Event>()] {
            client.add(trigger.action(log.handler(|event: Event| event.kind()))).unwrap();
        }
        client.dispatch(event(kind, &[])).await.unwrap();
        assert_eq!(log.take(), [kind; 3]);
    }
}

#[tokio::test]
async fn an_unknown_event_is_delivered_with_its_payload() {
    let (client, log) = (client(), Log::new());
    let see = |trigger: &'static str| {
        move |event: UnknownEvent| (trigger, event.event_name().to_owned(), event.get("what").map(str::to_owned))
    };
    client.add(Trigger::builder().on_named("Novelty").action(log.handler(see("by name")))).unwrap();
    client.add(Trigger::builder().on_named("Other").action(log.handler(see("by another name")))).unwrap();
    client.add(Trigger::on::<UnknownEvent>().action(log.handler(see("all unknown")))).unwrap();
    client.dispatch(novelty("Novelty", r#","what":"fish","world_id":"1""#)).await.unwrap();
    let seen = |trigger| (trigger, "Novelty".to_owned(), Some("fish".to_owned()));
    assert_eq!(log.take(), [seen("by name"), seen("all unknown")]);
}

#[tokio::test]
async fn unknown_events_are_filtered_by_what_they_say() {
    let cases = [
        (r#","world_id":"1","character_id":"7""#, true),
        (r#","world_id":1,"attacker_character_id":7"#, true),
        (r#","world_id":"1""#, false),
        (r#","character_id":"7""#, false),
        (r#","world_id":"2","character_id":"7""#, false),
        (r#","world_id":"1","character_id":"8""#, false),
    ];
    for (fields, taken) in cases {
        let (client, log) = (client(), Log::new());
        let trigger = Trigger::builder().on_named("Novelty").worlds([1]).characters([7]);
        client.add(trigger.action(log.handler(|_: UnknownEvent| ()))).unwrap();
        client.dispatch(novelty("Novelty", fields)).await.unwrap();
        assert_eq!(log.len(), usize::from(taken), "{fields}");
    }
}

#[tokio::test]
async fn neither_an_error_nor_a_panic_stops_anything() {
    #[derive(Debug)]
    struct NotTheClients;
    impl std::fmt::Display for NotTheClients {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an error of the program's own")
        }
    }
    impl std::error::Error for NotTheClients {}

    let (client, log) = (client(), Log::new());
    let failing = client.add(Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| Err(NotTheClients))).unwrap();
    let panicking = client
        .add(Trigger::on::<PlayerLogin>().action(|login: PlayerLogin| {
            assert!(login.character_id.0 > 1, "a panic of the program's own");
        }))
        .unwrap();
    client.add(Trigger::on::<PlayerLogin>().action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(log.take(), [1, 2]);
    assert_eq!((failing.stats().started, failing.stats().failed), (2, 2));
    assert_eq!((panicking.stats().started, panicking.stats().panicked), (2, 1));
}

#[tokio::test]
async fn whatever_returns_a_future_is_awaited() {
    type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;
    fn partial(log: Log<&'static str>, name: &'static str) -> impl Fn(Death) -> std::future::Ready<()> {
        move |_| {
            log.add(name);
            std::future::ready(())
        }
    }

    let (client, log) = (client(), Log::new());
    let (block, boxed) = (log.clone(), log.clone());
    let triggers = [
        Trigger::on::<Death>().action(move |_: Death| {
            let log = block.clone();
            async move { log.add("asynchronous block") }
        }),
        Trigger::on::<Death>().action(move |_: Death| -> Boxed {
            let log = boxed.clone();
            Box::pin(async move { log.add("boxed future") })
        }),
        Trigger::on::<Death>().action(partial(log.clone(), "partial application")),
    ];
    for trigger in triggers {
        client.add(trigger).unwrap();
    }
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.take(), ["asynchronous block", "boxed future", "partial application"]);
}

#[tokio::test]
async fn a_paused_trigger_lets_its_events_pass_by() {
    let (client, log) = (client(), Log::new());
    let handle = client
        .add(Trigger::on::<PlayerLogin>().action(log.handler(|login: PlayerLogin| login.character_id.0)))
        .unwrap();
    let subscribed = client.explain();
    for (number, paused) in [(1, false), (2, true), (3, true), (4, false)] {
        let turn = if paused { TriggerHandle::pause } else { TriggerHandle::resume };
        turn(&handle);
        assert_eq!(handle.is_paused(), paused);
        assert_eq!(client.explain(), subscribed, "the subscription stays");
        client.dispatch(login(number)).await.unwrap();
    }
    assert_eq!(log.take(), [1, 4]);
    assert_eq!(handle.stats().received, 2);
}

#[tokio::test]
async fn the_last_run_is_known_once_there_was_one() {
    let client = client();
    let handle = client.add(Trigger::on::<PlayerLogin>().characters([1]).action(|_: PlayerLogin| ())).unwrap();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(handle.last_run(), None);
    let before = std::time::SystemTime::now().into();
    client.dispatch(login(1)).await.unwrap();
    assert!(handle.last_run().is_some_and(|at| at >= before), "{:?}", handle.last_run());
}
