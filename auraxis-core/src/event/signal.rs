//! Events of auraxis itself: what happens to the stream and to the triggers.
//!
//! A trigger takes them like any other event. They need no subscription, and never come from the wire.

use std::sync::Arc;

use crate::{id::WorldId, time::Timestamp};

/// The client runs. Comes once in the life of a client, before any other event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Started {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
}

/// A link to the event stream is up and has sent its subscription. Comes again after every reconnection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Connected {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// How often this link was connected, this time included.
    pub count: u64,
}

/// A link to the event stream is gone. Events are missing until the next [`Connected`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Disconnected {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// Why, for people to read.
    pub reason: Arc<str>,
}

/// A world's event server went up or down, as the stream reports it.
///
/// The first report of each world after the start counts as a change. A world that is reported online may still send
/// nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorldStateChanged {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// Which world.
    pub world_id: WorldId,
    /// Whether it is up.
    pub online: bool,
}

/// A run of a trigger returned an error, panicked, or took longer than its `timeout`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TriggerFailed {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How it failed.
    pub failure: Failure,
    /// The error with its causes, or the message of the panic.
    pub message: Arc<str>,
}

/// How a run of a trigger failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The handler returned an error.
    Error,
    /// The handler panicked.
    Panic,
    /// A condition panicked, which counts as "no".
    ConditionPanic,
    /// The handler did not end within the trigger's `timeout`.
    Timeout,
}

/// A trigger dropped events that waited to be handled. Comes at most once a second for each trigger, and once more
/// before the client stops.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Overflow {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How many it has dropped since the last report.
    pub dropped: u64,
}

/// The client stops: no more events come, and handlers that still run have the grace period to end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stopping {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
}

/// Signals are made by the runtime alone; `#[non_exhaustive]` keeps them growable, so it makes them here.
macro_rules! made_now {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        impl $name {
            /// Made by the runtime.
            #[doc(hidden)]
            #[must_use]
            pub fn new(timestamp: Timestamp $(, $field: $type)*) -> Self {
                Self { timestamp $(, $field)* }
            }
        }
    )*};
}

made_now! {
    Started {}
    Connected { count: u64 }
    Disconnected { reason: Arc<str> }
    WorldStateChanged { world_id: WorldId, online: bool }
    TriggerFailed { trigger: Arc<str>, failure: Failure, message: Arc<str> }
    Overflow { trigger: Arc<str>, dropped: u64 }
    Stopping {}
}
