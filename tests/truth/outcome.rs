//! The outcome of a run.

use std::time::Duration;

use auraxis::prelude::*;
use auraxis_sim::{Score, Scorer, TruthEntry};

/// The score of a run, and how soon the first gap was reported.
#[derive(Debug)]
pub struct Outcome {
    pub score: Score,
    /// The faults, and when they started.
    pub faults: Vec<(u64, String)>,
    pub gaps: Vec<Gap>,
    /// The truth about the first silent event, for the message of a failure.
    pub first_silent: Option<String>,
    /// When the war started, by the local clock.
    start: i64,
}

impl Outcome {
    pub fn new(truth: &[TruthEntry], lines: &[String], gaps: Vec<Gap>, settle: Duration) -> Self {
        let score = Scorer::new(truth).settle(settle).score(lines.iter().map(String::as_str));
        let (mut faults, mut start, mut first_silent) = (Vec::new(), 0, None);
        for entry in truth {
            match entry {
                TruthEntry::War { start: seconds, .. } => start = *seconds,
                TruthEntry::Fault { at_ms, fault, .. } => faults.push((*at_ms, fault.clone())),
                TruthEntry::Event { number, .. } if Some(number) == score.silent.first() => {
                    first_silent = Some(format!("{entry:?}"));
                }
                _ => {}
            }
        }
        Self { score, faults, gaps, first_silent, start }
    }

    /// Returns the seconds from the first fault to the report of the first gap with one of these causes.
    pub fn reported_after(&self, causes: &[GapCause]) -> Option<i64> {
        let fault_ms = i64::try_from(self.faults.first()?.0).ok()?;
        let gap = self.gaps.iter().find(|gap| causes.contains(&gap.cause))?;
        Some(gap.timestamp.0 - self.start - fault_ms / 1_000)
    }
}
