//! Events, as the game sends them.
//!
//! [`Event`] has a variant for each struct below; what this version does not know is an [`UnknownEvent`], never an
//! error. All of it comes from one table, in `catalogue.rs`.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{
    id::{ExperienceId, WorldId},
    time::Timestamp,
};

#[macro_use]
mod define;
mod catalogue;
#[cfg(feature = "test")]
pub mod sample;
mod selector;
pub mod signal;
pub(crate) mod wire;

pub use catalogue::*;
pub(crate) use selector::ALL;
pub use selector::{EventClass, Selector};
#[doc(no_inline)]
pub use signal::*;

use wire::{FieldFault, Fields};

/// What follows the payload of an event in the usual layout.
pub(crate) const EVENT_TAIL: &str = r#"},"service":"event","type":"serviceMessage"}"#;

/// Something that a trigger can listen to: the struct of one event, [`UnknownEvent`], or [`Event`] for everything the
/// game sends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "expected a struct of `auraxis::event`, or `Event` for everything"
)]
pub trait Payload: Clone + fmt::Debug + Send + Sync + 'static {
    /// What to listen to in order to get it.
    fn selector() -> Selector;

    /// This, if it is what the event holds.
    fn peek(event: &Event) -> Option<&Self>;
}

impl Payload for Event {
    fn selector() -> Selector {
        Selector::Everything
    }

    fn peek(event: &Self) -> Option<&Self> {
        Some(event)
    }
}

impl Payload for UnknownEvent {
    fn selector() -> Selector {
        Selector::Kind(EventKind::Unknown)
    }

    fn peek(event: &Event) -> Option<&Self> {
        match event {
            Event::Unknown(payload) => Some(payload),
            _ => None,
        }
    }
}

impl From<UnknownEvent> for Event {
    fn from(event: UnknownEvent) -> Self {
        Self::Unknown(event)
    }
}

impl Event {
    /// The name on the wire; for a signal, the name of its type.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(event) => event.event_name(),
            known => known.kind().name(),
        }
    }
}

impl EventKind {
    /// Whether it never comes without a connection: what the game sends, and the signals about connections.
    #[must_use]
    pub const fn needs_link(self) -> bool {
        let of_link = matches!(self, Self::Connected | Self::Disconnected | Self::WorldStateChanged);
        of_link || !matches!(self.class(), EventClass::Signal)
    }
}

impl GainExperience {
    /// Listens to experience of one sort only. The server then sends nothing else of this kind.
    ///
    /// ```
    /// use auraxis_core::{event::GainExperience, id::ExperienceId};
    ///
    /// let revives = GainExperience::filter_experience(7);
    /// assert_eq!(revives, GainExperience::filter_experience(ExperienceId::REVIVE));
    /// assert_eq!(revives.wire_name(), "GainExperience_experience_id_7");
    /// ```
    pub fn filter_experience(id: impl Into<ExperienceId>) -> Selector {
        Selector::Experience(id.into())
    }
}

/// An event that this version does not know, with everything it came with.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownEvent {
    event_name: Box<str>,
    payload: Map<String, Value>,
}

impl UnknownEvent {
    fn take(fields: Fields<'_>) -> Result<Self, FieldFault> {
        let event_name = fields.text("event_name").ok_or(FieldFault { field: "event_name", found: None })?;
        Ok(Self { event_name: event_name.into(), payload: fields.into_map() })
    }

    /// The name on the wire.
    #[must_use]
    pub fn event_name(&self) -> &str {
        &self.event_name
    }

    /// When it happened, if it says so.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.number("timestamp").map(Timestamp)
    }

    /// On which server, if it says so.
    #[must_use]
    pub fn world_id(&self) -> Option<WorldId> {
        self.number("world_id").map(WorldId)
    }

    /// The text of a field. Numbers and objects are in [`payload`](Self::payload).
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.payload.get(field)?.as_str()
    }

    /// All fields, `event_name` included.
    #[must_use]
    pub fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    fn number<T: wire::Value>(&self, field: &str) -> Option<T> {
        match self.payload.get(field)? {
            Value::String(text) => T::parse(text),
            Value::Number(number) => T::parse(&number.to_string()),
            _ => None,
        }
    }
}

impl Serialize for UnknownEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.payload.serialize(serializer)
    }
}

/// Fields of an event that this version does not know, as they came. Usually empty, and then costs nothing.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// A field by its name on the wire.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.as_ref()?.get(field)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
