//! Events of auraxis itself: what happens to the stream and to the triggers.
//!
//! A trigger takes them like any other event. They need no subscription, and never come from the wire.

use std::{sync::Arc, time::Duration};

use crate::{id::WorldId, time::Timestamp};

/// The client runs. Comes once in the life of a client, before any other event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Started {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
}

/// A link to the event stream is up: the server has answered its subscription. Comes again after every reconnection.
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
    /// When something was last heard over the link, by this machine's clock; what came after that is missing. `None` if
    /// the source does not know.
    pub last_heard: Option<Timestamp>,
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
    /// Something that the trigger owned panicked when it was dropped.
    DestructorPanic,
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

/// Events waited for more than five seconds before a run of the trigger began. Comes at most once a second for each
/// trigger.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lagging {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How many events were late since the last report.
    pub events: u64,
    /// How long the latest of them waited.
    pub by: Duration,
}

/// Runs of a trigger had not ended when the client's grace period was over. They were ended, and events that waited for
/// them are lost.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RunsAborted {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How many runs were ended.
    pub runs: u64,
    /// How many events had waited for them.
    pub events: u64,
}

/// Something came over the stream that could not be read: a frame that is none, or an event with an odd value, which
/// arrives as an [`UnknownEvent`](super::UnknownEvent). Comes at most once a second for each kind of fault.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParseFailed {
    /// When, by this machine's clock.
    pub timestamp: Timestamp,
    /// What is wrong.
    pub fault: Arc<str>,
    /// What was found in its place the last time, cut to a readable length.
    pub found: Arc<str>,
    /// How often since the last report.
    pub count: u64,
}

/// The last signal: no more events come, and all other handlers have ended or were given up. Its handlers have what is
/// left of the grace period, two seconds at most.
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
    Disconnected { reason: Arc<str>, last_heard: Option<Timestamp> }
    WorldStateChanged { world_id: WorldId, online: bool }
    TriggerFailed { trigger: Arc<str>, failure: Failure, message: Arc<str> }
    Overflow { trigger: Arc<str>, dropped: u64 }
    Lagging { trigger: Arc<str>, events: u64, by: Duration }
    RunsAborted { trigger: Arc<str>, runs: u64, events: u64 }
    ParseFailed { fault: Arc<str>, found: Arc<str>, count: u64 }
    Stopping {}
}
