//! Counters of frames and fields that cannot be parsed.

use std::sync::Arc;

use auraxis_core::{
    event::{FieldFault, UnknownEvent, signal::ParseFailed},
    frame::Fault,
};
use rustc_hash::FxHashMap;

use crate::{dispatch::inbox::Inbox, service_id::ServiceId};

/// The maximum number of kinds that are counted separately, because a server can make up any number of them.
const MAX_KINDS: usize = 256;

/// The number of parse errors by kind.
#[derive(Debug)]
pub(super) struct ParseErrors {
    by_kind: FxHashMap<Arc<str>, Count>,
    /// Redacted in all messages, because servers can repeat it.
    service_id: ServiceId,
}

#[derive(Debug, Default)]
struct Count {
    total: u64,
    reported: u64,
    last_found: Box<str>,
}

impl ParseErrors {
    pub(super) fn new(service_id: ServiceId) -> Self {
        Self { by_kind: FxHashMap::default(), service_id }
    }

    /// Counts a frame that cannot be parsed. `line` is its line in a recording, as text.
    pub(super) fn add(&mut self, fault: &Fault, line: Option<&str>, inbox: &Inbox) {
        self.count(&fault.kind.to_string(), &fault.found, line, inbox);
    }

    /// Counts an event with a field that cannot be parsed. The event is dispatched as an `UnknownEvent`.
    pub(super) fn add_field(&mut self, event: &UnknownEvent, inbox: &Inbox) {
        let Some(fault) = event.fault() else { return };
        let kind = format!("invalid field `{}` of event `{}`", fault.field(), event.event_name());
        let found = match fault {
            FieldFault::Value { found, .. } => found.clone(),
            fault => fault.to_string().into(),
        };
        self.count(&kind, &found, None, inbox);
    }

    /// Logs the first error of a kind and counts the others.
    fn count(&mut self, kind: &str, found: &str, line: Option<&str>, inbox: &Inbox) {
        let (kind, found) = (self.service_id.redact(kind), self.service_id.redact(found));
        let is_counted = self.by_kind.len() < MAX_KINDS || self.by_kind.contains_key(&*kind);
        let kind = if is_counted { &*kind } else { "an error of another kind" };
        let count = self.by_kind.entry(kind.into()).or_default();
        count.total += 1;
        count.last_found = found.as_str().into();
        if count.total == 1 {
            let line = line.map_or(String::new(), |line| format!("{line}: "));
            tracing::warn!("{line}{kind}: {found}; further errors of this kind are counted and logged at the end");
        }
        inbox.schedule_report();
    }

    /// Returns the number of errors of all kinds.
    pub(super) fn total(&self) -> u64 {
        self.by_kind.values().map(|count| count.total).sum()
    }

    /// Raises a signal for each kind with new errors.
    pub(super) fn report(&mut self, inbox: &Inbox) {
        for (kind, count) in self.by_kind.iter_mut().filter(|(_, count)| count.total > count.reported) {
            let new = count.total - count.reported;
            count.reported = count.total;
            inbox.raise(|now| ParseFailed::new(now, Arc::clone(kind), (&*count.last_found).into(), new));
        }
    }

    /// Logs the total of each kind that occurred more than once.
    pub(super) fn log_totals(&self) {
        for (kind, count) in self.by_kind.iter().filter(|(_, count)| count.total > 1) {
            tracing::warn!("{kind}: {} times in total", count.total);
        }
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::frame::FaultKind;

    use super::*;

    #[test]
    fn messages_of_a_server_are_reported_without_the_service_id() {
        let mut errors = ParseErrors::new("s:verysecret".parse().unwrap());
        let fault = Fault::new(FaultKind::Unrecognised, r#"{"error":"no such service id: s:verysecret"}"#);
        errors.add(&fault, None, &Inbox::new().0);
        let text = format!("{errors:?}");
        assert!(text.contains("no such service id") && !text.contains("verysecret"), "{text}");
    }

    #[test]
    fn a_server_that_makes_up_events_does_not_fill_the_memory() {
        let mut errors = ParseErrors::new(ServiceId::example());
        let inbox = Inbox::new().0;
        for number in 0..1_000 {
            errors.count(&format!("kind {number}"), "", None, &inbox);
        }
        assert_eq!(errors.by_kind.len(), MAX_KINDS + 1);
        assert_eq!(errors.by_kind.values().map(|count| count.total).sum::<u64>(), 1_000);
    }
}
