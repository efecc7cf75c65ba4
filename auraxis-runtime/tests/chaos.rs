//! Everything at once: many triggers with random options, coming, going and changing, on many events, against a
//! reference that goes through all of them one by one.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use auraxis_core::event::*;
use auraxis_runtime::{Client, OverflowPolicy, Trigger, TriggerBuilder, TriggerHandle};
use common::*;
use rand::{
    Rng, RngExt, SeedableRng,
    seq::{IndexedMutRandom, IndexedRandom},
};
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;

const TRIGGERS: usize = 200;
const EVENTS: u64 = 100_000;

/// An event, as the reference knows it.
struct Happening {
    name: &'static str,
    /// Tells it apart. It is the timestamp on the wire.
    number: u64,
    world: u64,
    zone: Option<u64>,
    /// Whom it is about, and who attacked.
    characters: Vec<u64>,
    experience: Option<u64>,
}

impl Happening {
    fn random(number: u64, random: &mut impl Rng) -> Self {
        let (one, another) = (random.random_range(0..40), random.random_range(0..40));
        let name =
            *["Death", "VehicleDestroy", "GainExperience", "GainExperience", "PlayerLogin", "ContinentLock", "Novelty"]
                .choose(random)
                .expect("there are some");
        // Nobody is an attacker at times, and so is nobody the owner of a vehicle; all others are somebody.
        let characters = match name {
            "Death" => vec![1 + one, another],
            "VehicleDestroy" => vec![one, another],
            "ContinentLock" => Vec::new(),
            _ => vec![1 + one],
        };
        let instance = [0, 1 << 16, 2 << 16].choose(random).expect("there are some");
        Self {
            name,
            number,
            world: random.random_range(1..4),
            zone: (!matches!(name, "PlayerLogin" | "Novelty")).then(|| random.random_range(1..4) + instance),
            characters,
            experience: (name == "GainExperience").then(|| random.random_range(1..4)),
        }
    }

