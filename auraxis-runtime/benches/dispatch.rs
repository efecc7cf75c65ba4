//! The cost of dispatching an event.
//!
//! `cargo bench -p auraxis-runtime` prints nanoseconds per event for each case, and the ratio to the first case; then
//! nanoseconds for adding and removing a trigger. The cases alternate within one run, and the fastest of all rounds
//! counts, so the ratios are valid on a busy machine. With `BENCH_OUT`, the names and nanoseconds are also written to that
//! file, as JSON.

use std::{
    future::IntoFuture,
    hint::black_box,
    time::{Duration, Instant},
};

use auraxis_core::{
    event::{Death, Event, GainExperience, PlayerLogin},
    frame::Frame,
};
use auraxis_runtime::{Client, Trigger, TriggerBuilder};
use futures_util::FutureExt;

const EVENTS: u32 = 20_000;
const ROUNDS: u32 = 60;

/// The character of all events. Triggers that do not match filter by other characters.
const VICTIM: u64 = 5_428_010_618_015_189_713;

/// How many triggers are added and removed in a round.
const PAIRS: u32 = 1_000;

/// The maximum ratio for each number of triggers on one character each.
const TARGET_RATIOS: [(usize, f64); 2] = [(10_000, 1.3), (100_000, 1.5)];

/// The maximum time to add and remove a trigger next to 10,000 others.
const TARGET_PAIR: Duration = Duration::from_micros(20);

struct Case {
    name: &'static str,
    client: Client,
    work: Work,
    fastest: Duration,
}

/// The operation of a round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Dispatches events.
    Dispatch,
    /// Adds and removes a trigger. An event after each step checks that it has taken effect.
    AddAndRemove,
    /// Waits for an event.
    WaitFor,
}

impl Case {
    fn new(name: &'static str, triggers: impl IntoIterator<Item = Trigger>) -> Self {
        let client = Client::builder().build().expect("an empty client is valid");
        for trigger in triggers {
            client.add(trigger).expect("the triggers are valid");
        }
        Self { name, client, work: Work::Dispatch, fastest: Duration::MAX }
    }

    fn doing(self, work: Work) -> Self {
        Self { work, ..self }
    }

    fn round(&mut self, events: &[Event]) {
        let pairs = &events[..PAIRS as usize];
        let start = Instant::now();
        match self.work {
            Work::Dispatch => events.iter().for_each(|event| self.dispatch(event)),
            Work::AddAndRemove => {
                for event in pairs {
                    let trigger = self.client.add(on().characters([VICTIM]).action(handle)).expect("its name is free");
                    self.dispatch(event);
                    assert_eq!(trigger.stats().started, 1);
                    trigger.remove();
                    self.dispatch(event);
                    assert_eq!(trigger.stats().received, 1);
                }
            }
            Work::WaitFor => {
                for event in pairs {
                    let wait = self.client.wait_for(on().characters([VICTIM]));
                    self.dispatch(event);
                    black_box(
                        wait.into_future()
                            .now_or_never()
                            .expect("the event was received")
                            .expect("the client has not stopped"),
                    );
                }
            }
        }
        self.fastest = self.fastest.min(start.elapsed());
    }

    fn dispatch(&self, event: &Event) {
        self.client
            .dispatch(event.clone())
            .now_or_never()
            .expect("no handler waits")
            .expect("the client has not stopped");
    }

    fn nanoseconds(&self) -> f64 {
        let times = if self.work == Work::Dispatch { EVENTS } else { PAIRS };
        self.fastest.as_secs_f64() * 1e9 / f64::from(times)
    }
}

fn on() -> TriggerBuilder<Death> {
    Trigger::on::<Death>()
}

fn handle(death: Death) {
    black_box(death);
}

/// Returns triggers on one character each, starting with `first`.
fn one_character_each(first: u64, triggers: usize) -> impl Iterator<Item = Trigger> {
    (first..).step_by(16).take(triggers).map(|character| on().characters([character]).action(handle))
}

fn events() -> Vec<Event> {
    let event = |number: u32| {
        let text = format!(
            r#"{{"payload":{{"attacker_character_id":"{}","attacker_fire_mode_id":"1","attacker_loadout_id":"1",
            "attacker_vehicle_id":"0","attacker_weapon_id":"7","character_id":"{VICTIM}","character_loadout_id":"1",
            "event_name":"Death","is_headshot":"1","timestamp":"1","world_id":"1","zone_id":"2"}},"type":"x"}}"#,
            VICTIM + 1 + 2 * u64::from(number)
        );
        match Frame::parse(&text) {
            Ok(Frame::Event(event)) => event,
            other => panic!("not an event: {other:?}"),
        }
    };
    (0..EVENTS).map(event).collect()
}

