//! What the triggers did with events.

use std::fmt;

use auraxis_core::event::signal::TriggerFailed;

use crate::{
    dispatch::state::{SourceLocation, TriggerStats},
    trigger::handle::TriggerHandle,
};

/// What the triggers did in a period: which ran, why others did not, and what failed.
///
/// [`Display`](fmt::Display) writes a line for each trigger, which is useful in assertion messages.
#[derive(Clone, Debug)]
pub struct Report {
    rows: Vec<Row>,
    failures: Vec<TriggerFailed>,
}

/// What one trigger did.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The trigger's number, as other triggers may have the same name.
    number: u64,
    name: String,
    location: SourceLocation,
    stats: TriggerStats,
}

impl Row {
    pub(super) fn new(trigger: &TriggerHandle) -> Self {
        let (number, name) = (trigger.state.number, trigger.name().to_owned());
        Self { number, name, location: trigger.location(), stats: trigger.stats() }
    }
}

impl Report {
    pub(super) const fn new(rows: Vec<Row>, failures: Vec<TriggerFailed>) -> Self {
        Self { rows, failures }
    }

    /// Returns the names of the triggers that ran, in the order in which they were added, without duplicates.
    #[must_use]
    pub fn ran(&self) -> Vec<&str> {
        let mut ran: Vec<&str> = Vec::new();
        for row in self.rows.iter().filter(|row| row.stats.started > 0) {
            if !ran.contains(&&*row.name) {
                ran.push(&row.name);
            }
        }
        ran
    }

    /// Returns the counters of the trigger with this name. If there were several, returns those of the latest.
    ///
    /// # Panics
    ///
    /// Panics if there is no trigger with this name.
    #[must_use]
    #[track_caller]
    pub fn stats(&self, name: &str) -> TriggerStats {
        let row = self.rows.iter().rfind(|row| row.name == name);
        row.unwrap_or_else(|| panic!("no trigger is named `{name}`; there are:\n{self}")).stats
    }

    /// Returns the runs and conditions that failed, in order.
    #[must_use]
    pub fn failures(&self) -> &[TriggerFailed] {
        &self.failures
    }

    /// Subtracts an earlier report.
    pub(super) fn since(mut self, earlier: &Self) -> Self {
        for row in &mut self.rows {
            if let Some(before) = earlier.rows.iter().find(|before| before.number == row.number) {
                row.stats = row.stats.since(&before.stats);
            }
        }
        self.failures.drain(..earlier.failures.len().min(self.failures.len()));
        self
    }

    /// Counts an event that the index did not pass to a trigger because of its characters.
    pub(super) fn count_skipped(&mut self, trigger: &TriggerHandle) {
        let number = trigger.state.number;
        for row in self.rows.iter_mut().filter(|row| row.number == number && row.stats.received == 0) {
            row.stats.received += 1;
            row.stats.filtered_by_character += 1;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row { name, location, stats, .. } in &self.rows {
            writeln!(f, "{name} ({location}): {stats}")?;
        }
        for TriggerFailed { trigger, message, .. } in &self.failures {
            writeln!(f, "{trigger} failed: {message}")?;
        }
        Ok(())
    }
}
