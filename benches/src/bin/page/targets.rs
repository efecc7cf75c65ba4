//! The goals of the project, and whether a run meets them.

use std::fmt::Write;

use anyhow::Result;
use auraxis_bench::{
    Load, Measurement,
    report::{BASE, Summary},
};

use crate::{Replay, Run};

/// The other libraries, and how many times as fast ours is meant to be.
pub(crate) const PEERS: [(&str, f64); 3] =
    [("auraxis 0.3.0 (Rust)", 8.0), ("ps2census 4.9.1 (Node.js)", 22.0), ("auraxium 0.5.0 (Python)", 140.0)];

/// The number of events of a replayed day, in millions.
const DAY: f64 = 40.0;

enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

/// Returns the name of a case of the benchmark `dispatch`.
pub(crate) fn one_character_each(triggers: &str) -> String {
    format!("{triggers} triggers on one character each, one matches")
}

/// Returns a table of all goals.
pub(crate) fn table(run: &Run) -> Result<String> {
    let ours = run.client("14 triggers", Load::Flood)?;
    let mut table = "| Goal | Target | Measured | Met |\n| --- | --: | --: | --- |\n".to_owned();
    let mut row = |goal: &str, limit: Limit, unit: &str, measured: Option<Summary>| {
        let (sign, bound) = match limit {
            AtLeast(bound) => ("≥", bound),
            AtMost(bound) => ("≤", bound),
        };
        let (measured, met) = match measured {
            Some(measured) => {
                let is_met = match limit {
                    AtLeast(bound) => measured.median >= bound,
                    AtMost(bound) => measured.median <= bound,
                };
                (format!("{measured}{unit}"), if is_met { "yes" } else { "**no**" })
            }
            None => ("not measured".to_owned(), "–"),
        };
        let _ = writeln!(table, "| {goal} | {sign} {bound}{unit} | {measured} | {met} |");
    };
    let one = |value: f64| Some(Summary::new([value].into_iter()));

    row(
        "Events per second with 14 triggers, all kinds typed, against a bare WebSocket loop that parses nothing",
        AtLeast(0.75),
        " ×",
        Some(ours.ratio(run.client(BASE, Load::Flood)?, Measurement::rate)),
    );
    for (name, bound) in PEERS {
        let peer = run.client(name, Load::Flood).ok().filter(|peer| !peer.rounds.is_empty());
        let ratio = peer.map(|peer| ours.ratio(peer, Measurement::rate));
        row(&format!("The same, against {name}"), AtLeast(bound), " ×", ratio);
    }
    let (paced, base) = (run.client("1 trigger", Load::Paced)?, run.client(BASE, Load::Paced)?);
    let ratio = paced.ratio(base, Measurement::cpu_per_event);
    row("CPU time per event at 2,000 events/s, against the bare loop", AtMost(1.1), " ×", Some(ratio));
    let linked = run.client("14 triggers, two redundant links", Load::Flood)?;
    let ratio = linked.ratio(ours, Measurement::cpu_per_event);
    row("CPU time per event with two redundant links, against one", AtMost(2.3), " ×", Some(ratio));
    let replay = |name: &str| run.replays.iter().find(|replay| replay.name == name);
    for name in ["a recording", "a recording, `.zst`"] {
        let rate = replay(name).map(|replay| replay.rate().per(1e6));
        row(&format!("Replay of {name}, million events per second"), AtLeast(2.5), "", rate);
    }
    let day = run.replays.iter().find(|replay| replay.events >= DAY * 1e6);
    let seconds = day.map(|Replay { seconds, .. }| Summary::new(seconds.iter().copied()));
    row("Replay of a day of 40 million events, compressed (measured with `BENCH_DAY=1`)", AtMost(20.0), " s", seconds);
    row("Heap allocations per event without text", AtMost(0.0), "", one(run.allocations_per_event));
    let first = run.dispatch("1 trigger on the character")?;
    for (number, bound) in [("10,000", 1.3), ("100,000", 1.5)] {
        let ratio = run.dispatch(&one_character_each(number))? / first;
        let goal = format!("Dispatching an event to {number} triggers on one character each, against 1 trigger");
        row(&goal, AtMost(bound), " ×", one(ratio));
    }
    let pair = run.dispatch("`add` and `remove` next to 10,000 on one character each")? / 1e3;
    row("Adding and removing a trigger next to 10,000 others", AtMost(20.0), " µs", one(pair));
    let stuck = run.client("a handler that never returns", Load::Flood)?;
    let megabytes = stuck.summary(|measurement| measurement.resident_mib() * 1.048_576);
    row("Memory at full rate with a handler that never returns", AtMost(32.0), " MB", Some(megabytes));
    Ok(table)
}
