//! What health costs: per event, and per check.
//!
//! `cargo bench -p auraxis-core --bench health`

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use auraxis_core::{
    id::WorldId,
    stream::health::{Health, TrafficClass},
};

const EVENTS: u64 = 1_000_000;
const CHECKS: u64 = 1000;
const ROUNDS: usize = 21;

const WORLDS: [WorldId; 6] =
    [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH, WorldId::JAEGER, WorldId::GENUDINE, WorldId::CERES];

fn main() {
    let mut health = Health::new();
    // A mixture that no branch predictor learns: mostly experience, as live.
    let mut state = 1u64;
    let events: Vec<_> = (0..4096)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mixed = usize::try_from(state >> 33).expect("31 bits");
            (WORLDS[mixed % 6], TrafficClass::ALL[(mixed / 6 % 16).saturating_sub(11)])
        })
        .collect();
    let (mut alone, mut counted, mut checks) = (Vec::new(), Vec::new(), Vec::new());
    let mut now_ms = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for at in 0..EVENTS {
            black_box(events[usize::try_from(at % 4096).expect("small")]);
        }
        alone.push(start.elapsed());
        let start = Instant::now();
        for at in 0..EVENTS {
            // 4,000 events in each second.
            let (world, class) = black_box(events[usize::try_from(at % 4096).expect("small")]);
            health.event(world, class, now_ms + at / 4);
        }
        counted.push(start.elapsed());
        now_ms += EVENTS / 4;
        let start = Instant::now();
        for _ in 0..CHECKS {
            now_ms += 1000;
            black_box(health.check(now_ms));
        }
        checks.push(start.elapsed());
    }
    let nanoseconds = |mut times: Vec<Duration>, count: u64| {
        times.sort_unstable();
        times[ROUNDS / 2].as_secs_f64() * 1e9 / f64::from(u32::try_from(count).expect("small"))
    };
    let (alone, counted) = (nanoseconds(alone, EVENTS), nanoseconds(counted, EVENTS));
    println!("event: {:.2} ns (and {alone:.2} ns for the loop); median of {ROUNDS}", counted - alone);
    println!("check with 6 worlds, once a second: {:.0} ns", nanoseconds(checks, CHECKS));
}
