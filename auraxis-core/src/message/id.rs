//! The id of an event's message.

use std::fmt;

use serde_json::Value;

use crate::{
    event::{Event, wire::Mixer},
    time::Timestamp,
};

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
    ///
    /// A derived event has the id of what it reports, such as the end of a session: relays that were started at different
    /// times know different things about it.
    #[must_use]
    pub fn message_id(&self) -> MessageId {
        let subject = self.derived_subject();
        let payload = if subject.is_none() { serde_json::to_value(self).unwrap_or_default() } else { Value::Null };
        let half = |seed| {
            let mut mixer = Mixer::new(seed);
            mixer.number(u64::from(self.kind().is_from_game()));
            if let Some(subject) = subject {
                mixer.text(self.name());
                for number in subject {
                    mixer.number(number);
                }
            }
            if let Value::Object(payload) = &payload {
                mixer.object(payload);
            }
            u128::from(mixer.finish())
        };
        MessageId(half(SEEDS[0]) << 64 | half(SEEDS[1]))
    }

    /// What a derived event reports. `None` for others.
    fn derived_subject(&self) -> Option<[u64; 4]> {
        let at = |timestamp: Timestamp| timestamp.0.cast_unsigned();
        Some(match self {
            Self::SessionStart(event) => [at(event.timestamp), event.character_id.0, 0, 0],
            Self::SessionEnd(event) => [at(event.timestamp), event.character_id.0, 0, 0],
            Self::AlertStart(event) => [event.world_id.0.into(), event.instance_id.0.into(), 0, 0],
            Self::AlertEnd(event) => [event.world_id.0.into(), event.instance_id.0.into(), 0, 0],
            Self::FacilityCapture(event) => {
                [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), event.facility_id.0.into()]
            }
            Self::FacilityDefence(event) => {
                [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), event.facility_id.0.into()]
            }
            Self::PopulationReport(event) => [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), 0],
            _ => return None,
        })
    }
}
