//! Signals: events of auraxis itself, about the stream and the triggers.
//!
//! Triggers receive them like any other event. They need no subscription and are never sent by the server.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::kind_set::KindSet;
use crate::{command::Lists, id::WorldId, scope::Scope, time::Timestamp};

/// The client has started. Sent once, before any other event.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Started {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
}

/// A link to the event stream is connected: the server has answered its subscription. Sent again after each
/// reconnection.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Connected {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// How many times this link has connected, including this time.
    pub count: u64,
}

/// A link to the event stream is disconnected. Events are lost until the next [`Connected`].
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Disconnected {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// The reason, as readable text.
    pub reason: Arc<str>,
    /// When something was last received over the link, by the local clock. Later events were missed. `None` if the
    /// source does not report it.
    pub last_heard: Option<Timestamp>,
}

/// A world's event server went up or down, as reported by the stream.
///
/// The first report for each world after the start counts as a change. A world that is reported online can still be
/// silent.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct WorldStateChanged {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// Which world.
    pub world_id: WorldId,
    /// Whether its event server is up.
    pub online: bool,
}

/// A run of a trigger returned an error, panicked, or took longer than its `timeout`, or a condition panicked. Not sent
/// for triggers that listen to this signal.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct TriggerFailed {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// How it failed.
    pub failure: Failure,
    /// The error with its causes, or the panic message.
    pub message: Arc<str>,
}

/// How a run of a trigger failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[non_exhaustive]
pub enum Failure {
    /// The handler returned an error.
    Error,
    /// The handler panicked.
    Panic,
    /// A condition panicked, which counts as `false`.
    ConditionPanic,
    /// The handler did not finish within the trigger's `timeout`.
    Timeout,
    /// A value that the trigger owned panicked when it was dropped.
    DestructorPanic,
}

/// A trigger dropped events from its queue. Sent at most once per second and trigger, and once more before the client
/// stops.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Overflow {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// Events dropped since the last report.
    pub dropped: u64,
}

/// Events waited for more than five seconds before the trigger ran for them. Sent at most once per second and trigger.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Lagging {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// Events that waited this long since the last report.
    pub events: u64,
    /// The longest wait among them.
    pub by: Duration,
}

/// Runs of a trigger were aborted because they had not finished by the end of the client's grace period. Events queued
/// behind them are lost.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct RunsAborted {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// The name of the trigger.
    pub trigger: Arc<str>,
    /// Runs that were aborted.
    pub runs: u64,
    /// Events that were queued behind them.
    pub events: u64,
}

/// Something received over the stream could not be parsed: an invalid frame, or an event with an invalid value, which
/// is dispatched as an [`UnknownEvent`](super::UnknownEvent). Sent at most once per second and kind of fault.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct ParseFailed {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    /// What is wrong.
    pub fault: Arc<str>,
    /// The most recent text that could not be parsed, cut to a readable length.
    pub found: Arc<str>,
    /// Occurrences since the last report.
    pub count: u64,
}

/// Events may be missing.
///
/// The interval is in event time and includes both ends. A gap that is still open has no end; it is sent again when it is
/// closed, with the same [`id`](Self::id).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Gap {
    /// When, by the local clock.
    pub timestamp: Timestamp,
    /// Identifies the gap. Unique per client.
    pub id: u32,
    /// The worlds whose events may be missing.
    pub worlds: Scope<WorldId>,
    /// The kinds of events that may be missing.
    pub kinds: KindSet,
    /// The start of the interval.
    pub from: Timestamp,
    /// The end of the interval; `None` while the gap is open.
    pub to: Option<Timestamp>,
    /// Why events may be missing.
    pub cause: GapCause,
    /// The expected number of missing events, from the rates before the gap; of events that the program dropped, their
    /// number; `None` if it is unknown.
    pub estimated_lost: Option<u32>,
}

/// Why events may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[non_exhaustive]
pub enum GapCause {
    /// A connection was lost, or closed to be replaced.
    Disconnected,
    /// The server had lost part of a subscription.
    Drift,
    /// No events were received for much longer than usual.
    Silence,
    /// The program dropped events.
    Dropped,
    /// A cause that this version does not know, reported by a newer relay.
    #[serde(other)]
    Other,
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disconnected => "disconnected",
            Self::Drift => "drift",
            Self::Silence => "silence",
            Self::Dropped => "dropped",
            Self::Other => "other",
        })
    }
}

/// The server's subscription is not the requested one. It is repaired.
///
/// The game's servers have been seen to lose parts of a subscription while connected. Events that were missed until then
/// are reported as a [`Gap`].
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct SubscriptionDrift {
    /// When, by the local clock.
    pub timestamp: Timestamp,
    /// The number of the link.
    pub link: u32,
    /// Requested, but missing on the server.
    #[serde(default)]
    pub missing: Box<Lists>,
    /// On the server, but not requested.
    #[serde(default)]
    pub extra: Box<Lists>,
}

/// The last signal: no more events arrive, and all other handlers have finished or were aborted. Its own handlers have
/// the rest of the grace period, at most two seconds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct Stopping {
    /// When, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
}

/// Only the runtime creates signals. `#[non_exhaustive]` lets them grow, so their constructors are here.
macro_rules! made_now {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        impl $name {
            /// Used by the runtime.
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
    SubscriptionDrift { link: u32, missing: Box<Lists>, extra: Box<Lists> }
    Stopping {}
}

impl Gap {
    /// Used by the runtime.
    #[doc(hidden)]
    #[must_use]
    pub fn new(
        timestamp: Timestamp,
        id: u32,
        (worlds, kinds): (Scope<WorldId>, KindSet),
        (from, to): (Timestamp, Option<Timestamp>),
        cause: GapCause,
        estimated_lost: Option<u32>,
    ) -> Self {
        Self { timestamp, id, worlds, kinds, from, to, cause, estimated_lost }
    }
}
