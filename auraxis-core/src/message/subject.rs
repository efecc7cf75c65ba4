//! The subject of an event's message.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use crate::{
    environment::Environment,
    event::{Event, EventKind},
    id::WorldId,
};

/// The first token of every subject.
pub(super) const ROOT: &str = "ps2";

/// The token of an event without a world, and of a signal that does not concern exactly one.
const NO_WORLD: WorldId = WorldId(0);

/// The maximum length of an unknown event's name in a subject, in bytes, so that no event makes it too long for a broker.
const MAX_NAME: usize = 100;

/// The subject of an event's message, `ps2.<environment>.<world>.<kind>`, such as `ps2.ps2.17.Death`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Subject {
    /// The platform.
    pub environment: Environment,
    /// The event's world. Written as `0` if there is none, as for a [`Gap`](crate::event::Gap).
    pub world: Option<WorldId>,
    /// The token of the event's kind: its name, [escaped](escape). Of an unknown event, the name on the wire, cut to 100
    /// bytes. If that is the name of a signal or a derived event, its first letter is escaped too: `%47ap`.
    pub kind: Cow<'static, str>,
}

impl Subject {
    /// Returns the subject of an event.
    #[must_use]
    pub fn new(environment: Environment, event: &Event) -> Self {
        let kind = match event {
            Event::Unknown(event) => name_token(event.event_name()).into(),
            known => known.kind().name().into(),
        };
        Self { environment, world: event.world_id(), kind }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ROOT}.{}.{}.{}", self.environment, self.world.unwrap_or(NO_WORLD), self.kind)
    }
}

/// Writes a filter of subjects; `None` is a wildcard.
pub(super) fn pattern(environment: impl fmt::Display, world: Option<WorldId>, kind: Option<&str>) -> String {
    let world = world.map_or_else(|| "*".into(), |world| world.to_string());
    format!("{ROOT}.{environment}.{world}.{}", kind.unwrap_or("*"))
}

/// Returns the token of an event with this name on the wire.
pub(super) fn name_token(name: &str) -> String {
    let name = &name[..name.floor_char_boundary(MAX_NAME)];
    match EventKind::own_from_name(name) {
        Some(_) => format!("%{:02X}{}", name.as_bytes()[0], &name[1..]),
        None => escape(name),
    }
}

/// Returns a token that can be part of a subject, and is different for each text.
///
/// Characters other than ASCII letters, digits, `-` and `_` are written as `%XX` for each of their bytes in UTF-8. The
/// empty text is written as `%`.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut token = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            token.push(byte.into());
        } else {
            let _ = write!(token, "%{byte:02X}");
        }
    }
    if token.is_empty() { "%".into() } else { token }
}

/// Returns the text of an [escaped](escape) token, or `None` if it is not one.
#[must_use]
pub fn unescape(token: &str) -> Option<String> {
    if token.is_empty() || token == "%" {
        return (!token.is_empty()).then(String::new);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut text, mut rest) = (Vec::with_capacity(token.len()), token.as_bytes());
    loop {
        rest = match *rest {
            [] => return String::from_utf8(text).ok(),
            [b'%', high, low, ref rest @ ..] => {
                text.push(digit(high)? << 4 | digit(low)?);
                rest
            }
            [byte, ref rest @ ..] if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') => {
                text.push(byte);
                rest
            }
            _ => return None,
        };
    }
}
