//! Reading what comes over the stream.
//!
//! [`Frame::parse`] finds out what a text frame is. For an event that comes as events usually do, the kind is found
//! first and one pass reads the struct; everything else takes the general way through `serde_json`, with the same
//! result. An event is never lost for one odd value: what its struct cannot hold is an
//! [`UnknownEvent`](crate::event::UnknownEvent). What is no frame at all is a [`Fault`], which says what is wrong and
//! with what.

use std::{fmt, str::FromStr, sync::LazyLock};

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize, ser::SerializeStruct};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    command::Echo,
    event::{
        Event, EventKind, excerpt,
        wire::{EVENT_TAIL, Fields},
    },
    id::{CharacterId, WorldId},
    time::Timestamp,
};

/// What the server says in one text frame.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// Something happened in the game.
    Event(Event),
    /// Which worlds are up. About every 30 seconds.
    Heartbeat(Heartbeat),
    /// A world went up or down; also sent for each world after connecting.
    ServiceState(ServiceState),
    /// The first frame of a connection.
    ConnectionState {
        /// False has never been seen; it is taken for a refusal.
        connected: bool,
    },
    /// The subscription of this connection, after each command that touches it.
    Subscription(Echo),
    /// The answer to `recentCharacterIds` and `recentCharacterIdsCount`.
    RecentCharacters {
        /// How many there are.
        count: u64,
        /// Who; empty if only the count was asked for.
        list: Vec<CharacterId>,
    },
    /// The offer of help after connecting, or the help itself.
    Help,
}

/// Which endpoints are up.
#[derive(Clone, Debug, PartialEq)]
pub struct Heartbeat {
    /// When, by the server's clock. Missing before mid-2023.
    pub timestamp: Option<Timestamp>,
    /// Each endpoint and whether it is up, by name.
    pub endpoints: Vec<ServiceState>,
}

/// Whether an endpoint is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceState {
    /// Its name, such as `EventServerEndpoint_Connery_1`.
    pub endpoint: Box<str>,
    /// Whether it is up.
    pub online: bool,
}

impl ServiceState {
    /// The worlds that the endpoint serves: usually one, five for the PlayStation's American one.
    pub fn worlds(&self) -> impl Iterator<Item = WorldId> {
        self.endpoint.split('_').filter_map(|part| part.parse().ok())
    }
}

/// A frame that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// What was found in its place, cut to a readable length.
    pub found: Box<str>,
}

/// What is wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is not a JSON object.
    NotAnObject,
    /// It is longer than any frame of the service, [`Frame::MAX_LENGTH`].
    TooLong,
    /// It is binary.
    Binary,
    /// It is an object of no known shape.
    Unrecognised,
}

impl Fault {
    /// A fault with an excerpt of what was found.
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
            Self::Unrecognised => f.write_str("a frame is an object of no known shape"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.found)
    }
}

impl std::error::Error for Fault {}

/// How events usually begin.
const EVENT_HEAD: &str = r#"{"payload":{"#;

static EVENT_NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(r#""event_name":""#));

impl Frame {
    /// The longest text that is read: 1 MiB. The longest frame known, a list of recent characters, has a tenth of it.
    pub const MAX_LENGTH: usize = 1 << 20;

    /// Reads a text frame.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if it is nothing that the service sends. Events and fields that this version does not know are not
    /// faults, nor are values that a field cannot hold: they make an [`UnknownEvent`](crate::event::UnknownEvent).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match scan(text) {
            Some(event) => Ok(Self::Event(event)),
            None => Self::parse_general(text),
        }
    }

    /// The way of a frame that does not come in the usual layout.
    pub(crate) fn parse_general(text: &str) -> Result<Self, Fault> {
        if text.len() > Self::MAX_LENGTH {
            return Err(Fault::new(FaultKind::TooLong, text));
        }
        let frame: Fields<'_> = serde_json::from_str(text).map_err(|_| Fault::new(FaultKind::NotAnObject, text))?;
        open(&frame).ok_or_else(|| Fault::new(FaultKind::Unrecognised, text))
    }
}

impl FromStr for Frame {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

/// Reads an event that comes in the usual layout: kind first, then one pass.
fn scan(text: &str) -> Option<Event> {
    let payload = text.strip_prefix(EVENT_HEAD)?;
    let name = EVENT_NAME.find(payload.as_bytes())? + EVENT_NAME.needle().len();
    let name = &payload[name..];
    let name = &name[..memchr::memchr(b'"', name.as_bytes())?];
    Event::scan(EventKind::from_name(name)?, payload)
}

fn open(frame: &Fields<'_>) -> Option<Frame> {
    if let Some(payload) = frame.get("payload") {
        return event_or_answer(read(payload)?);
    }
    if let Some(subscription) = frame.get("subscription") {
        return Some(Frame::Subscription(read(subscription)?));
    }
    if frame.get("send this for help").or_else(|| frame.get("example messages to event service")).is_some() {
        return Some(Frame::Help);
    }
    let flag = |raw| truth(&read(raw)?);
    let kind: String = read(frame.get("type")?)?;
    match (kind.as_str(), frame.get("online"), frame.get("detail"), frame.get("connected")) {
        ("heartbeat", Some(online), _, _) => {
            let online: Map<String, Value> = read(online)?;
            let state = |(endpoint, online): (String, Value)| {
                Some(ServiceState { endpoint: endpoint.into(), online: truth(&online)? })
            };
            let timestamp = frame.text("timestamp").and_then(|text| text.parse().ok());
            Some(Frame::Heartbeat(Heartbeat { timestamp, endpoints: online.into_iter().filter_map(state).collect() }))
        }
        ("serviceStateChanged", Some(online), Some(detail), _) => {
            Some(Frame::ServiceState(ServiceState { endpoint: read::<String>(detail)?.into(), online: flag(online)? }))
        }
        // The demultiplexer that some run in front of the service calls it `essDemuxConnectionStateChanged`.
        (kind, _, _, Some(connected)) if kind.to_ascii_lowercase().ends_with("connectionstatechanged") => {
            Some(Frame::ConnectionState { connected: flag(connected)? })
        }
        _ => None,
    }
}

fn event_or_answer(payload: Fields<'_>) -> Option<Frame> {
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

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// The service writes `"true"`, others write `true`.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

impl Event {
    /// The whole frame that carries this event, as the server writes it.
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
    /// A signal, which never comes from the server, has a `null` payload.
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
