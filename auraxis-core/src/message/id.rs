//! The id of an event's message.

use std::fmt;

use serde_json::Value;

use crate::event::{Event, wire::Mixer};

/// The seeds of the two halves. They never change: relays of different versions publish the same events.
const SEEDS: [u64; 2] = [0x6175_7261_7869_7331, 0x6175_7261_7869_7332];

/// The id of an event's message: 32 hex digits. See [`Event::message_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u128);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Event {
    /// Returns an id that is equal for events with equal payloads, in every process and version, whatever the order and
    /// spelling of their fields. It does not depend on whether a version knows the event and its fields.
    ///
    /// The server sends equal events: see [`can_have_twins`](Self::can_have_twins). Equal signals of two relays have the
    /// same id as well. All custom events have the same one, since they never leave their program.
    #[must_use]
    pub fn message_id(&self) -> MessageId {
        let payload = serde_json::to_value(self).unwrap_or_default();
        let half = |seed| {
            let mut mixer = Mixer::new(seed);
            mixer.number(u64::from(self.kind().is_from_game()));
            if let Value::Object(payload) = &payload {
                mixer.object(payload);
            }
            u128::from(mixer.finish())
        };
        MessageId(half(SEEDS[0]) << 64 | half(SEEDS[1]))
    }
}
