//! What the integrity of the stream costs: silence detection per event and per check, and everything together per event.
//!
//! `cargo bench -p auraxis-core --bench health`

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use auraxis_core::{
    event::Event,
    frame::Frame,
    id::WorldId,
    stream::{
        LagHistogram, Merge, Verdict,
        health::{Health, TrafficClass},
    },
};
use rustc_hash::FxHashMap;

const EVENTS: u64 = 1_000_000;
const CHECKS: u64 = 1000;
const ROUNDS: usize = 21;

/// Events per second of a full evening on all worlds.
const RATE: u64 = 320;

const WORLDS: [WorldId; 6] =
    [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH, WorldId::JAEGER, WorldId::GENUDINE, WorldId::CERES];

fn main() {
    silence_detection();
    everything();
}

/// Returns 4,096 random numbers, a mixture that no branch predictor learns.
fn random() -> Vec<usize> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits")
    };
    (0..4096).map(|_| next()).collect()
}

fn at(event: u64) -> usize {
    usize::try_from(event % 4096).expect("small")
}

/// Returns the fastest round in nanoseconds: what the code costs while nothing else runs.
fn nanoseconds(times: &[Duration], count: u64) -> f64 {
    let fastest = times.iter().min().expect("several rounds");
    fastest.as_secs_f64() * 1e9 / f64::from(u32::try_from(count).expect("small"))
}

fn silence_detection() {
    let mut health = Health::new();
    // Mostly experience, as live.
    let class = |mixed: usize| TrafficClass::ALL[(mixed / 6 % 16).saturating_sub(11)];
    let events: Vec<_> = random().into_iter().map(|mixed| (WORLDS[mixed % 6], class(mixed))).collect();
    let (mut alone, mut counted, mut checks) = (Vec::new(), Vec::new(), Vec::new());
    let mut now_ms = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for event in 0..EVENTS {
            black_box(events[at(event)]);
        }
        alone.push(start.elapsed());
        let start = Instant::now();
        for event in 0..EVENTS {
            let (world, class) = black_box(events[at(event)]);
            health.event(world, class, now_ms + event / RATE);
        }
        counted.push(start.elapsed());
        now_ms += EVENTS / RATE;
        let start = Instant::now();
        for _ in 0..CHECKS {
            now_ms += 1000;
            black_box(health.check(now_ms));
        }
        checks.push(start.elapsed());
    }
    let (alone, counted) = (nanoseconds(&alone, EVENTS), nanoseconds(&counted, EVENTS));
    println!("silence detection, per event: {:.1} ns (and {alone:.1} ns for the loop)", counted - alone);
    println!("silence detection, per check with 6 worlds, once a second: {:.0} ns", nanoseconds(&checks, CHECKS));
}

/// Fingerprints, duplicates, silence, lag, and counters per world, on one link.
fn everything() {
    let events: Vec<Event> = random().into_iter().map(experience).collect();
    let mut integrity = Integrity::default();
    let (mut alone, mut fingerprints, mut together) = (Vec::new(), Vec::new(), Vec::new());
    let mut number = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for event in 0..EVENTS {
            black_box(&events[at(event)]);
        }
        alone.push(start.elapsed());
        let start = Instant::now();
        for event in 0..EVENTS {
            black_box(black_box(&events[at(event)]).fingerprint(1));
        }
        fingerprints.push(start.elapsed());
        let start = Instant::now();
        for event in 0..EVENTS {
            number += 1;
            black_box(integrity.event(black_box(&events[at(event)]), number));
        }
        together.push(start.elapsed());
    }
    let alone = nanoseconds(&alone, EVENTS);
    println!(
        "fingerprint, merge, silence, lag and counters, per event: {:.1} ns, of which {:.1} ns for the fingerprint",
        nanoseconds(&together, EVENTS) - alone,
        nanoseconds(&fingerprints, EVENTS) - alone
    );
    println!("{} of {number} events passed", integrity.events);
}

fn experience(mixed: usize) -> Event {
    let frame = format!(
        r#"{{"payload":{{"amount":"{}","character_id":"54280724{:011}","event_name":"GainExperience","experience_id":"{}","loadout_id":"6","other_id":"54280724{:011}","team_id":"2","timestamp":"{}","world_id":"{}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#,
        mixed % 700,
        mixed % 100_003,
        mixed % 300,
        mixed % 10_007,
        mixed % 1000,
        WORLDS[mixed % 6].0
    );
    match Frame::parse(&frame) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

/// What the stream does for each event of one link.
#[derive(Default)]
struct Integrity {
    merge: Merge,
    health: Health,
    lags: LagHistogram,
    worlds: FxHashMap<WorldId, (u64, u64)>,
    events: u64,
}

impl Integrity {
    fn event(&mut self, event: &Event, number: u64) -> Verdict {
        let now_ms = number * 1000 / RATE;
        if let (Some(world), Some(class)) = (event.world_id(), TrafficClass::of(event.kind())) {
            self.health.event(world, class, now_ms);
        }
        // The number makes each event a new one, as live.
        let fingerprint = event.fingerprint(1) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let arrived_ms = i64::try_from(now_ms).expect("small");
        let verdict = self.merge.arrive(fingerprint, event.can_have_twins(), 0, arrived_ms);
        if verdict == Verdict::Duplicate {
            return verdict;
        }
        self.events += 1;
        if let Some(world) = event.world_id() {
            let count = self.worlds.entry(world).or_default();
            *count = (count.0 + 1, now_ms);
        }
        if let Some(timestamp) = event.timestamp() {
            let lag_ms = u64::try_from(timestamp.0).unwrap_or(0) * 7 % 10_000;
            self.lags.record(lag_ms, now_ms);
        }
        verdict
    }
}
