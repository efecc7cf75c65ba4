//! What a trigger can listen to.

use std::fmt;

use super::{catalogue::*, selector::Selector, signal::*, unknown::UnknownEvent};

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

macro_rules! payload {
    ($name:ident in $variant:ident) => {
        impl Payload for $name {
            fn selector() -> Selector {
                Selector::Kind(EventKind::$variant)
            }

            fn peek(event: &Event) -> Option<&Self> {
                match event {
                    Event::$variant(payload) => Some(payload),
                    _ => None,
                }
            }
        }

        impl From<$name> for Event {
            fn from(payload: $name) -> Self {
                Self::$variant(payload)
            }
        }
    };
}

macro_rules! payloads {
    ($($name:ident)*) => {
        $( payload!($name in $name); )*
    };
}

each_event!(payloads);
each_signal!(payloads);
payload!(UnknownEvent in Unknown);
