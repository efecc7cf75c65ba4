//! The body of an event's message.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    event::{Event, EventKind},
    frame::{Fault, FaultKind, Frame},
};

/// Returns the body of an event's message: its [frame](Event::to_frame). `None` for a custom event.
#[must_use]
pub fn encode(event: &Event) -> Option<String> {
    (event.kind() != EventKind::Custom).then(|| event.to_frame())
}

/// Reads the body of a message. `kind` is the last token of its subject.
///
/// Unknown fields of signals and derived events are ignored, and many missing ones have a default.
///
/// ```
/// use auraxis_core::{environment::Environment, frame::Frame, message::{self, Subject}};
///
/// let body = r#"{"payload":{"event_name":"SessionStart","timestamp":"7","world_id":"1","character_id":"5"},"service":"event","type":"serviceMessage"}"#;
/// let event = message::decode("SessionStart", body)?;
/// assert_eq!(event.name(), "SessionStart");
/// assert_eq!(message::encode(&event).as_deref(), Some(body));
/// assert_eq!(Subject::new(Environment::Pc, &event).to_string(), "ps2.ps2.1.SessionStart");
///
/// // If the server sends the same frame, it is an unknown event.
/// let Frame::Event(event) = Frame::parse(body)? else { panic!("not an event") };
/// assert_eq!(Subject::new(Environment::Pc, &event).to_string(), "ps2.ps2.1.%53essionStart");
/// # Ok::<_, auraxis_core::frame::Fault>(())
/// ```
///
/// # Errors
///
/// Returns a [`Fault`] if the body is not a frame of an event, or not of the signal or derived event that `kind` names.
pub fn decode(kind: &str, text: &str) -> Result<Event, Fault> {
    let Some(kind) = EventKind::own_from_name(kind) else {
        return match Frame::parse(text)? {
            Frame::Event(event) => Ok(event),
            _ => Err(Fault::new(FaultKind::NotAsNamed, text)),
        };
    };
    if text.len() > Frame::MAX_LENGTH {
        return Err(Fault::new(FaultKind::TooLong, text));
    }
    let not_as_named = |error| Fault::new(FaultKind::NotAsNamed, &format!("{error}: {text}"));
    read(kind, text).map_err(not_as_named)
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
}

#[derive(Deserialize)]
struct Name<'a> {
    #[serde(borrow)]
    event_name: Cow<'a, str>,
}

fn read(kind: EventKind, text: &str) -> serde_json::Result<Event> {
    let payload = serde_json::from_str::<Message<'_>>(text)?.payload.get();
    let Name { event_name } = serde_json::from_str(payload)?;
    if event_name != kind.name() {
        return Err(serde::de::Error::custom(format_args!("expected the event `{}`", kind.name())));
    }
    Event::take_own(kind, &mut serde_json::Deserializer::from_str(payload))
}
