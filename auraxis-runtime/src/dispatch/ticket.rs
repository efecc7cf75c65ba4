//! Acknowledging the events of a message broker.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use auraxis_core::event::signal::Failure;

/// Receives the outcome of one message of a broker.
///
/// A message is *settled* when every trigger that takes its event has run successfully, has dropped the event by its
/// overflow policy, or has failed and handed it over. It is *returned* if a trigger has not settled it, for example because
/// the client stops.
pub trait Acknowledge: Send + Sync + 'static {
    /// Every trigger has settled the event. Either this or [`returned`](Self::returned) is called, once, as the last
    /// method.
    fn settled(&self);

    /// At least one trigger has not settled the event.
    fn returned(&self);

    /// A run has failed, after the trigger's own retries. The event counts as settled by this trigger when `ticket` is
    /// [settled](Ticket::settle), which should be done when the failure is stored somewhere safe.
    fn failed(&self, failure: RunFailure, ticket: Ticket);
}

/// A failed run on an event of a broker.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunFailure {
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How it failed.
    pub failure: Failure,
    /// The error with its causes, or the panic message.
    pub message: Arc<str>,
}

/// One share of the obligation to settle an event. If it is dropped without being settled, the message is returned to the
/// broker.
#[derive(Default)]
pub struct Ticket(Option<Arc<Message>>);

struct Message {
    acknowledge: Box<dyn Acknowledge>,
    is_returned: AtomicBool,
}

impl Drop for Message {
    fn drop(&mut self) {
        if self.is_returned.load(Ordering::Acquire) {
            self.acknowledge.returned();
        } else {
            self.acknowledge.settled();
        }
    }
}

impl Ticket {
    /// The ticket of an event whose source does not need its outcome.
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn new(acknowledge: Box<dyn Acknowledge>) -> Self {
        Self(Some(Arc::new(Message { acknowledge, is_returned: AtomicBool::new(false) })))
    }

    /// Returns a further share.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }

    pub(crate) const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Settles this share.
    pub fn settle(mut self) {
        self.0 = None;
    }

    /// Hands a failure over to the source, which settles this share.
    pub(crate) fn fail(mut self, failure: impl FnOnce() -> RunFailure) {
        if let Some(message) = self.0.take() {
            let ticket = Self(Some(Arc::clone(&message)));
            message.acknowledge.failed(failure(), ticket);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(message) = &self.0 {
            message.is_returned.store(true, Ordering::Release);
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_none() { "Ticket(none)" } else { "Ticket" })
    }
}

/// The tickets of the events of a batch, as one.
#[derive(Clone, Default)]
pub(crate) struct Tickets(Arc<Mutex<Vec<Ticket>>>);

impl Tickets {
    /// Adds the ticket of an event, if there is one.
    pub(crate) fn add(&self, ticket: Ticket) {
        if !ticket.is_none() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(ticket);
        }
    }

    fn take(&self) -> Vec<Ticket> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Acknowledge for Tickets {
    fn settled(&self) {
        self.take().into_iter().for_each(Ticket::settle);
    }

    fn returned(&self) {
        self.take();
    }

    fn failed(&self, failure: RunFailure, ticket: Ticket) {
        self.take().into_iter().for_each(|ticket| ticket.fail(|| failure.clone()));
        ticket.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);

    impl Log {
        fn push(&self, entry: impl Into<String>) {
            self.0.lock().unwrap().push(entry.into());
        }

        fn take(&self) -> Vec<String> {
            mem::take(&mut self.0.lock().unwrap())
        }
    }

    impl Acknowledge for Log {
        fn settled(&self) {
            self.push("settled");
        }

        fn returned(&self) {
            self.push("returned");
        }

        fn failed(&self, failure: RunFailure, ticket: Ticket) {
            self.push(format!("{} failed", failure.trigger));
            ticket.settle();
        }
    }

    fn failure() -> RunFailure {
        RunFailure { trigger: "a".into(), failure: Failure::Error, message: "no".into() }
    }

    #[test]
    fn a_message_is_settled_when_all_shares_are() {
        let log = Log::default();
        let ticket = Ticket::new(Box::new(log.clone()));
        let (first, second) = (ticket.share(), ticket.share());
        ticket.settle();
        first.settle();
        assert!(log.take().is_empty());
        second.fail(failure);
        assert_eq!(log.take(), ["a failed", "settled"]);
    }

    #[test]
    fn a_message_is_returned_once_if_any_share_is_dropped() {
        let log = Log::default();
        let ticket = Ticket::new(Box::new(log.clone()));
        drop(ticket.share());
        assert!(log.take().is_empty());
        ticket.settle();
        assert_eq!(log.take(), ["returned"]);
    }

    #[test]
    fn the_events_of_a_batch_share_its_fate() {
        let log = Log::default();
        let tickets = |is_settled: fn(Ticket)| {
            let tickets = Tickets::default();
            tickets.add(Ticket::new(Box::new(log.clone())));
            tickets.add(Ticket::NONE);
            tickets.add(Ticket::new(Box::new(log.clone())));
            is_settled(Ticket::new(Box::new(tickets)));
            log.take()
        };
        assert_eq!(tickets(Ticket::settle), ["settled", "settled"]);
        assert_eq!(tickets(drop), ["returned", "returned"]);
        assert_eq!(tickets(|ticket| ticket.fail(failure)), ["a failed", "settled", "a failed", "settled"]);
    }
}
