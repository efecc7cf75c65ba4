//! Events that no struct can represent.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    fault::FieldFault,
    wire::{self, Fields, OwnedFields},
};
use crate::{id::WorldId, time::Timestamp};

/// An event that this version does not know, or a known event with a value that its struct cannot represent, with all
/// its fields.
///
/// Therefore no event is lost because of an invalid value: a `Death` whose `zone_id` is `"-1"` cannot be a
/// [`Death`](super::Death), so triggers on `Death` do not receive it, but triggers on `UnknownEvent` do, and
/// [`fault`](Self::fault) returns what is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownEvent {
    event_name: Box<str>,
    payload: Map<String, Value>,
    fault: Option<Box<FieldFault>>,
}

impl UnknownEvent {
    /// Creates the event with the reason why it is not of its known kind, if there is one.
    pub(super) fn new(fields: &Fields<'_>, fault: Option<FieldFault>) -> Self {
        let event_name = fields.lossy_text("event_name").unwrap_or_default().into();
        Self { event_name, payload: fields.to_map(), fault: fault.map(Box::new) }
    }

    /// The name on the wire, empty if missing. It can be the name of a known event: see [`fault`](Self::fault).
    #[must_use]
    pub fn event_name(&self) -> &str {
        &self.event_name
    }

    /// Returns why the event could not be parsed: it has a known name and an invalid value, or no usable name. `None`
    /// if its name is unknown.
    ///
    /// ```
    /// # use auraxis_core::frame::Frame;
    /// # use auraxis_core as auraxis;
    /// use auraxis::event::{Event, FieldFault};
    ///
    /// let frame = r#"{"payload":{"character_id":"-1","event_name":"PlayerLogin","timestamp":"1","world_id":"40"}}"#;
    /// let Ok(Frame::Event(Event::Unknown(event))) = Frame::parse(frame) else { panic!("a known event") };
    /// assert_eq!((event.event_name(), event.get("character_id")), ("PlayerLogin", Some("-1")));
    /// assert_eq!(event.fault().map(FieldFault::field), Some("character_id"));
    /// ```
    #[must_use]
    pub fn fault(&self) -> Option<&FieldFault> {
        self.fault.as_deref()
    }

    /// When it happened, if the event contains a timestamp. Fractions of a second are dropped.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.number("timestamp", |_| true)
    }

    /// How long ago it happened, by the local clock, if the event contains a timestamp: see [`Timestamp::age`].
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.timestamp().map(Timestamp::age)
    }

    /// The world it happened on, if given.
    #[must_use]
    pub fn world_id(&self) -> Option<WorldId> {
        self.id("world_id")
    }

    /// Returns the value of a field that is a string. For other values, see [`payload`](Self::payload).
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.payload.get(field)?.as_str()
    }

    /// All fields as received, including `event_name`. If a key occurs twice, the last value is kept.
    ///
    /// What a [`Value`] cannot represent becomes a string: numbers beyond its range, and values nested more than 32
    /// levels deep. Lone surrogates (`"\ud800"`) become U+FFFD.
    #[must_use]
    pub fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    /// Reads an id, which can be written as `"40.0"`.
    pub(super) fn id<T: wire::Value>(&self, field: &str) -> Option<T> {
        self.number(field, |fraction| fraction.bytes().all(|digit| digit == b'0'))
    }

    fn number<T: wire::Value>(&self, field: &str, may_drop: impl FnOnce(&str) -> bool) -> Option<T> {
        let text = match self.payload.get(field)? {
            Value::String(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) => number.to_string().into(),
            _ => return None,
        };
        match text.split_once('.') {
            None => T::parse(&text),
            Some((whole, fraction)) => {
                let droppable = fraction.bytes().all(|byte| byte.is_ascii_digit()) && may_drop(fraction);
                T::parse(whole).filter(|_| droppable)
            }
        }
    }
}

impl Serialize for UnknownEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.payload.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnknownEvent {
    /// Reads any payload, including that of a known event.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OwnedFields::deserialize(deserializer).map(|owned| Self::new(&owned.fields(), None))
    }
}
