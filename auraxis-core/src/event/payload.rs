//! The types that a trigger can receive.

use std::fmt;

use super::{
    catalogue::*,
    custom::{Custom, CustomEvent, CustomType},
    derived::*,
    selector::Selector,
    signal::*,
    unknown::UnknownEvent,
};
use crate::time::Timestamp;

/// A type that a trigger can receive: the struct of one event, derived event or signal, [`UnknownEvent`], or [`Event`] for everything
/// that the game sends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "expected an event type from `auraxis::event`, such as `Death`, or `Event` for all events",
    note = "to raise events of your own, add `#[derive(CustomEvent)]` to the type"
)]
pub trait Payload: Clone + fmt::Debug + Send + Sync + 'static {
    /// Returns the selector of its events.
    fn selector() -> Selector;

    /// Returns a reference to the payload if the event is of this type, or `None` otherwise.
    fn downcast_ref(event: &Event) -> Option<&Self>;
}

impl Payload for Event {
    fn selector() -> Selector {
        Selector::Everything
    }

    fn downcast_ref(event: &Self) -> Option<&Self> {
        Some(event)
    }
}

macro_rules! payload {
    ($name:ident in $variant:ident) => {
        impl Payload for $name {
            fn selector() -> Selector {
                Selector::Kind(EventKind::$variant)
            }

            fn downcast_ref(event: &Event) -> Option<&Self> {
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
each_derived!(payloads);
payload!(UnknownEvent in Unknown);

impl<T: CustomEvent> Payload for T {
    fn selector() -> Selector {
        Selector::Custom(CustomType::of::<T>())
    }

    fn downcast_ref(event: &Event) -> Option<&Self> {
        match event {
            Event::Custom(custom) => custom.downcast_ref(),
            _ => None,
        }
    }
}

impl<T: CustomEvent> From<T> for Event {
    /// With the current time of the local clock, also in a replay. `Client::emit` uses the client's.
    fn from(value: T) -> Self {
        Custom::new(Timestamp::now(), value).into()
    }
}
