//! A message on its way to the broker.

use std::time::{Instant, SystemTime};

use async_nats::{HeaderMap, header::NATS_MESSAGE_ID, jetstream::message::PublishMessage};
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{Event, EventKind},
    id::WorldId,
    message::{self, Subject},
    time::Timestamp,
};
use bytes::Bytes;

use crate::headers;

/// What a message costs in memory in addition to its texts.
const OVERHEAD: usize = 256;

/// A message that is to be published.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The subject, such as `ps2.ps2.17.Death`.
    pub subject: async_nats::Subject,
    /// The message id, by which the broker recognizes duplicates.
    pub id: String,
    /// The event's frame.
    pub payload: Bytes,
    /// How the event was received.
    pub delivery: Delivery,
    /// The kind of the event.
    pub kind: EventKind,
    /// The event's world.
    pub world: Option<WorldId>,
    /// When the event happened.
    pub timestamp: Timestamp,
    /// When the message was created. It is not published later than the duplicate window after that.
    pub since: Instant,
}

impl Outgoing {
    /// Creates the message of an event. `text` is its frame as it was received, if it was; `id` is its message id. Returns
    /// `None` for events that do not [travel](EventKind::travels).
    #[must_use]
    pub fn new(
        environment: Environment,
        event: &Event,
        text: Option<&str>,
        id: String,
        delivery: &Delivery,
    ) -> Option<Self> {
        let kind = event.kind();
        if !kind.travels() {
            return None;
        }
        let payload = match text {
            Some(text) => Bytes::copy_from_slice(text.as_bytes()),
            None => message::encode(event)?.into(),
        };
        Some(Self {
            subject: Subject::new(environment, event).to_string().into(),
            id,
            payload,
            delivery: *delivery,
            kind,
            world: event.world_id(),
            timestamp: event.timestamp().unwrap_or_else(|| delivery.received_at.into()),
            since: Instant::now(),
        })
    }

    pub(crate) fn signal(environment: Environment, signal: &Event) -> Option<Self> {
        let delivery = Delivery::new(SystemTime::now(), Origin::Program);
        Self::new(environment, signal, None, signal.message_id().to_string(), &delivery)
    }

    /// About how much memory the message takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        OVERHEAD + self.subject.len() + self.id.len() + self.payload.len()
    }

    pub(crate) fn to_message(&self) -> PublishMessage {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, self.id.as_str());
        headers::write(&self.delivery, &mut headers);
        PublishMessage::build().payload(self.payload.clone()).headers(headers)
    }
}
