//! What could not be read, counted by kind.

use std::sync::Arc;

use auraxis_core::{
    event::{FieldFault, UnknownEvent, signal::Unreadable},
    frame::Fault,
};
use rustc_hash::FxHashMap;

use crate::dispatch::inbox::Inbox;

/// So many kinds are told apart. A server makes up as many as it likes.
const KINDS: usize = 256;

/// How often each kind of fault was met, by what it says.
#[derive(Debug, Default)]
pub(super) struct Faults(FxHashMap<Arc<str>, Count>);

#[derive(Debug, Default)]
struct Count {
    all: u64,
    told: u64,
    /// The last one.
    found: Box<str>,
}

impl Faults {
    /// Counts a frame that could not be read. `line` is where it stands in a recording.
    pub(super) fn add(&mut self, fault: &Fault, line: Option<u64>, inbox: &Inbox) {
        self.count(&fault.kind.to_string(), &fault.found, line, inbox);
    }

    /// Counts an event with something that could not be read. It goes on, whole, as one that is not known.
    pub(super) fn add_odd(&mut self, event: &UnknownEvent, inbox: &Inbox) {
        let Some(fault) = event.fault() else { return };
        let kind = format!("an odd `{}` in an event called `{}`", fault.field(), event.event_name());
        let found = match fault {
            FieldFault::Value { found, .. } => found.clone(),
            fault => fault.to_string().into(),
        };
        self.count(&kind, &found, None, inbox);
    }

    /// Logs the first of its kind.
    fn count(&mut self, kind: &str, found: &str, line: Option<u64>, inbox: &Inbox) {
        let kind = if self.0.len() < KINDS || self.0.contains_key(kind) { kind } else { "something else" };
        let count = self.0.entry(kind.into()).or_default();
        count.all += 1;
        count.found = found.into();
        if count.all == 1 {
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            tracing::warn!("{place}{kind}: {found}; more of this kind are counted and told at the end");
        }
        inbox.count();
    }

    /// Raises a signal for each kind that was met again.
    pub(super) fn tell(&mut self, inbox: &Inbox) {
        for (kind, count) in self.0.iter_mut().filter(|(_, count)| count.all > count.told) {
            let new = count.all - count.told;
            count.told = count.all;
            inbox.raise(|now| Unreadable::new(now, Arc::clone(kind), (&*count.found).into(), new));
        }
    }

    /// Sums up what was met more than once.
    pub(super) fn sum_up(&self) {
        for (kind, count) in self.0.iter().filter(|(_, count)| count.all > 1) {
            tracing::warn!("{} times in all: {kind}", count.all);
        }
    }
}
