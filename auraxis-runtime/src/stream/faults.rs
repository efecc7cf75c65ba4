//! What could not be read, counted by kind.

use auraxis_core::{
    event::signal::Unreadable,
    frame::{Fault, FaultKind},
};
use rustc_hash::FxHashMap;

use crate::dispatch::inbox::Inbox;

/// How often each kind of fault was met.
#[derive(Debug, Default)]
pub(super) struct Faults(FxHashMap<FaultKind, Count>);

#[derive(Debug)]
struct Count {
    all: u64,
    told: u64,
    /// The last one.
    found: Box<str>,
}

impl Faults {
    /// Counts a fault, and logs the first of its kind. `line` is where it stands in a recording.
    pub(super) fn add(&mut self, fault: &Fault, line: Option<u64>, inbox: &Inbox) {
        let found = fault.found.clone();
        let count = self.0.entry(fault.kind.clone()).or_insert(Count { all: 0, told: 0, found: Box::default() });
        count.all += 1;
        count.found = found;
        if count.all == 1 {
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            tracing::warn!("{place}{fault}; more of this kind are counted and told at the end");
        }
        inbox.count();
    }

    /// Raises a signal for each kind that was met again.
    pub(super) fn tell(&mut self, inbox: &Inbox) {
        for (kind, count) in self.0.iter_mut().filter(|(_, count)| count.all > count.told) {
            let new = count.all - count.told;
            count.told = count.all;
            inbox.raise(|now| Unreadable::new(now, kind.to_string().into(), (&*count.found).into(), new));
        }
    }

    /// Sums up what was met more than once.
    pub(super) fn sum_up(&self) {
        for (kind, count) in self.0.iter().filter(|(_, count)| count.all > 1) {
            tracing::warn!("{} times in all: {kind}", count.all);
        }
    }
}
