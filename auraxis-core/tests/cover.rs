//! Adding and removing interests gives the same subscription as computing it from all of them.

use std::collections::BTreeSet;

use auraxis_core::{
    cover::Cover,
    event::{EventClass, EventKind, GainExperience, Selector},
    id::*,
    interest::Interest,
    scope::Scope,
    subscription::Subscription,
};
use proptest::prelude::*;

/// An independent implementation of the union: from all interests at the same time, without counting.
fn model(interests: &[Interest]) -> Subscription {
    let possible = |interest: &&Interest| {
        !(interest.worlds.is_none() || interest.characters.is_none() || interest.zones.is_none())
    };
    let wanted: Vec<(&Selector, EventClass, &Interest)> = interests
        .iter()
        .filter(possible)
        .flat_map(|interest| interest.selectors.iter().map(move |selector| (selector, selector.class(), interest)))
        .filter(|(_, class, interest)| match class {
            EventClass::Signal => false,
            EventClass::World => interest.characters.is_all(),
            EventClass::Login => interest.zones.is_all(),
            _ => true,
        })
        .collect();
    let of = |classes: &[EventClass]| wanted.iter().filter(|(_, class, _)| classes.contains(class)).collect::<Vec<_>>();
    let about_characters = of(&[EventClass::Character, EventClass::Attack, EventClass::Unknown]);
    let mut characters = Scope::none();
    let mut worlds = Scope::none();
    for (_, _, interest) in &about_characters {
        characters.extend(&interest.characters);
    }
    for (_, _, interest) in of(&[EventClass::World]) {
        worlds.extend(&interest.worlds);
    }
    for (_, _, interest) in of(&[EventClass::Unknown]).iter().filter(|(_, _, it)| it.characters.is_all()) {
        worlds.extend(&interest.worlds);
    }
    let limited = !about_characters.is_empty() && !about_characters.iter().any(|(_, _, it)| it.worlds.is_all());
    if limited {
        for (_, _, interest) in &about_characters {
            worlds.extend(&interest.worlds);
        }
    }
    let all_characters = characters.is_all();
    for (_, _, interest) in of(&[EventClass::Login]) {
        if !interest.characters.is_all() {
            characters.extend(&interest.characters);
        } else if !all_characters {
            worlds.extend(&interest.worlds);
        }
    }
    let mut events: BTreeSet<Selector> =
        wanted.iter().map(|(selector, ..)| Selector::named(selector.wire_name().into_owned())).collect();
    if events.contains(&Selector::Named("all".into())) {
        events = BTreeSet::from([Selector::Everything]);
    } else if events.contains(&Selector::Kind(EventKind::GainExperience)) {
        events.retain(|selector| !matches!(selector, Selector::Experience(_)));
    }
    let characters_and_worlds = limited && !worlds.is_all();
    Subscription { events, characters, worlds, characters_and_worlds }
}

fn scope<T: Ord + Clone + std::fmt::Debug + 'static>(new: fn(u32) -> T) -> impl Strategy<Value = Scope<T>> {
    prop_oneof![
        3 => Just(Scope::All),
        6 => prop::collection::btree_set((1..4_u32).prop_map(new), 0..3).prop_map(Scope::Only),
    ]
}

fn interest() -> impl Strategy<Value = Interest> {
    let selector = prop::sample::select(vec![
        Selector::Kind(EventKind::Death),
        Selector::Kind(EventKind::BattleRankUp),
        Selector::Kind(EventKind::ContinentLock),
        Selector::Kind(EventKind::MetagameEvent),
        Selector::Kind(EventKind::PlayerLogin),
        Selector::Kind(EventKind::PlayerLogout),
        Selector::Kind(EventKind::GainExperience),
        GainExperience::filter_experience(7),
        GainExperience::filter_experience(53),
        Selector::named("Novelty"),
        Selector::Named("Death".into()),
        Selector::Named("all".into()),
        Selector::Kind(EventKind::Started),
        Selector::Kind(EventKind::Connected),
        Selector::Kind(EventKind::WorldStateChanged),
        Selector::Kind(EventKind::Unknown),
        Selector::Everything,
    ]);
    (prop::collection::btree_set(selector, 0..3), scope(WorldId), scope(|id| CharacterId(id.into())), scope(ZoneId))
        .prop_map(|(selectors, worlds, characters, zones)| Interest { selectors, worlds, characters, zones })
}

