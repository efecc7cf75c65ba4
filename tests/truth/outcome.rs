//! The outcome of a run.

use std::fmt;

use auraxis::prelude::*;
use auraxis_sim::{Score, TruthEntry};

/// The score of a run, and what led to it.
#[derive(Debug)]
pub struct Outcome {
    pub score: Score,
    /// The faults, and when they started in milliseconds.
    faults: Vec<(u64, String)>,
    gaps: Vec<Gap>,
    /// When the first and the last silent event happened.
    silent: Option<(u64, u64)>,
    /// An event that was lost silently or received twice.
    example: Option<TruthEntry>,
    /// When the war started, by the local clock.
    start: i64,
}

impl Outcome {
    pub fn new(truth: &[TruthEntry], score: Score, gaps: Vec<Gap>) -> Self {
        let mut outcome = Self { score, faults: Vec::new(), gaps, silent: None, example: None, start: 0 };
        for entry in truth {
            match entry {
                TruthEntry::War { start, .. } => outcome.start = *start,
                TruthEntry::Fault { at_ms, fault, .. } => outcome.faults.push((*at_ms, fault.clone())),
                TruthEntry::Event { number, at_ms, .. } => {
                    if outcome.score.silent.binary_search(number).is_ok() {
                        outcome.silent = Some((outcome.silent.map_or(*at_ms, |(first, _)| first), *at_ms));
                    }
                    let examples = outcome.score.silent.first().or(outcome.score.twice.first());
                    if examples == Some(number) {
                        outcome.example = Some(entry.clone());
                    }
                }
                _ => {}
            }
        }
        outcome
    }

    /// Returns the seconds from the first fault to the report of the first gap with one of these causes.
    pub fn reported_after(&self, causes: &[GapCause]) -> Option<i64> {
        let fault_ms = i64::try_from(self.faults.first()?.0).ok()?;
        let gap = self.gaps.iter().find(|gap| causes.contains(&gap.cause))?;
        Some(gap.timestamp.0 - self.start - fault_ms / 1_000)
    }
}

/// Writes times in seconds since the start of the war.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.score)?;
        writeln!(f, "silent from and to, in ms: {:?}; example: {:?}", self.silent, self.example)?;
        writeln!(f, "faults, in ms: {:?}", self.faults)?;
        for gap in &self.gaps {
            let (at, from) = (gap.timestamp.0 - self.start, gap.from.0 - self.start);
            let to = gap.to.map(|to| to.0 - self.start);
            let worlds = gap.worlds.of("worlds");
            writeln!(f, "gap {} at {at}: {from} to {to:?}, {:?}, {worlds}, {}", gap.id, gap.cause, gap.kinds)?;
        }
        Ok(())
    }
}
