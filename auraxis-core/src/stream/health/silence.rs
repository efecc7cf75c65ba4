//! Silences.

use super::traffic::TrafficClasses;
use crate::id::WorldId;

/// The evidence from which on a silence is reported as a gap.
pub const REPORT_EVIDENCE: f64 = 7.0;

/// The evidence from which on a silence is acted upon: verify the subscription, subscribe again, reconnect.
pub const ACT_EVIDENCE: f64 = 20.0;

/// How certain a silence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Events are probably missing: report a gap. From [`REPORT_EVIDENCE`] on.
    Report,
    /// Events are missing: verify the subscription, subscribe again, reconnect. From [`ACT_EVIDENCE`] on.
    Act,
}

impl Level {
    pub(super) const fn of(evidence: f64) -> Option<Self> {
        if evidence >= ACT_EVIDENCE {
            Some(Self::Act)
        } else if evidence >= REPORT_EVIDENCE {
            Some(Self::Report)
        } else {
            None
        }
    }
}

/// Events that should have arrived and did not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silence {
    /// The world; `None` for all worlds of the link.
    pub world: Option<WorldId>,
    /// The classes that should have arrived.
    pub classes: TrafficClasses,
    /// When the last event arrived or, if none ever did, when listening began.
    pub since_ms: u64,
    /// The number of events that were expected since then.
    pub expected_lost: f64,
    /// The number of independent arrivals that were expected since then, discounted. It is compared with
    /// [`REPORT_EVIDENCE`] and [`ACT_EVIDENCE`].
    pub evidence: f64,
    /// How certain the silence is.
    pub level: Level,
}

/// What causes a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The link, because another one delivers.
    Link,
    /// The link or the server.
    Unknown,
}

/// A change of what is silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// A silence has reached a [`Level`].
    Silent(Silence),
    /// Data has arrived again. Contains the silence as it was before.
    Recovered(Silence),
    /// The silence no longer counts, because the world was announced as down or is no longer subscribed.
    Withdrawn(Silence),
}
