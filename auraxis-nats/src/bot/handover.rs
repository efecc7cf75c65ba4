//! Handing a failed event over to the stream of retries, or to the dead letters.

use std::time::SystemTime;

use async_nats::{HeaderMap, Message, header::NATS_MESSAGE_ID, jetstream::message::PublishMessage};
use auraxis_runtime::source::Ticket;

use crate::{
    dead::{self, ATTEMPTS, DIED_AT, ERROR, SEQUENCE, SUBJECT},
    headers,
    stream::{DEAD, RETRY},
};

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

/// Where a message of the broker has come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The number in its stream.
    pub(super) sequence: u64,
    /// When it was published, in nanoseconds since 1970, by which a stream that was emptied is told apart.
    pub(super) published: i128,
}

/// What went wrong with an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed<'a> {
    pub(super) bot: &'a str,
    /// The name of the trigger; empty for all of them.
    pub(super) trigger: &'a str,
    pub(super) error: &'a str,
    /// How often the event was tried.
    pub(super) attempts: u64,
    /// Whether it is not tried again.
    pub(super) is_final: bool,
}

impl Handover {
    pub(super) fn new(event: &Message, place: Place, failed: Failed<'_>, settles: Settles) -> Self {
        let Failed { bot, trigger, error, attempts, is_final } = failed;
        let subject = dead::subject(if is_final { DEAD } else { RETRY }, bot, trigger);
        let mut headers = HeaderMap::new();
        if let Some(original) = &event.headers {
            headers::copy(original, &[ERROR, ATTEMPTS, DIED_AT], &mut headers);
        }
        // A message of the stream of retries has these already.
        if headers.get(SUBJECT).is_none() {
            headers.insert(SUBJECT, event.subject.as_str());
            headers.insert(SEQUENCE, place.sequence.to_string());
        }
        headers.insert(NATS_MESSAGE_ID, format!("{subject}.{}.{}", place.sequence, place.published));
        headers.insert(ERROR, dead::line(error));
        headers.insert(ATTEMPTS, attempts.to_string());
        if is_final {
            headers.insert(DIED_AT, headers::milliseconds(SystemTime::now()).to_string());
        }
        let message = PublishMessage::build().payload(event.payload.clone()).headers(headers);
        Self { subject, message, settles }
    }
}
