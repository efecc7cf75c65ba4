//! What could not be read, counted by kind.

use std::sync::Arc;

use auraxis_core::{
    event::{FieldFault, UnknownEvent, signal::ParseFailed},
    frame::Fault,
};
use rustc_hash::FxHashMap;

use crate::{dispatch::inbox::Inbox, service_id::ServiceId};

/// So many kinds are told apart. A server makes up as many as it likes.
const KINDS: usize = 256;

/// How often each kind of fault was met, by what it says.
#[derive(Debug)]
pub(super) struct Faults {
    counts: FxHashMap<Arc<str>, Count>,
    /// A server may repeat it.
    service_id: ServiceId,
}

#[derive(Debug, Default)]
struct Count {
    all: u64,
    told: u64,
    /// The last one.
    found: Box<str>,
}

impl Faults {
    pub(super) fn new(service_id: ServiceId) -> Self {
        Self { counts: FxHashMap::default(), service_id }
    }

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
        let (kind, found) = (self.service_id.redact(kind), self.service_id.redact(found));
        let is_known = self.counts.len() < KINDS || self.counts.contains_key(&*kind);
        let kind = if is_known { &*kind } else { "something else" };
        let count = self.counts.entry(kind.into()).or_default();
        count.all += 1;
        count.found = found.as_str().into();
        if count.all == 1 {
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            tracing::warn!("{place}{kind}: {found}; more of this kind are counted and told at the end");
        }
        inbox.count();
    }

    /// Raises a signal for each kind that was met again.
    pub(super) fn report(&mut self, inbox: &Inbox) {
        for (kind, count) in self.counts.iter_mut().filter(|(_, count)| count.all > count.told) {
            let new = count.all - count.told;
            count.told = count.all;
            inbox.raise(|now| ParseFailed::new(now, Arc::clone(kind), (&*count.found).into(), new));
        }
    }

    /// Sums up what was met more than once.
    pub(super) fn summarize(&self) {
        for (kind, count) in self.counts.iter().filter(|(_, count)| count.all > 1) {
            tracing::warn!("{} times in all: {kind}", count.all);
        }
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::frame::FaultKind;

    use super::*;

    #[test]
    fn what_a_server_says_of_the_service_id_is_told_without_it() {
        let mut faults = Faults::new("s:verysecret".parse().unwrap());
        let said = Fault::new(FaultKind::Unrecognised, r#"{"error":"no such service id: s:verysecret"}"#);
        faults.add(&said, None, &Inbox::new().0);
        let text = format!("{faults:?}");
        assert!(text.contains("no such service id") && !text.contains("verysecret"), "{text}");
    }

    #[test]
    fn a_server_that_makes_up_events_fills_no_memory() {
        let mut faults = Faults::new(ServiceId::example());
        let inbox = Inbox::new().0;
        for number in 0..1_000 {
            faults.count(&format!("kind {number}"), "", None, &inbox);
        }
        assert_eq!(faults.counts.len(), KINDS + 1);
        assert_eq!(faults.counts.values().map(|count| count.all).sum::<u64>(), 1_000);
    }
}
