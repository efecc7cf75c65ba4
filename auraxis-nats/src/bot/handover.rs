//! Handing a failed event over to the stream of retries, or to the dead letters.

use async_nats::jetstream::message::PublishMessage;
use auraxis_runtime::source::Ticket;

use super::intake::Received;
use crate::dead::FailedEvent;

/// A failed event that is stored elsewhere before it is settled.
#[derive(Debug)]
pub(super) struct Handover {
    pub(super) subject: String,
    pub(super) message: PublishMessage,
    pub(super) settles: Settles,
}

/// What is settled when a failed event is stored.
#[derive(Debug)]
pub(super) enum Settles {
    /// The share of one trigger.
    Ticket(Ticket),
    /// The event.
    Event(u64),
}

impl Handover {
    pub(super) fn new(event: &FailedEvent<'_>, root: &str, settles: Settles) -> Self {
        let (subject, message) = event.to_message(root);
        Self { subject, message, settles }
    }
}

impl Received {
    /// Describes how the event has failed. `trigger` is empty for all of them.
    pub(super) fn failed<'a>(
        &'a self,
        bot: &'a str,
        trigger: &'a str,
        error: &'a str,
        attempts: u64,
    ) -> FailedEvent<'a> {
        FailedEvent {
            bot,
            trigger,
            payload: self.message.payload.clone(),
            headers: self.headers(),
            subject: self.event_subject(),
            sequence: self.event_sequence(),
            error,
            attempts,
        }
    }
}
