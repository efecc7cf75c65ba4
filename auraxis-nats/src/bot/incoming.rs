//! Reading what the broker delivers.

use std::{borrow::Cow, time::Duration};

use async_nats::{HeaderMap, HeaderValue};
use auraxis_core::{
    delivery::{Delivery, Origin, Punctuality},
    event::{Event, EventClass},
    frame::Fault,
    message,
};

use super::intake::{Received, Role};
use crate::{dead, headers};

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers()?.get(name).map(HeaderValue::as_str)
    }

    pub(super) fn headers(&self) -> Option<&HeaderMap> {
        self.message.headers.as_ref()
    }

    /// The subject of the event. That of a retry does not say what it is.
    pub(super) fn event_subject(&self) -> &str {
        self.header(dead::SUBJECT).unwrap_or(&self.message.subject)
    }

    /// The event's number in the stream of events.
    pub(super) fn event_sequence(&self) -> u64 {
        self.header(dead::SEQUENCE).and_then(|number| number.parse().ok()).unwrap_or(self.sequence)
    }

    /// How often a trigger has failed on the event.
    pub(super) fn attempts(&self) -> u64 {
        self.header(dead::ATTEMPTS).and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// The frame. Checking all of it at once is faster than looking for what has to be replaced.
    pub(super) fn text(&self) -> Cow<'_, str> {
        let payload = &self.message.payload;
        str::from_utf8(payload).map_or_else(|_| String::from_utf8_lossy(payload), Cow::Borrowed)
    }

    /// Reads the event. `None` if it is a signal of another consumer than the one whose signals count.
    pub(super) fn event(&self, role: Role) -> Result<Option<Event>, Fault> {
        let kind = self.event_subject().rsplit('.').next().unwrap_or_default();
        let event = message::decode(kind, &self.text())?;
        let is_signal = event.kind().class() == EventClass::Signal;
        Ok((!is_signal || (role == Role::Later && event.kind().travels())).then_some(event))
    }

    /// How the event was received, by the relay and from the broker.
    pub(super) fn delivery(&self, role: Role, event: &Event) -> Delivery {
        let mut delivery = headers::read(self.headers(), self.published);
        if self.deliveries > 1 || role == Role::Retry {
            delivery.origin = Origin::Redelivery;
        }
        if let Some(timestamp) = event.timestamp() {
            let age = headers::milliseconds(delivery.received_at) - timestamp.0.saturating_mul(1_000);
            delivery.lag = Duration::from_millis(u64::try_from(age).unwrap_or(0));
            delivery.punctuality = Punctuality::of_age(age);
        }
        delivery
    }
}
