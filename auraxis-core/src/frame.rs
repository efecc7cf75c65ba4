//! Parsing the frames of the event stream.
//!
//! [`Frame::parse`] classifies and parses a text frame. An event in the usual layout takes a fast path: its kind is
//! found first, then its struct is filled in one pass. If its keys are in another order, or some are new, it takes a
//! slower one. All other frames are parsed with `serde_json`. The result is always the same. An odd value never loses an event: one that its struct cannot represent becomes an
//! [`UnknownEvent`](crate::event::UnknownEvent). An invalid frame is a [`Fault`], which contains the reason and an
//! excerpt.

use std::{fmt, str::FromStr, sync::LazyLock};

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize, ser::SerializeStruct};
use serde_json::{Map, Value};

use crate::{
    command::Echo,
    event::{
        Event, EventKind, excerpt,
        wire::{EVENT_TAIL, Escaped, Fields, Literal, Spelling, Unescaped},
    },
    id::{CharacterId, WorldId},
    time::Timestamp,
};

/// A text frame sent by the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// An event of the game.
    Event(Event),
    /// The state of all worlds. Sent about every 30 seconds.
    Heartbeat(Heartbeat),
    /// A world went up or down. Also sent for each world after connecting.
    ServiceState(ServiceState),
    /// The first frame of a connection.
    ConnectionState {
        /// `false` has never been seen; it is treated as a refusal.
        connected: bool,
    },
    /// The subscription of this connection. Sent after each command that reads or changes it.
    Subscription(Echo),
    /// The reply to `recentCharacterIds` and `recentCharacterIdsCount`.
    RecentCharacters {
        /// The number of characters.
        count: u64,
        /// The characters; empty if only the count was requested.
        list: Vec<CharacterId>,
    },
    /// The hint about the help command, sent after connecting, or the help itself.
    Help,
}

/// The state of all endpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct Heartbeat {
    /// When, by the server's clock. Missing before mid-2023.
    pub timestamp: Option<Timestamp>,
    /// The state of each endpoint.
    pub endpoints: Vec<ServiceState>,
}

/// The state of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceState {
    /// Its name, such as `EventServerEndpoint_Connery_1`.
    pub endpoint: Box<str>,
    /// Whether it is up.
    pub online: bool,
}

impl ServiceState {
    /// Returns the worlds that the endpoint serves: usually one; five for the endpoint of PlayStation in America.
    pub fn worlds(&self) -> impl Iterator<Item = WorldId> {
        self.endpoint.split('_').filter_map(|part| part.parse().ok())
    }
}

/// The error returned for a frame that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// An excerpt of the frame.
    pub found: Box<str>,
}

/// The kind of a [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The frame is not a JSON object.
    NotAnObject,
    /// The frame is longer than [`Frame::MAX_LENGTH`].
    TooLong,
    /// The frame is binary.
    Binary,
    /// The frame is a JSON object of no known type.
    Unrecognised,
    /// The frame, from a [message](crate::message), is not the event that the message's subject names.
    NotAsNamed,
}

impl Fault {
    /// Creates a fault with an excerpt of the frame.
    #[must_use]
    pub fn new(kind: FaultKind, found: &str) -> Self {
        Self { kind, found: excerpt(found) }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("a frame is not a JSON object"),
            Self::TooLong => write!(f, "a frame is longer than {} bytes", Frame::MAX_LENGTH),
            Self::Binary => f.write_str("a frame is binary"),
            Self::Unrecognised => f.write_str("a frame is a JSON object of no known type"),
            Self::NotAsNamed => f.write_str("a message is not the event that its subject names"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.found)
    }
}

impl std::error::Error for Fault {}