    fn event(&self) -> Event {
        let mut fields = vec![("timestamp", self.number), ("world_id", self.world)];
        fields.extend(self.zone.map(|zone| ("zone_id", zone)));
        fields.extend(["character_id", "attacker_character_id"].into_iter().zip(self.characters.iter().copied()));
        fields.extend(self.experience.map(|experience| ("experience_id", experience)));
        match EventKind::from_name(self.name) {
            Some(kind) => event(kind, &fields),
            None => novelty(
                self.name,
                &fields.iter().fold(String::new(), |mut text, (field, value)| {
                    let _ = write!(text, r#","{field}":"{value}""#);
                    text
                }),
            ),
        }
    }
}

/// What is watched: all, or only these.
type Only = Option<BTreeSet<u64>>;

fn watches(only: &Only, value: u64) -> bool {
    only.as_ref().is_none_or(|values| values.contains(&value))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Listens {
    To(&'static str),
    ToExperience(u32),
    ToEverything,
}

/// How runs are ordered. All take every event; the last may drop some.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Synchronous,
    Default,
    Sequential,
    Concurrent,
    Keyed,
    Dropping,
}

/// A trigger, as the reference knows it.
#[derive(Debug)]
struct Reference {
    listens: Vec<Listens>,
    worlds: Only,
    zones: Only,
    characters: Only,
    /// The condition refuses multiples of this, some of them by a panic.
    refuses: Option<u64>,
    single_shot: bool,
    order: Order,
    paused: bool,
    expected: Vec<u64>,
}

impl Reference {
    fn random(random: &mut impl Rng) -> Self {
        use Listens::*;
        let listens = [
            To("Death"),
            To("VehicleDestroy"),
            To("GainExperience"),
            To("PlayerLogin"),
            To("ContinentLock"),
            To("Novelty"),
            ToExperience(1),
            ToExperience(2),
            ToEverything,
        ];
        let orders =
            [Order::Synchronous, Order::Default, Order::Sequential, Order::Concurrent, Order::Keyed, Order::Dropping];
        let amount = random.random_range(1..4);
        let listens: Vec<_> = listens.sample(random, amount).copied().collect();
        // That would be refused.
        let is_about_nobody = matches!(listens[..], [To("ContinentLock")]);
        let is_nowhere = matches!(listens[..], [To("PlayerLogin")]);
        Self {
            worlds: Self::only(random, 4, 0.5),
            zones: Self::only(random, 4, if is_nowhere { 0.0 } else { 0.3 }),
            characters: Self::only(random, 41, if is_about_nobody { 0.0 } else { 0.9 }),
            listens,
            refuses: random.random_bool(0.5).then(|| random.random_range(2..9)),
            single_shot: random.random_bool(0.1),
            order: *orders.choose(random).expect("there are some"),
            paused: false,
            expected: Vec::new(),
        }
    }

    /// Up to four values up to a bound, now and then none at all.
    fn only(random: &mut impl Rng, bound: u64, probability: f64) -> Only {
        let amount = random.random_range(0..5);
        random.random_bool(probability).then(|| (0..amount).map(|_| random.random_range(1..bound)).collect())
    }

    fn takes(&self, event: &Happening) -> bool {
        let listens = self.listens.iter().any(|listens| match *listens {
            Listens::To(name) => event.name == name,
            Listens::ToExperience(id) => event.experience == Some(id.into()),
            Listens::ToEverything => true,
        });
        let here = |zone: u64| watches(&self.zones, zone) || watches(&self.zones, zone & 0xffff);
        listens
            && !self.paused
            && watches(&self.worlds, event.world)
            && (self.zones.is_none() || event.zone.is_some_and(here))
            && (self.characters.is_none() || event.characters.iter().any(|&id| watches(&self.characters, id)))
            && self.refuses.is_none_or(|number| !event.number.is_multiple_of(number))
    }

    /// Its twin in the client, which adds what it sees to the log.
    fn trigger(&self, log: &Log<u64>) -> Trigger {
        let mut trigger = Trigger::builder::<Event>();
        for listens in &self.listens {
            trigger = match *listens {
                Listens::To(name) => trigger.on_selector::<Event>(Selector::named(name)),
                Listens::ToExperience(id) => trigger.on_selector::<Event>(GainExperience::filter_experience(id)),
                Listens::ToEverything => trigger.on::<Event>(),
            };
        }
        if let Some(worlds) = &self.worlds {
            trigger = trigger.worlds(small(worlds));
        }
        if let Some(zones) = &self.zones {
            trigger = trigger.zones(small(zones));
        }
        if let Some(characters) = &self.characters {
            trigger = trigger.characters(characters.iter().copied());
        }
        if let Some(refused) = self.refuses {
            trigger = trigger.condition(move |event: &Event| {
                let number = number(event);
                assert!(!number.is_multiple_of(refused * 500), "a condition that panics says no");
                !number.is_multiple_of(refused)
            });
        }
        if self.single_shot {
            trigger = trigger.single_shot();
        }
        act(trigger, self.order, log)
    }
}

fn small(values: &BTreeSet<u64>) -> Vec<u32> {
    values.iter().map(|&value| value.try_into().expect("worlds and zones are small here")).collect()
}

fn number(event: &Event) -> u64 {
    event.timestamp().and_then(|timestamp| u64::try_from(timestamp.0).ok()).expect("each event has its number")
}

fn act(trigger: TriggerBuilder<Event>, order: Order, log: &Log<u64>) -> Trigger {
    let log = log.clone();
    let patient = |trigger: TriggerBuilder<Event>| trigger.queue(2).overflow(OverflowPolicy::Block);
    let trigger = match order {
        Order::Synchronous => {
            return trigger.action(move |event: Event| {
                log.add(number(&event));
                fail_at_times(number(&event));
            });
        }
        Order::Default => trigger,
        Order::Sequential => patient(trigger.sequential()),
        Order::Concurrent => patient(trigger.concurrency(3)),
        Order::Keyed => patient(trigger.key(|event| number(event) % 5)),
        Order::Dropping => trigger.sequential().queue(1),
    };
    trigger.action(move |event: Event| {
        let (log, number) = (log.clone(), number(&event));
        async move {
            log.add(number);
            if number % 3 > 0 {
                sleep(Duration::from_millis(number % 7)).await;
            }
            fail_at_times(number);
        }
    })
}

fn fail_at_times(number: u64) {
    assert!(!number.is_multiple_of(1_000), "a panic of the program's own");
}

struct Twin {
    reference: Reference,
    handle: TriggerHandle,
    log: Log<u64>,
}

impl Twin {
    fn add(client: &Client, random: &mut impl Rng) -> Self {
        let (reference, log) = (Reference::random(random), Log::new());
        let handle = client.add(reference.trigger(&log)).unwrap();
        Self { reference, handle, log }
    }

    fn change(&mut self, random: &mut impl Rng) {
        let Self { reference, handle, .. } = self;
        let values: BTreeSet<u64> = (0..random.random_range(0..3)).map(|_| random.random_range(1..4)).collect();
        match random.random_range(0..4) {
            0 => {
                handle.set_worlds(small(&values));
                reference.worlds = Some(values);
            }
            1 => {
                handle.set_zones(small(&values));
                reference.zones = Some(values);
            }
            2 => {
                handle.set_characters(values.iter().copied());
                reference.characters = Some(values);
            }
            _ => {
                reference.paused = !reference.paused;
                let turn = if reference.paused { TriggerHandle::pause } else { TriggerHandle::resume };
                turn(handle);
            }
        }
    }

    fn check(&self) {
        let Self { reference, handle, log } = self;
        let mut seen = log.take();
        let stats = handle.stats();
        if matches!(reference.order, Order::Keyed) {
            seen.sort_unstable();
        }
        if reference.order == Order::Dropping {
            let mut expected = reference.expected.iter();
            assert!(seen.iter().all(|number| expected.any(|other| other == number)), "{reference:?}: {seen:?}");
            assert_eq!(seen.len() as u64 + stats.dropped, reference.expected.len() as u64, "{reference:?}");
        } else {
            assert_eq!(seen, reference.expected, "{reference:?}");
            assert_eq!(stats.dropped, 0, "{reference:?}");
        }
        assert_eq!(stats.started, seen.len() as u64, "{reference:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_trigger_sees_what_the_reference_says() {
    let mut random = ChaCha8Rng::seed_from_u64(2_012);
    let client = client();
    let mut living: Vec<_> = (0..TRIGGERS).map(|_| Twin::add(&client, &mut random)).collect();
    let mut gone = Vec::new();
    for number in 1..=EVENTS {
        match random.random_range(0..2_000) {
            0..5 if living.len() < TRIGGERS => living.push(Twin::add(&client, &mut random)),
            5 => {
                let twin = living.swap_remove(random.random_range(0..living.len()));
                twin.handle.remove();
                gone.push(twin);
            }
            6..10 => living.choose_mut(&mut random).expect("few are removed").change(&mut random),
            // Time passes, and runs end.
            10..40 => sleep(Duration::from_millis(1)).await,
            _ => {}
        }
        let happening = Happening::random(number, &mut random);
        let takes = |twin: &mut Twin| {
            let takes = twin.reference.takes(&happening);
            if takes {
                twin.reference.expected.push(number);
            }
            takes && twin.reference.single_shot
        };
        gone.extend(living.extract_if(.., takes));
        client.dispatch(happening.event()).await.unwrap();
    }
    sleep(Duration::from_hours(1)).await;
    assert_eq!(client.triggers().len(), living.len());
    let all: Vec<_> = living.into_iter().chain(gone).collect();
    all.iter().for_each(Twin::check);
    let runs: usize = all.iter().map(|twin| twin.reference.expected.len()).sum();
    assert!(
        all.len() > TRIGGERS && runs > 100_000,
        "{} triggers, {runs} runs: too little to be called chaos",
        all.len()
    );
}
