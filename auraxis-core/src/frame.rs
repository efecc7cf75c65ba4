//! Reading what comes over the stream.
//!
//! [`Frame::parse`] finds out what a text frame is. For an event that comes as events usually do, the kind is found
//! first and one pass reads the struct; everything else takes the general way through `serde_json`, with the same
//! result. What cannot be read is a [`Fault`], which says what is wrong and with what.

use std::{fmt, sync::LazyLock};

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize, ser::SerializeStruct};
use serde_json::{Map, Value, value::RawValue};

use crate::{
    command::Echo,
    event::{
        EVENT_TAIL, Event, EventKind,
        wire::{FieldFault, Fields},
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
    /// An event lacks a field.
    Missing {
        /// Which event.
        event: EventKind,
        /// Which field.
        field: &'static str,
    },
    /// A field of an event holds something else than it should.
    Value {
        /// Which event.
        event: EventKind,
        /// Which field.
        field: &'static str,
    },
}

impl Fault {
    /// A fault with an excerpt of what was found.
    #[must_use]
    pub fn new(kind: FaultKind, found: &str) -> Self {
        const LENGTH: usize = 200;
        let cut = found.floor_char_boundary(LENGTH);
        let found =
            if cut < found.len() { format!("{}… ({} bytes)", &found[..cut], found.len()) } else { found.into() };
        Self { kind, found: found.into() }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("a frame is not a JSON object"),
            Self::TooLong => write!(f, "a frame is longer than {} bytes", Frame::MAX_LENGTH),
            Self::Binary => f.write_str("a frame is binary"),
            Self::Unrecognised => f.write_str("a frame is an object of no known shape"),
            Self::Missing { event, field } => write!(f, "a {} event lacks `{field}`", event.name()),
            Self::Value { event, field } => {
                write!(f, "`{field}` of a {} event does not hold what it should", event.name())
            }
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
    /// faults.
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
        let envelope: Envelope<'_> =
            serde_json::from_str(text).map_err(|_| Fault::new(FaultKind::NotAnObject, text))?;
        envelope.open().map_err(|fault| match fault {
            Problem::Shape => Fault::new(FaultKind::Unrecognised, text),
            Problem::Field(event, FieldFault { field, found: None }) => {
                Fault::new(FaultKind::Missing { event, field }, text)
            }
            Problem::Field(event, FieldFault { field, found: Some(found) }) => {
                Fault::new(FaultKind::Value { event, field }, &found)
            }
        })
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

/// All keys that any frame has at its top.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(rename = "type", borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    online: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow)]
    connected: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    subscription: Option<&'a RawValue>,
    #[serde(borrow, rename = "send this for help", alias = "example messages to event service")]
    help: Option<&'a RawValue>,
}

enum Problem {
    Shape,
    Field(EventKind, FieldFault),
}

impl Envelope<'_> {
    fn open(self) -> Result<Frame, Problem> {
        if let Some(payload) = self.payload {
            return event_or_answer(payload);
        }
        if let Some(subscription) = self.subscription {
            return Ok(Frame::Subscription(lenient(subscription)?));
        }
        if self.help.is_some() {
            return Ok(Frame::Help);
        }
        let kind: String = self.kind.ok_or(Problem::Shape).and_then(lenient)?;
        match (kind.as_str(), self.online, self.detail, self.connected) {
            ("heartbeat", Some(online), _, _) => {
                let online: Map<String, Value> = lenient(online)?;
                let endpoints = online
                    .into_iter()
                    .map(|(endpoint, online)| Some(ServiceState { endpoint: endpoint.into(), online: truth(&online)? }))
                    .collect::<Option<_>>()
                    .ok_or(Problem::Shape)?;
                let timestamp = self.timestamp.and_then(|raw| raw.get().trim_matches('"').parse().ok());
                Ok(Frame::Heartbeat(Heartbeat { timestamp, endpoints }))
            }
            ("serviceStateChanged", Some(online), Some(detail), _) => Ok(Frame::ServiceState(ServiceState {
                endpoint: lenient::<String>(detail)?.into(),
                online: truth(&lenient(online)?).ok_or(Problem::Shape)?,
            })),
            // The demultiplexer that some run in front of the service calls it `essDemuxConnectionStateChanged`.
            (kind, _, _, Some(connected)) if kind.to_ascii_lowercase().ends_with("connectionstatechanged") => {
                Ok(Frame::ConnectionState { connected: truth(&lenient(connected)?).ok_or(Problem::Shape)? })
            }
            _ => Err(Problem::Shape),
        }
    }
}

fn event_or_answer(payload: &RawValue) -> Result<Frame, Problem> {
    let fields: Fields<'_> = lenient(payload)?;
    if let Some(name) = fields.text("event_name") {
        let kind = EventKind::from_name(&name).unwrap_or(EventKind::Unknown);
        return Event::take(kind, fields).map(Frame::Event).map_err(|fault| Problem::Field(kind, fault));
    }
    let count = fields.text("recent_character_id_count").and_then(|count| count.parse().ok()).ok_or(Problem::Shape)?;
    let mut fields = fields;
    let list = fields.take("recent_character_id_list").map_or(Ok(Vec::new()), lenient)?;
    Ok(Frame::RecentCharacters { count, list })
}

fn lenient<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    serde_json::from_str(raw.get()).map_err(|_| Problem::Shape)
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A payload of one kind: each field a digit string, a number, a text, or left out.
    fn frame() -> impl Strategy<Value = String> {
        let value = prop_oneof![
            4 => (0..40u64).prop_map(|number| format!("\"{number}\"")),
            4 => any::<u64>().prop_map(|number| format!("\"{number}\"")),
            1 => any::<i32>().prop_map(|number| number.to_string()),
            1 => any::<f32>().prop_map(|number| format!("\"{number}\"")),
            1 => "[ -~é]{0,9}".prop_map(|text| serde_json::to_string(&text).unwrap()),
            1 => prop::sample::select(vec!["null", "true", "{}", "[1]", "\"\"", "\"007\"", "\"+5\"", "\"-0\"", "\"1e3\"", "\"\u{1}\"", "\"inf\""])
                .prop_map(String::from),
        ];
        (prop::sample::select(EventKind::ALL.to_vec()), prop::collection::vec((value, 0..30u8), 17)).prop_map(
            |(kind, values)| {
                let mut fields: Vec<String> = vec![format!("\"event_name\":\"{}\"", kind.name())];
                for (field, (value, presence)) in kind.fields().iter().zip(values) {
                    if presence > 0 {
                        fields.push(format!("\"{field}\":{value}"));
                    }
                    if presence == 29 {
                        fields.push("\"new_field\":\"1\"".into());
                    }
                }
                fields.sort();
                format!("{EVENT_HEAD}{}{EVENT_TAIL}", fields.join(","))
            },
        )
    }

    /// A frame as the server writes it, every field there.
    fn usual(kind: EventKind) -> String {
        let mut fields: Vec<String> = kind.fields().iter().map(|field| format!("\"{field}\":\"1\"")).collect();
        fields.push(format!("\"event_name\":\"{}\"", kind.name()));
        fields.sort();
        format!("{EVENT_HEAD}{}{EVENT_TAIL}", fields.join(","))
    }

    proptest! {
        #[test]
        fn the_quick_way_finds_what_the_general_way_finds(text in frame()) {
            if let Some(event) = scan(&text) {
                prop_assert_eq!(Frame::parse_general(&text), Ok(Frame::Event(event)));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            let _ = Frame::parse(&text);
        }

        #[test]
        fn no_damage_to_a_frame_makes_it_panic(text in frame(), cut in 0..400usize, insert in "\\PC{0,3}") {
            let at = text.floor_char_boundary(cut);
            let _ = Frame::parse(&text[..at]);
            let _ = Frame::parse(&format!("{}{insert}{}", &text[..at], &text[at..]));
        }
    }

    #[test]
    fn every_kind_takes_the_quick_way_in_its_usual_layout() {
        for &kind in EventKind::ALL {
            let text = usual(kind);
            let event = scan(&text).unwrap_or_else(|| panic!("{} did not: {text}", kind.name()));
            assert_eq!(Frame::parse_general(&text), Ok(Frame::Event(event)));
        }
    }

    #[test]
    fn fields_that_may_be_absent_do_not_cost_the_quick_way() {
        let text = usual(EventKind::GainExperience).replace("\"team_id\":\"1\",", "");
        assert!(!text.contains("team_id") && scan(&text).is_some());
    }

    #[test]
    fn every_kind_names_its_fields_in_the_order_of_the_alphabet() {
        for kind in EventKind::ALL {
            assert!(kind.fields().is_sorted(), "{kind:?}");
        }
    }
}
