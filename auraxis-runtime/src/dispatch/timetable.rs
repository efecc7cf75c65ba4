//! When each periodic trigger runs next.

use std::{collections::BTreeMap, sync::Arc};

use tokio::time::Instant;

use super::{
    matcher::AnyTrigger,
    schedule::{Moment, Tick},
};
use crate::clock::Clock;

/// The next turns of all periodic triggers.
#[derive(Default)]
pub(crate) struct Timetable(BTreeMap<u64, Entry>);

struct Entry {
    trigger: Arc<dyn AnyTrigger>,
    next: Next,
}

#[derive(Clone, Copy)]
enum Next {
    /// Determined when the client runs.
    First,
    At(Moment),
    /// There is no further turn.
    Never,
}

impl Timetable {
    /// Adds a trigger, if it is periodic.
    pub(crate) fn add(&mut self, trigger: &Arc<dyn AnyTrigger>) {
        if trigger.schedule().is_some() {
            let entry = || Entry { trigger: Arc::clone(trigger), next: Next::First };
            self.0.entry(trigger.state().number).or_insert_with(entry);
        }
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.0.remove(&number);
    }

    /// Returns when [`take_due`](Self::take_due) has to be called.
    pub(crate) fn wakes_at(&self) -> Option<Instant> {
        let due = |next| match next {
            Next::First => Some(Instant::now()),
            Next::At(due) => Some(due.at),
            Next::Never => None,
        };
        self.0.values().filter_map(|entry| due(entry.next)).min()
    }

    /// Returns the triggers whose turn it is, and determines their next turns.
    pub(crate) fn take_due(&mut self, clock: &Clock) -> Vec<(Arc<dyn AnyTrigger>, Tick)> {
        let mut all_due = Vec::new();
        if self.0.is_empty() {
            return all_due;
        }
        let now = Moment::now(clock);
        for Entry { trigger, next } in self.0.values_mut() {
            let Some(schedule) = trigger.schedule() else { continue };
            if matches!(next, Next::First) {
                *next = schedule.first(now).map_or(Next::Never, Next::At);
            }
            if let Next::At(due) = *next
                && due.at <= now.at
            {
                *next = schedule.next(due, now).map_or(Next::Never, Next::At);
                all_due.push((Arc::clone(trigger), Tick::new(due)));
            }
        }
        all_due
    }
}
