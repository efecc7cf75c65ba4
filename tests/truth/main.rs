//! Our client in every fault scenario of the simulator: is every event received once, or reported as missing?
//!
//! A run of all tests takes one scenario for each fault, a sample of pairs, and a storm, all at the same time.
//! `scripts/truth.sh` runs more of them, and writes the table in `docs/truth.md`.
#![allow(clippy::unwrap_used, unreachable_pub, missing_docs, reason = "helpers of tests")]

use std::env;

use auraxis::prelude::*;
use tokio::task::JoinSet;

#[path = "../common/mod.rs"]
mod common;
mod derived;
mod detection;
mod outcome;
mod received;
mod scenario;
mod table;

use outcome::Outcome;
use scenario::Scenario;

/// How many scenarios run at the same time.
const CONCURRENCY: usize = 64;

/// How many pairs of faults run without `scripts/truth.sh`.
const PAIRS: usize = 12;

const SEED: u64 = 20;

/// The hour at which all wars start, an evening in Europe: what is usual on a world depends on the time of day.
const HOUR: u8 = 18;

/// A time at this hour, for wars without a clock.
const START: Timestamp = Timestamp(1_764_352_800);

/// Runs scenarios at the same time. Returns them in order.
async fn run(scenarios: Vec<Scenario>) -> Vec<(Scenario, Outcome)> {
    let mut waiting = scenarios.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut finished = Vec::new();
    loop {
        while running.len() < CONCURRENCY
            && let Some((at, scenario)) = waiting.next()
        {
            running.spawn(async move { (at, scenario.run().await) });
        }
        let Some(result) = running.join_next().await else { break };
        finished.push(result.unwrap());
    }
    finished.sort_by_key(|(at, _)| *at);
    finished.into_iter().map(|(_, result)| result).collect()
}

/// Describes what is wrong with a run, if anything is.
fn complaint((scenario, outcome): &(Scenario, Outcome)) -> Option<String> {
    let score = &outcome.score;
    let is_complete = scenario.links == 1 || score.reported + score.small == 0;
    if score.is_honest() && score.once > 0 && is_complete {
        return None;
    }
    let Scenario { name, seed, links, script, .. } = scenario;
    Some(format!("== {name} (seed {seed}, {links} links)\n{script}\n\n{outcome}"))
}

/// Returns a number of pairs that depends on the seed.
fn sample(mut pairs: Vec<Scenario>, many: usize, seed: u64) -> Vec<Scenario> {
    let mut state = seed;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    (0..many).map(|_| pairs.remove(random(pairs.len()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_received_once_or_reported() {
    let groups = if env::var_os("AURAXIS_TRUTH").is_some() {
        let mut pairs = Scenario::pairs();
        if let Some(many) = env::var("AURAXIS_TRUTH_PAIRS").ok().and_then(|many| many.parse().ok()) {
            pairs = sample(pairs, many, SEED);
        }
        let storms = (1..=3).map(|seed| Scenario::storm(seed, 150)).collect();
        [Scenario::single(), Scenario::redundant(), storms, pairs]
    } else {
        let pairs = sample(Scenario::pairs(), PAIRS, SEED);
        [Scenario::single(), Scenario::redundant(), vec![Scenario::storm(1, 85)], pairs]
    };
    let only = env::var("AURAXIS_TRUTH_ONLY").ok();
    let groups = groups.map(|mut group| {
        group.retain(|scenario| only.as_ref().is_none_or(|only| scenario.name.contains(only)));
        group
    });
    let counts: Vec<_> = groups.iter().map(Vec::len).collect();
    let mut results = run(groups.into_iter().flatten().collect()).await;
    let complaints: Vec<_> = results.iter().filter_map(complaint).collect();
    let mut groups = counts.into_iter().map(|count| results.drain(..count).collect::<Vec<_>>());
    let [single, redundant, storms, pairs] = std::array::from_fn(|_| groups.next().unwrap());
    let text = table::text(&single, &redundant, &storms, &pairs);
    println!("{text}");
    if only.is_none() {
        if env::var_os("AURAXIS_TRUTH").is_some() {
            table::write("scenarios", &text);
        }
        detection(&single);
    }
    assert!(complaints.is_empty(), "{} of the runs:\n{}", complaints.len(), complaints.join("\n"));
}

/// Checks how soon losses are reported, by the times in the gaps.
fn detection(results: &[(Scenario, Outcome)]) {
    let seconds = |name: &str, causes: &[GapCause]| {
        let runs = results.iter().filter(|(scenario, _)| scenario.name == name);
        let after = runs.map(|(_, outcome)| outcome.reported_after(causes).unwrap_or_else(|| panic!("no gap: {name}")));
        after.max().unwrap()
    };
    assert!(seconds("silence link for 20s", &[GapCause::Silence, GapCause::Disconnected]) <= 30);
    assert!(seconds("freeze for 30s", &[GapCause::Silence, GapCause::Disconnected]) <= 45);
    for name in ["forget event Death", "forget world 40", "forget everything"] {
        // The verification period, one period of its timer, and a fraction of a second.
        assert!(seconds(name, &[GapCause::Drift]) <= 4, "{name}");
    }
}
