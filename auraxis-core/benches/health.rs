//! What the integrity of the stream costs: silence detection per event and per check, and everything together per event.
//!
//! `cargo bench -p auraxis-core --bench health`

use std::{
    hint::black_box,
    time::{Duration, Instant, SystemTime},
};

use auraxis_core::{
    delivery::{Delivery, Origin, Punctuality},
    event::Event,
    frame::Frame,
    id::WorldId,
    stream::{
        AfterGap, Holes, LagHistogram, LocalTime, Merge, ServerClock, ServerTime, Verdict,
        health::{Health, TrafficClass},
    },
    time::Timestamp,
};
use rustc_hash::FxHashMap;

const EVENTS: u64 = 1_000_000;
const CHECKS: u64 = 1000;
const ROUNDS: usize = 21;

/// Events that are received together share the time of their receipt. At a high rate, these are many more.
const BATCH: u64 = 8;

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

/// Fingerprints, duplicates, silence, holes, metadata, lag, and counters per world, on one link.
fn everything() {
    let events: Vec<Event> = random().into_iter().map(experience).collect();
    let mut integrity = Integrity::new();
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
        "fingerprint, merge, silence, holes, metadata, lag and counters, per event: {:.1} ns, of which {:.1} ns for the fingerprint",
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
struct Integrity {
    merge: Merge,
    health: Health,
    holes: Holes,
    lags: LagHistogram,
    worlds: FxHashMap<WorldId, (u64, u64)>,
    events: u64,
    clock: ServerClock,
    server: ServerTime,
    after_gap: AfterGap,
}

impl Integrity {
    fn new() -> Self {
        let start = LocalTime { ms: 0, ahead_ms: 0 };
        let mut clock = ServerClock::new(start);
        clock.heartbeat(Timestamp(0), start);
        Self {
            merge: Merge::default(),
            health: Health::new(),
            holes: Holes::default(),
            lags: LagHistogram::default(),
            worlds: FxHashMap::default(),
            events: 0,
            server: clock.at(start),
            clock,
            after_gap: AfterGap::default(),
        }
    }

    fn event(&mut self, event: &Event, number: u64) -> Option<Delivery> {
        let now_ms = number * 1000 / RATE;
        if let (Some(world), Some(class)) = (event.world_id(), TrafficClass::of(event.kind())) {
            self.health.event(world, class, now_ms);
        }
        // The number makes each event a new one, as live.
        let fingerprint = event.fingerprint(1) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let arrived_ms = i64::try_from(now_ms).expect("small");
        let verdict = self.merge.arrive(fingerprint, event.can_have_twins(), 0, arrived_ms);
        if verdict == Verdict::Duplicate {
            return None;
        }
        self.events += 1;
        if let Some(world) = event.world_id() {
            let count = self.worlds.entry(world).or_default();
            *count = (count.0 + 1, now_ms);
        }
        let received = LocalTime { ms: arrived_ms, ahead_ms: 0 };
        let mut delivery = Delivery::new(SystemTime::UNIX_EPOCH, Origin::Live);
        if let Some(timestamp) = event.timestamp() {
            self.clock.event(timestamp, received);
            // The number makes time pass, as live.
            let second = Timestamp(i64::try_from(now_ms / 1000).expect("small"));
            self.holes.event(event.world_id(), second, now_ms);
            if number.is_multiple_of(BATCH) {
                self.server = self.clock.at(received);
            }
            let age_ms = self.server.ms_since(timestamp);
            delivery.lag = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
            delivery.punctuality = Punctuality::of_age(age_ms);
            self.lags.record(u64::try_from(timestamp.0).unwrap_or(0) * 7 % 10_000, now_ms);
        }
        delivery.after_gap = self.after_gap.is_first(event, arrived_ms);
        Some(delivery)
    }
}