/// The start of an event in the usual layout.
const EVENT_HEAD: Literal = Literal { plain: r#"{"payload":{"#, escaped: r#"{\"payload\":{"# };

/// What precedes the name of an event.
static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(r#""event_name":""#));
static ESCAPED_NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(r#"\"event_name\":\""#));

impl Frame {
    /// The maximum length of a text frame: 1 MiB. The longest known frames, lists of recent characters, are a tenth of
    /// it.
    pub const MAX_LENGTH: usize = 1 << 20;

    /// Parses a text frame.
    ///
    /// # Errors
    ///
    /// Returns a [`Fault`] if the service does not send such frames. Unknown events and fields are no errors, nor are
    /// values that a field cannot represent: those become an [`UnknownEvent`](crate::event::UnknownEvent).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > Self::MAX_LENGTH {
            return Err(Fault::new(FaultKind::TooLong, text));
        }
        match scan::<Unescaped>(text.as_bytes()) {
            Some(event) => Ok(Self::Event(event)),
            None => scan_unordered(text).map_or_else(|| Self::parse_general(text), Ok),
        }
    }

    /// Parses an event inside of a JSON string, as recordings contain it, without unescaping it first. Returns `None` for
    /// other frames, and for those that are not in the usual layout: unescape and [`parse`](Self::parse) them.
    ///
    /// ```
    /// use auraxis_core::frame::Frame;
    ///
    /// let text = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"7","world_id":"1"},"service":"event","type":"serviceMessage"}"#;
    /// let escaped = text.replace('"', "\\\"");
    /// assert_eq!(Frame::parse_escaped(&escaped), Frame::parse(text).ok());
    /// ```
    #[must_use]
    pub fn parse_escaped(text: &str) -> Option<Self> {
        scan_frame::<Escaped>(text.as_bytes())
    }

    /// Parses an event without checking first that the frame is UTF-8, which is faster. Returns `None` for other frames,
    /// and for those that are not in the usual layout: check and [`parse`](Self::parse) them.
    ///
    /// ```
    /// use auraxis_core::frame::Frame;
    ///
    /// let text = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"7","world_id":"1"},"service":"event","type":"serviceMessage"}"#;
    /// assert_eq!(Frame::parse_usual(text.as_bytes()), Frame::parse(text).ok());
    /// assert_eq!(Frame::parse_usual(b"\xff"), None);
    /// ```
    #[must_use]
    pub fn parse_usual(bytes: &[u8]) -> Option<Self> {
        scan_frame::<Unescaped>(bytes)
    }

    /// Parses a frame in any layout.
    fn parse_general(text: &str) -> Result<Self, Fault> {
        let frame: Fields<'_> = serde_json::from_str(text).map_err(|_| Fault::new(FaultKind::NotAnObject, text))?;
        classify(&frame).ok_or_else(|| Fault::new(FaultKind::Unrecognised, text))
    }
}

impl FromStr for Frame {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

fn scan_frame<S: Spelling>(bytes: &[u8]) -> Option<Frame> {
    (bytes.len() <= Frame::MAX_LENGTH).then(|| scan::<S>(bytes).map(Frame::Event)).flatten()
}

/// Parses an event in the usual layout: first the kind, then the struct in one pass. What is not compared with a literal or
/// read as a number is checked to be UTF-8.
fn scan<S: Spelling>(bytes: &[u8]) -> Option<Event> {
    let payload = bytes.strip_prefix(S::of(EVENT_HEAD).as_bytes())?;
    let before_name = S::pick(&NAME, &ESCAPED_NAME);
    let name = payload.get(before_name.find(payload)? + before_name.needle().len()..)?;
    let (name, _) = name.split_at(memchr::memchr(S::QUOTE.as_bytes()[0], name)?);
    Event::scan::<S>(EventKind::from_name(str::from_utf8(name).ok()?)?, payload)
}

/// Parses a payload of strings in any order.
#[cold]
fn scan_unordered(text: &str) -> Option<Frame> {
    parse_payload(Fields::plain(text.strip_prefix(EVENT_HEAD.plain)?, EVENT_TAIL)?)
}

fn classify(frame: &Fields<'_>) -> Option<Frame> {
    if let Some(payload) = frame.get("payload") {
        return parse_payload(read(payload)?);
    }
    if let Some(subscription) = frame.get("subscription") {
        return Some(Frame::Subscription(read(subscription)?));
    }
    if frame.get("send this for help").or_else(|| frame.get("example messages to event service")).is_some() {
        return Some(Frame::Help);
    }
    let flag = |raw| parse_bool(&read(raw)?);
    let kind: String = read(frame.get("type")?)?;
    match (kind.as_str(), frame.get("online"), frame.get("detail"), frame.get("connected")) {
        ("heartbeat", Some(online), _, _) => {
            let online: Map<String, Value> = read(online)?;
            let state = |(endpoint, online): (String, Value)| {
                Some(ServiceState { endpoint: endpoint.into(), online: parse_bool(&online)? })
            };
            let timestamp = frame.text("timestamp").and_then(|text| text.parse().ok());
            Some(Frame::Heartbeat(Heartbeat { timestamp, endpoints: online.into_iter().filter_map(state).collect() }))
        }
        ("serviceStateChanged", Some(online), Some(detail), _) => {
            Some(Frame::ServiceState(ServiceState { endpoint: read::<String>(detail)?.into(), online: flag(online)? }))
        }
        // Demultiplexers in front of the service send `essDemuxConnectionStateChanged`.
        (kind, _, _, Some(connected)) if kind.to_ascii_lowercase().ends_with("connectionstatechanged") => {
            Some(Frame::ConnectionState { connected: flag(connected)? })
        }
        _ => None,
    }
}

fn parse_payload(payload: Fields<'_>) -> Option<Frame> {
    let count = payload.text("recent_character_id_count").and_then(|count| count.parse().ok());
    match count.filter(|_| payload.get("event_name").is_none()) {
        Some(count) => {
            let list = match payload.get("recent_character_id_list").and_then(read) {
                Some(Value::Array(ids)) => ids,
                id => id.into_iter().collect(),
            };
            let list = list.into_iter().filter_map(|id| serde_json::from_value(id).ok()).collect();
            Some(Frame::RecentCharacters { count, list })
        }
        None => payload.is_event().then(|| Frame::Event(Event::take(payload))),
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a str) -> Option<T> {
    serde_json::from_str(raw).ok()
}

/// The service writes `"true"`, others write `true`.
fn parse_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

impl Event {
    /// Returns the whole frame of this event, as the server writes it.
    ///
    /// ```
    /// use auraxis_core::frame::Frame;
    ///
    /// let text = r#"{"payload":{"character_id":"5429038329410828849","event_name":"PlayerLogin",
    ///     "timestamp":"1611720644","world_id":"1"},"service":"event","type":"serviceMessage"}"#;
    /// let Ok(Frame::Event(event)) = Frame::parse(text) else { panic!("not an event") };
    /// assert_eq!(event.to_frame(), text.replace("\n    ", "").replace(",     ", ","));
    /// ```
    ///
    /// Signals and derived events, which are never sent by the server, have a frame of the same shape. It is read by
    /// [`message::decode`](crate::message::decode), not by [`Frame::parse`]. A [`Custom`](crate::event::Custom) event has
    /// a `null` payload.
    #[must_use]
    pub fn to_frame(&self) -> String {
        struct Message<'a>(&'a Event);

        impl Serialize for Message<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut message = serializer.serialize_struct("Message", 3)?;
                message.serialize_field("payload", self.0)?;
                message.serialize_field("service", "event")?;
                message.serialize_field("type", "serviceMessage")?;
                message.end()
            }
        }

        debug_assert!(EVENT_TAIL.ends_with(r#""type":"serviceMessage"}"#));
        serde_json::to_string(&Message(self)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
