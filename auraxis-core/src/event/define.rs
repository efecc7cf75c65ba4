//! The macro behind the [catalogue](super::catalogue): one row becomes everything that must be known of an event.

/// The marker for how a field may be empty; [`Plain`](super::wire::Plain) unless the row says otherwise.
macro_rules! presence {
    () => {
        $crate::event::wire::Plain
    };
    ($presence:ident) => {
        $crate::event::wire::$presence
    };
}

/// What is said of the fields that nearly all events have.
macro_rules! common_doc {
    (timestamp) => {
        "When it happened. Whole seconds; an earlier event may arrive later."
    };
    (world_id) => {
        "On which server."
    };
    (zone_id) => {
        "On which continent, or which instance of one."
    };
    ($other:ident) => {
        ""
    };
}

/// The value of `$field`, if it is the wanted one.
macro_rules! pick {
    (zone_id, zone_id, $value:expr) => {
        return Option::from($value)
    };
    (experience_id, experience_id, $value:expr) => {
        return Option::from($value)
    };
    ($wanted:ident, $other:ident, $value:expr) => {};
}

/// Who takes part, as the `characters` filter and the server's own matching see it.
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

macro_rules! events {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident: $class:ident {
            $( $(#[$field_doc:meta])* $field:ident: $type:ty $(= $presence:ident)?, )*
        }
    )*; signals $( $signal:ident )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct $name {
                $( $(#[$field_doc])* #[doc = common_doc!($field)] pub $field: $type, )*
                /// Fields that this version does not know.
                pub extra: Extra,
            }

            impl $name {
                const LITERAL: &'static str = concat!(",\"event_name\":\"", stringify!($name), "\"");

                fn scan(payload: &str) -> Option<Self> {
                    let mut scanner = Scanner::new(payload, Self::LITERAL);
                    let event = Self {
                        $( $field: <presence!($($presence)?) as Presence<$type>>::scan(
                            &mut scanner,
                            concat!(",\"", stringify!($field), "\":\""),
                        )?, )*
                        extra: Extra::default(),
                    };
                    scanner.ends_with(EVENT_TAIL).then_some(event)
                }

                fn take(mut fields: Fields<'_>) -> Result<Self, FieldFault> {
                    fields.take("event_name");
                    Ok(Self {
                        $( $field: <presence!($($presence)?) as Presence<$type>>::take(
                            &mut fields,
                            stringify!($field),
                        )?, )*
                        extra: fields.into_extra(),
                    })
                }
            }

            impl Serialize for $name {
                /// Writes the payload as the server does: every value a string, keys in alphabetical order.
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut writer = FieldWriter::new(serializer.serialize_map(None)?, stringify!($name));
                    $( writer.field(
                        stringify!($field),
                        <presence!($($presence)?) as Presence<$type>>::text(&self.$field),
                    )?; )*
                    writer.end(&self.extra)
                }
            }
        )*

        /// Any event.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name($name), )*
            /// An event that this version does not know.
            Unknown(UnknownEvent),
            $( #[doc = concat!("See [`", stringify!($signal), "`].")] $signal($signal), )*
        }

        impl Event {
            /// Which event this is.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self {
                    $( Self::$name(_) => EventKind::$name, )*
                    Self::Unknown(_) => EventKind::Unknown,
                    $( Self::$signal(_) => EventKind::$signal, )*
                }
            }

            /// When it happened. `None` only for an [`UnknownEvent`] that does not say.
            #[must_use]
            pub fn timestamp(&self) -> Option<Timestamp> {
                match self {
                    $( Self::$name(event) => Some(event.timestamp), )*
                    Self::Unknown(event) => event.timestamp(),
                    $( Self::$signal(signal) => Some(signal.timestamp), )*
                }
            }

            /// On which server. `None` for signals that are about no single world.
            #[must_use]
            pub fn world_id(&self) -> Option<WorldId> {
                match self {
                    $( Self::$name(event) => Some(event.world_id), )*
                    Self::Unknown(event) => event.world_id(),
                    Self::WorldStateChanged(signal) => Some(signal.world_id),
                    _ => None,
                }
            }

            /// On which continent. `None` for logins, logouts and signals.
            #[must_use]
            pub fn zone_id(&self) -> Option<ZoneId> {
                match self {
                    $( Self::$name(_event) => { $( pick!(zone_id, $field, _event.$field); )* } )*
                    Self::Unknown(event) => return event.number("zone_id").map(ZoneId),
                    _ => {}
                }
                #[allow(unreachable_code)] // Only for the catalogue's events that all have a zone.
                None
            }

            /// The characters that the `characters` filter looks at: the one it is about, then the attacker.
            pub fn character_ids(&self) -> impl Iterator<Item = CharacterId> + use<> {
                let both: [Option<CharacterId>; 2] = match self {
                    $( Self::$name(event) => participants!($class, event), )*
                    Self::Unknown(event) => ["character_id", "attacker_character_id"]
                        .map(|name| event.number(name).map(CharacterId)),
                    _ => [None, None],
                };
                both.into_iter().flatten().filter(|id| id.0 != 0)
            }

            pub(crate) fn scan(kind: EventKind, payload: &str) -> Option<Self> {
                match kind {
                    $( EventKind::$name => $name::scan(payload).map(Self::$name), )*
                    _ => None,
                }
            }

            pub(crate) fn take(kind: EventKind, fields: Fields<'_>) -> Result<Self, FieldFault> {
                match kind {
                    $( EventKind::$name => $name::take(fields).map(Self::$name), )*
                    _ => UnknownEvent::take(fields).map(Self::Unknown),
                }
            }
        }

        impl Serialize for Event {
            /// Writes the payload as the server does. A signal never was on the wire and is written as `null`.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$name(event) => event.serialize(serializer), )*
                    Self::Unknown(event) => event.serialize(serializer),
                    $( Self::$signal(_) )|* => serializer.serialize_unit(),
                }
            }
        }

        /// Which event it is, without its contents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $( #[doc = concat!("See [`", stringify!($name), "`].")] $name, )*
            /// An event that this version does not know.
            Unknown,
            $( #[doc = concat!("See [`", stringify!($signal), "`].")] $signal, )*
        }

        impl EventKind {
            /// Every kind that the game is known or documented to send, by name.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// Every kind that comes from auraxis itself.
            pub const SIGNALS: &'static [Self] = &[$( Self::$signal ),*];

            /// How many kinds there are, [`Unknown`](Self::Unknown) and signals included.
            pub const COUNT: usize = Self::ALL.len() + 1 + Self::SIGNALS.len();

            /// The name on the wire; for a signal, the name of its type.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$name => stringify!($name), )*
                    Self::Unknown => "Unknown",
                    $( Self::$signal => stringify!($signal), )*
                }
            }

            /// The kind that has this name on the wire.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            /// How the server decides who gets it.
            #[must_use]
            pub const fn class(self) -> EventClass {
                match self {
                    $( Self::$name => EventClass::$class, )*
                    Self::Unknown => EventClass::Unknown,
                    $( Self::$signal )|* => EventClass::Signal,
                }
            }

            /// What it says, in a sentence. Empty for signals.
            #[must_use]
            pub fn summary(self) -> &'static str {
                let text = match self {
                    $( Self::$name => concat!($($doc),*), )*
                    _ => "",
                };
                text.trim_ascii().split_inclusive('.').next().unwrap_or_default()
            }

            /// The names of its fields, in the order of the wire, without `event_name`. Empty for signals.
            #[must_use]
            pub const fn fields(self) -> &'static [&'static str] {
                match self {
                    $( Self::$name => &[$( stringify!($field) ),*], )*
                    _ => &[],
                }
            }
        }

        $(
            #[cfg(feature = "test")]
            impl $crate::event::sample::Sample for $name {
                fn sample() -> Self {
                    $crate::event::sample::of_kind(EventKind::$name)
                }
            }
        )*

        $( payload!($name, Selector::Kind(EventKind::$name)); )*
        $( payload!($signal, Selector::Kind(EventKind::$signal)); )*
    };
}

/// Ties a struct to its variant of [`Event`](super::Event).
macro_rules! payload {
    ($name:ident, $selector:expr) => {
        impl Payload for $name {
            fn selector() -> Selector {
                $selector
            }

            fn peek(event: &Event) -> Option<&Self> {
                match event {
                    Event::$name(payload) => Some(payload),
                    _ => None,
                }
            }
        }

        impl From<$name> for Event {
            fn from(payload: $name) -> Self {
                Self::$name(payload)
            }
        }
    };
}
