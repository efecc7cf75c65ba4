//! The macro behind the [catalogue](super::catalogue): generates all code for an event from its row.

/// The marker for how a field can be empty; [`Plain`](super::wire::Plain) by default.
macro_rules! presence {
    () => {
        $crate::event::wire::Plain
    };
    ($presence:ident) => {
        $crate::event::wire::$presence
    };
}

/// The documentation of the fields that nearly all events have.
macro_rules! common_doc {
    (timestamp) => {
        "When it happened, in whole seconds. Events do not always arrive in the order of their timestamps."
    };
    (world_id) => {
        "The server."
    };
    (zone_id) => {
        "The continent, or the instance of a map."
    };
    ($other:ident) => {
        ""
    };
}

/// Returns `$value` if the field is the wanted one.
macro_rules! pick {
    (zone_id, zone_id, $value:expr) => {
        return Option::from($value)
    };
    (experience_id, experience_id, $value:expr) => {
        return Option::from($value)
    };
    ($wanted:ident, $other:ident, $value:expr) => {};
}

/// The characters involved, as matched by the `characters` filter and the server.
macro_rules! participants {
    (Attack, $event:expr) => {
        [Option::from($event.character_id), $event.attacker_character_id]
    };
    (Character, $event:expr) => {
        [Some($event.character_id), None]
    };
    (Login, $event:expr) => {
        [Some($event.character_id), None]
    };
    (World, $event:expr) => {{
        let _ = $event;
        [None, None]
    }};
}

/// A text between quotes, after a comma: `,"key":"`, or `,"key":"value"` with a value.
macro_rules! literal {
    ($key:expr) => {
        Literal { plain: concat!(",\"", $key, "\":\""), escaped: concat!(",\\\"", $key, "\\\":\\\"") }
    };
    ($key:expr, $value:expr) => {
        Literal {
            plain: concat!(",\"", $key, "\":\"", $value, "\""),
            escaped: concat!(",\\\"", $key, "\\\":\\\"", $value, "\\\""),
        }
    };
}

/// Serializes a signal.
macro_rules! to_serde {
    (Custom, $signal:expr, $serializer:expr) => {{
        let _ = $signal;
        $serializer.serialize_unit()
    }};
    ($name:ident, $signal:expr, $serializer:expr) => {
        $signal.serialize($serializer)
    };
}

/// Deserializes a signal.
macro_rules! from_serde {
    (Custom, $deserializer:expr) => {
        Err(D::Error::custom("a custom event never leaves its program"))
    };
    ($name:ident, $deserializer:expr) => {
        $name::deserialize($deserializer).map(Self::$name)
    };
}