fn main() {
    let others = 1 << 50;
    let one_experience = |id| {
        let one = GainExperience::filter_experience(id);
        Trigger::builder::<GainExperience>().on_selector::<GainExperience>(one).action(|_: GainExperience| ())
    };
    let experience = |_| one_experience(7);
    let logins = |_| Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| ());
    let mut cases = [
        Case::new("1 trigger on the character", [on().characters([VICTIM]).action(handle)]),
        Case::new("10,000 triggers on one character each, one matches", one_character_each(VICTIM, 10_000)),
        Case::new("100,000 triggers on one character each, one matches", one_character_each(VICTIM, 100_000)),
        Case::new("100 triggers on one character each, one matches", one_character_each(VICTIM, 100)),
        Case::new("10,000 triggers on one character each, none matches", one_character_each(others, 10_000)),
        Case::new("1 trigger on another character", one_character_each(others, 1)),
        Case::new("no trigger", []),
        Case::new("1 trigger on all", [on().action(handle)]),
        Case::new("the same and 10,000 on logins", (0..10_000).map(logins).chain([on().action(handle)])),
        Case::new("the same and 10,000 on revives", (0..10_000).map(experience).chain([on().action(handle)])),
        Case::new(
            "100,000 characters in one trigger",
            [on().characters((VICTIM..).step_by(16).take(100_000)).action(handle)],
        ),
        Case::new("asynchronous handler", [on().action(async |death| handle(death))]),
        Case::new("sequential handler", [on().sequential().action(handle)]),
        Case::new("asynchronous sequential handler", [on().sequential().action(async |death| handle(death))]),
        Case::new("handler with a key", [on().key(|death| death.character_id).action(handle)]),
        Case::new("handler with a condition", [on().condition(|death: &Death| death.is_headshot).action(handle)]),
        Case::new("condition that rejects", [on().condition(|death: &Death| !death.is_headshot).action(handle)]),
        Case::new("`add` and `remove`, no other trigger", []).doing(Work::AddAndRemove),
        Case::new("`add` and `remove` next to 10,000 on one character each", one_character_each(others, 10_000))
            .doing(Work::AddAndRemove),
        Case::new("`add` and `remove` next to 10,000 on revives", (0..10_000).map(experience))
            .doing(Work::AddAndRemove),
        Case::new("`add` and `remove` next to 10,000 on one experience each", (0..10_000).map(one_experience))
            .doing(Work::AddAndRemove),
        Case::new("`wait_for`, no other trigger", []).doing(Work::WaitFor),
        Case::new("`wait_for` next to 10,000 on one character each", one_character_each(others, 10_000))
            .doing(Work::WaitFor),
    ];
    // `cargo test --benches` only checks that everything runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let events = events();
    for _ in 0..rounds {
        for case in &mut cases {
            case.round(&events);
        }
    }
    let first = cases[0].nanoseconds();
    let (dispatching, changing) = cases.split_at(cases.partition_point(|case| case.work == Work::Dispatch));
    println!("{:>8} {:>6}", "ns/event", "ratio");
    for case in dispatching {
        println!("{:8.1} {:6.2}  {}", case.nanoseconds(), case.nanoseconds() / first, case.name);
    }
    println!("{:>8}", "ns/pair");
    for case in changing {
        println!("{:8.1} {:6}  {}", case.nanoseconds(), "", case.name);
    }
    for (case, (triggers, target)) in cases[1..].iter().zip(TARGET_RATIOS) {
        let ratio = case.nanoseconds() / first;
        println!("ratio of {triggers} triggers to 1: {ratio:.2}, target: at most {target}");
    }
    println!("adding and removing a trigger next to 10,000 others: target: at most {TARGET_PAIR:?}");
    if let Ok(path) = std::env::var("BENCH_OUT") {
        let nanoseconds: Vec<_> = cases.iter().map(|case| (case.name, case.nanoseconds())).collect();
        let text = serde_json::to_string_pretty(&nanoseconds).expect("names and numbers are valid JSON");
        std::fs::write(path, text).expect("the file of `BENCH_OUT` is writable");
    }
}