#[derive(Clone, Debug)]
enum Step {
    Add(Interest),
    /// One of the added interests.
    Remove(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => interest().prop_map(Step::Add),
        2 => any::<prop::sample::Index>().prop_map(Step::Remove),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_cover_always_equals_the_union_and_its_generation_follows_every_change(steps in steps()) {
        let mut cover = Cover::default();
        let mut here: Vec<Interest> = Vec::new();
        let mut known = (Subscription::default(), false, cover.generation());
        for step in steps {
            match step {
                Step::Add(interest) => {
                    cover.add(&interest);
                    here.push(interest);
                }
                Step::Remove(at) if !here.is_empty() => cover.remove(&here.swap_remove(at.index(here.len()))),
                Step::Remove(_) => {}
            }
            let subscription = cover.subscription();
            prop_assert_eq!(&subscription, &model(&here), "{:#?}", here);
            prop_assert_eq!(&Subscription::covering(&here), &subscription);
            let needs_link = here.iter().any(Interest::needs_link);
            prop_assert_eq!(cover.needs_link(), needs_link);
            let same = known.0 == subscription && known.1 == needs_link;
            prop_assert_eq!(cover.generation() == known.2, same, "{:#?}", here);
            known = (subscription, needs_link, cover.generation());
        }
        for interest in &here {
            cover.remove(interest);
        }
        prop_assert!(cover.subscription() == Subscription::default() && !cover.needs_link());
    }

    #[test]
    fn an_interest_with_a_subscription_needs_a_link(interest in interest()) {
        let asks = !Subscription::covering([&interest]).is_empty();
        prop_assert!(interest.needs_link() || !asks);
    }
}

#[test]
fn signals_of_a_connection_need_a_link_and_no_subscription() {
    for (kind, needs) in [
        (EventKind::Connected, true),
        (EventKind::Disconnected, true),
        (EventKind::WorldStateChanged, true),
        (EventKind::Started, false),
        (EventKind::Stopping, false),
        (EventKind::TriggerFailed, false),
    ] {
        let mut cover = Cover::default();
        let interest = Interest::new([Selector::Kind(kind)]);
        cover.add(&interest);
        assert_eq!(cover.needs_link(), needs, "{kind:?}");
        assert!(cover.subscription().is_empty(), "{kind:?}");
        cover.remove(&interest);
        assert!(!cover.needs_link(), "{kind:?}");
    }
    let worlds = |worlds| Interest { worlds, ..Interest::new([Selector::Kind(EventKind::WorldStateChanged)]) };
    assert!(worlds(Scope::from_iter([WorldId::SOLTECH])).needs_link());
    assert!(!worlds(Scope::none()).needs_link(), "it can never fire");
}

#[test]
fn thousands_of_equal_interests_change_nothing() {
    let deaths = Interest::new([Selector::Kind(EventKind::Death)]);
    let mut cover = Cover::default();
    cover.add(&deaths);
    let generation = cover.generation();
    for id in 0..10_000 {
        cover.add(&Interest { characters: Scope::from_iter([CharacterId(id)]), ..deaths.clone() });
    }
    assert_eq!(cover.generation(), generation);
    cover.remove(&deaths);
    assert_ne!(cover.generation(), generation);
    let Scope::Only(characters) = cover.subscription().characters else { panic!("still all characters") };
    assert_eq!(characters.len(), 10_000);
}