macro_rules! events {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident: $class:ident {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty $(= $presence:ident)?, )*
        }
    )*; derived $( $derived:ident )*; signals $( $signal:ident )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct $name {
                $( $(#[$field_doc])* #[doc = common_doc!($field)] pub $field: $type, )*
                /// Fields that this version does not know, and fields that were `null`.
                pub extra: Extra,
            }

            impl $name {
                fn scan<S: Spelling>(payload: &[u8]) -> Option<Self> {
                    let mut scanner = Scanner::<S>::new(payload, literal!("event_name", stringify!($name)));
                    let event = Self {
                        $( $field: <presence!($($presence)?) as Presence<$type>>::scan(
                            &mut scanner,
                            literal!(stringify!($field)),
                        )?, )*
                        extra: Extra::default(),
                    };
                    scanner.ends_with(TAIL).then_some(event)
                }

                fn take(fields: &mut Fields<'_>) -> Result<Self, FieldFault> {
                    fields.mark_read("event_name");
                    Ok(Self {
                        $( $field: <presence!($($presence)?) as Presence<$type>>::take(
                            fields,
                            stringify!($field),
                        )?, )*
                        extra: fields.to_extra(),
                    })
                }

                fn mix(&self, mixer: &mut Mixer) {
                    $( <presence!($($presence)?) as Presence<$type>>::mix(&self.$field, mixer); )*
                    mixer.extra(&self.extra);
                }

                /// How long ago it happened, by the local clock: see [`Timestamp::age`].
                #[must_use]
                pub fn age(&self) -> Duration {
                    self.timestamp.age()
                }
            }

            about!($name: $($field)*);

            impl Serialize for $name {
                /// Serializes the payload as the server does: every value is a string, keys are in alphabetical order.
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let map = serializer.serialize_map(None)?;
                    let mut writer = FieldWriter::new(map, stringify!($name), &self.extra);
                    $( writer.field::<$type, presence!($($presence)?)>(stringify!($field), &self.$field)?; )*
                    writer.end(&[$( stringify!($field) ),*])
                }
            }

            impl<'de> Deserialize<'de> for $name {
                /// Deserializes a payload as leniently as [`Frame::parse`](crate::frame::Frame::parse).
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let owned = OwnedFields::deserialize(deserializer)?;
                    let mut fields = owned.fields();
                    match fields.text("event_name") {
                        Some(name) if name != stringify!($name) => {
                            let message = format_args!("expected the event `{}`, found `{name}`", stringify!($name));
                            Err(D::Error::custom(message))
                        }
                        _ => fields.check_duplicates().and_then(|()| Self::take(&mut fields)).map_err(D::Error::custom),
                    }
                }
            }
        )*

        /// Any event.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name($name), )*
            /// An event that this version does not know, or a known one with a value that its struct cannot represent.
            Unknown(UnknownEvent),
            $( #[doc = concat!("See [`", stringify!($signal), "`].")] $signal($signal), )*
            $( #[doc = concat!("See [`", stringify!($derived), "`].")] $derived($derived), )*
        }

        impl Event {
            /// The name on the wire; for a signal or derived event, the name of its type.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    Self::Unknown(event) => event.event_name(),
                    known => known.kind().name(),
                }
            }

            /// Returns a number that is equal for events with equal payloads, whatever the order and spelling of their
            /// fields. Unequal payloads have the same number with a probability of 2^-64.
            #[must_use]
            pub fn fingerprint(&self, seed: u64) -> u64 {
                let mut mixer = Mixer::new(seed);
                mixer.number(self.kind() as u64);
                match self {
                    $( Self::$name(event) => event.mix(&mut mixer), )*
                    Self::Unknown(event) => mixer.object(event.payload()),
                    // Signals and derived events are never received.
                    _ => {}
                }
                mixer.finish()
            }

            /// The kind of the event. [`Unknown`](EventKind::Unknown) for a known name with a value that its struct
            /// cannot represent.
            #[inline]
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self {
                    $( Self::$name(_) => EventKind::$name, )*
                    Self::Unknown(_) => EventKind::Unknown,
                    $( Self::$signal(_) => EventKind::$signal, )*
                    $( Self::$derived(_) => EventKind::$derived, )*
                }
            }

            /// When it happened. `None` only for an [`UnknownEvent`] without a timestamp.
            #[inline]
            #[must_use]
            pub fn timestamp(&self) -> Option<Timestamp> {
                match self {
                    $( Self::$name(event) => Some(event.timestamp), )*
                    Self::Unknown(event) => event.timestamp(),
                    $( Self::$signal(signal) => Some(signal.timestamp), )*
                    $( Self::$derived(event) => Some(event.timestamp), )*
                }
            }

            /// How long ago it happened, by the local clock: see [`Timestamp::age`]. `None` only for an
            /// [`UnknownEvent`] without a timestamp.
            #[must_use]
            pub fn age(&self) -> Option<Duration> {
                self.timestamp().map(Timestamp::age)
            }

            /// The server it happened on. `None` for signals that do not concern one world.
            #[inline]
            #[must_use]
            pub fn world_id(&self) -> Option<WorldId> {
                match self {
                    $( Self::$name(event) => Some(event.world_id), )*
                    Self::Unknown(event) => event.world_id(),
                    Self::WorldStateChanged(signal) => Some(signal.world_id),
                    $( Self::$derived(event) => Some(event.world_id), )*
                    _ => None,
                }
            }

            /// The continent it happened on. `None` for logins, logouts, sessions and signals.
            #[must_use]
            pub fn zone_id(&self) -> Option<ZoneId> {
                match self {
                    $( Self::$name(_event) => { $( pick!(zone_id, $field, _event.$field); )* } )*
                    Self::Unknown(event) => return event.id("zone_id"),
                    $( Self::$derived(event) => return event.zone(), )*
                    _ => {}
                }
                #[allow(unreachable_code)] // Only for the catalogue's events that all have a zone.
                None
            }

            /// The fields that its struct does not have. `None` for an [`UnknownEvent`], signals and derived events.
            #[must_use]
            pub const fn extra(&self) -> Option<&Extra> {
                match self {
                    $( Self::$name(event) => Some(&event.extra), )*
                    _ => None,
                }
            }

            /// The characters that the `characters` filter matches: first the event's character, then the attacker.
            pub fn character_ids(&self) -> impl Iterator<Item = CharacterId> + use<> {
                let both: [Option<CharacterId>; 2] = match self {
                    $( Self::$name(event) => participants!($class, event), )*
                    Self::Unknown(event) => ["character_id", "attacker_character_id"]
                        .map(|name| event.id(name)),
                    $( Self::$derived(event) => [event.character(), None], )*
                    _ => [None, None],
                };
                both.into_iter().flatten().filter(|id| id.0 != 0)
            }

            pub(crate) fn scan<S: Spelling>(kind: EventKind, payload: &[u8]) -> Option<Self> {
                match kind {
                    $( EventKind::$name => $name::scan::<S>(payload).map(Self::$name), )*
                    _ => None,
                }
            }

            /// Reads a payload. One that no struct can represent becomes an [`UnknownEvent`].
            pub(crate) fn take(mut fields: Fields<'_>) -> Self {
                let name = fields.text("event_name").filter(|name| !name.is_empty());
                let kind = name.map(|name| EventKind::from_name(&name));
                let known = match kind {
                    Some(None) => fields.check_duplicates().map(|()| None),
                    Some(Some(kind)) => fields.check_duplicates().and_then(|()| Self::take_kind(kind, &mut fields)),
                    None => Err(fields.fault("event_name")),
                };
                match known {
                    Ok(Some(event)) => event,
                    Ok(None) => Self::Unknown(UnknownEvent::new(&fields, None)),
                    Err(fault) => Self::Unknown(UnknownEvent::new(&fields, Some(fault))),
                }
            }

            fn take_kind(kind: EventKind, fields: &mut Fields<'_>) -> Result<Option<Self>, FieldFault> {
                match kind {
                    $( EventKind::$name => $name::take(fields).map(|event| Some(Self::$name(event))), )*
                    _ => Ok(None),
                }
            }

            /// Deserializes the payload of a signal or derived event. Does not check its `event_name`.
            pub(crate) fn take_own<'de, D: Deserializer<'de>>(
                kind: EventKind,
                deserializer: D,
            ) -> Result<Self, D::Error> {
                match kind {
                    $( EventKind::$signal => from_serde!($signal, deserializer), )*
                    $( EventKind::$derived => from_serde!($derived, deserializer), )*
                    _ => Err(D::Error::custom("expected a signal or derived event")),
                }
            }
        }

        impl<'de> Deserialize<'de> for Event {
            /// Deserializes a payload as leniently as [`Frame::parse`](crate::frame::Frame::parse): one that no struct
            /// can represent becomes an [`UnknownEvent`]. So does one with the name of a signal or derived event, which
            /// the server never sends; to read those, see [`message`](crate::message).
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let owned = OwnedFields::deserialize(deserializer)?;
                let fields = owned.fields();
                if !fields.is_event() {
                    return Err(D::Error::custom("expected the payload of an event, which has an `event_name`"));
                }
                Ok(Self::take(fields))
            }
        }

        impl Serialize for Event {
            /// Serializes the payload as the server does. Signals and derived events have an `event_name` as well; their
            /// numbers and flags are not strings. A [`Custom`] event becomes `null`.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$name(event) => event.serialize(serializer), )*
                    Self::Unknown(event) => event.serialize(serializer),
                    $( Self::$signal(signal) => to_serde!($signal, signal, serializer), )*
                    $( Self::$derived(event) => event.serialize(serializer), )*
                }
            }
        }

        /// The kind of an event, without its contents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name, )*
            /// An event that this version does not know, or a known one with a value that its struct cannot represent.
            Unknown,
            $( #[doc = concat!("See [`", stringify!($signal), "`].")] $signal, )*
            $( #[doc = concat!("See [`", stringify!($derived), "`].")] $derived, )*
        }

        const _: () = assert!(EventKind::COUNT < u64::BITS as usize);

        impl KindSet {
            /// Returns whether the set contains this kind.
            #[must_use]
            pub const fn contains(self, kind: EventKind) -> bool {
                self.0 & (1 << kind as u8) != 0
            }

            /// Adds a kind. Returns whether it was not in the set.
            pub const fn insert(&mut self, kind: EventKind) -> bool {
                let is_new = !self.contains(kind);
                self.0 |= 1 << kind as u8;
                is_new
            }

            /// Returns an iterator over the kinds of the game's events, and of derived events, in the set.
            pub fn iter(self) -> impl Iterator<Item = EventKind> {
                EventKind::ALL.iter().chain(EventKind::DERIVED).copied().filter(move |kind| self.contains(*kind))
            }
        }

        impl FromIterator<EventKind> for KindSet {
            fn from_iter<I: IntoIterator<Item = EventKind>>(kinds: I) -> Self {
                Self(kinds.into_iter().fold(0, |set, kind| set | (1 << kind as u8)))
            }
        }

        /// Writes `all events`, or the names of the kinds.
        impl fmt::Display for KindSet {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if self.is_all() {
                    return f.write_str("all events");
                }
                f.write_str(&self.iter().map(EventKind::name).collect::<Vec<_>>().join(", "))
            }
        }

        impl fmt::Debug for KindSet {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "KindSet({self})")
            }
        }

        impl EventKind {
            /// Every kind that the game is known or documented to send, by name.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// Every kind that auraxis itself produces.
            pub const SIGNALS: &'static [Self] = &[$( Self::$signal ),*];

            /// Every kind that auraxis derives from events of the game.
            pub const DERIVED: &'static [Self] = &[$( Self::$derived ),*];

            /// The number of kinds, including [`Unknown`](Self::Unknown), signals and derived events.
            pub const COUNT: usize = Self::ALL.len() + 1 + Self::SIGNALS.len() + Self::DERIVED.len();

            /// The name on the wire; for a signal or derived event, the name of its type.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($name), )*
                    Self::Unknown => "Unknown",
                    $( Self::$signal => stringify!($signal), )*
                    $( Self::$derived => stringify!($derived), )*
                }
            }

            /// Returns the kind with this name on the wire.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            /// How the server selects the connections that receive it.
            #[must_use]
            pub const fn class(self) -> EventClass {
                match self {
                    $( Self::$name => EventClass::$class, )*
                    Self::Unknown => EventClass::Unknown,
                    $( Self::$signal )|* => EventClass::Signal,
                    $( Self::$derived )|* => EventClass::Derived,
                }
            }

            /// Whether the game sends it: it is neither a signal nor derived.
            #[must_use]
            pub const fn is_from_game(self) -> bool {
                !matches!(self.class(), EventClass::Signal | EventClass::Derived)
            }

            /// Whether it only occurs with a connection: events of the game, derived events, and signals about connections.
            #[must_use]
            pub const fn needs_link(self) -> bool {
                let of_link = matches!(
                    self,
                    Self::Connected
                        | Self::Disconnected
                        | Self::WorldStateChanged
                        | Self::SubscriptionDrift
                );
                of_link || !matches!(self.class(), EventClass::Signal)
            }

            /// Whether events of this kind travel through a message broker. Of the signals, only those about the stream
            /// of events do; the others concern one program.
            #[must_use]
            pub const fn travels(self) -> bool {
                let about_stream = matches!(self, Self::Gap | Self::WorldStateChanged | Self::SubscriptionDrift);
                about_stream || !matches!(self.class(), EventClass::Signal)
            }

            pub(crate) fn every() -> impl Iterator<Item = Self> {
                let game = Self::ALL.iter().chain(&[Self::Unknown]);
                game.chain(Self::SIGNALS).chain(Self::DERIVED).copied()
            }

            /// Returns the signal or derived event with this name.
            pub(crate) fn own_from_name(name: &str) -> Option<Self> {
                Self::every().find(|kind| !kind.is_from_game() && kind.name() == name)
            }

            /// Whether events of this kind have a world.
            #[must_use]
            pub fn has_world(self) -> bool {
                matches!(self, Self::Unknown | Self::WorldStateChanged)
                    || self.class() == EventClass::Derived
                    || self.fields().contains(&"world_id")
            }

            /// Whether events of this kind have a zone.
            #[must_use]
            pub fn has_zone(self) -> bool {
                self == Self::Unknown || self.is_derived_with_zone() || self.fields().contains(&"zone_id")
            }

            /// Whether events of this kind concern a character.
            #[must_use]
            pub const fn has_character(self) -> bool {
                match self.class() {
                    EventClass::World | EventClass::Signal => false,
                    EventClass::Derived => self.is_derived_with_character(),
                    _ => true,
                }
            }

            /// A one-sentence description. Empty for signals and derived events.
            #[must_use]
            pub fn summary(self) -> &'static str {
                let text = match self {
                    $( Self::$name => concat!($($doc),*), )*
                    _ => "",
                };
                text.trim_ascii().split_inclusive('.').next().unwrap_or_default()
            }

            /// The names of its fields in wire order, without `event_name`. Empty for signals and derived
            /// events.
            #[must_use]
            pub const fn fields(self) -> &'static [&'static str] {
                match self {
                    $( Self::$name => &[$( stringify!($field) ),*], )*
                    _ => &[],
                }
            }
        }

        /// Calls a macro with the names of all events.
        macro_rules! each_event {
            ($apply:ident) => {
                $apply! { $($name)* }
            };
        }

        /// Calls a macro with the names of all derived events.
        macro_rules! each_derived {
            ($apply:ident) => {
                $apply! { $($derived)* }
            };
        }

        /// Calls a macro with the names of all signals.
        macro_rules! each_signal {
            ($apply:ident) => {
                $apply! { $($signal)* }
            };
        }
    };
}
