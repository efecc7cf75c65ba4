//! Silences, and the classes of events that can be silent.

use crate::{
    event::{EventClass, EventKind},
    id::WorldId,
};

/// Evidence from which on a silence is reported, as a gap.
pub const REPORT_EVIDENCE: f64 = 7.0;

/// Evidence from which on a silence is acted upon: verify, resubscribe, reconnect.
pub const ACT_EVIDENCE: f64 = 20.0;

/// Events that arrive at a common rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrafficClass {
    /// `GainExperience`.
    Experience,
    /// `Death` and `VehicleDestroy`.
    Attack,
    /// Other events of characters.
    Character,
    /// `PlayerLogin` and `PlayerLogout`.
    Login,
    /// Events of worlds, and unknown ones. Their silence is never reported.
    World,
}

impl TrafficClass {
    /// All classes.
    pub const ALL: [Self; 5] = [Self::Experience, Self::Attack, Self::Character, Self::Login, Self::World];

    /// The class of a kind of events; `None` for signals, which no link delivers.
    #[must_use]
    pub const fn of(kind: EventKind) -> Option<Self> {
        match (kind, kind.class()) {
            (EventKind::GainExperience, _) => Some(Self::Experience),
            (_, EventClass::Attack) => Some(Self::Attack),
            (_, EventClass::Character) => Some(Self::Character),
            (_, EventClass::Login) => Some(Self::Login),
            (_, EventClass::World | EventClass::Unknown) => Some(Self::World),
            (_, EventClass::Signal) => None,
        }
    }

    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TrafficClasses(pub(super) u8);

impl TrafficClasses {
    /// Whether the class is in the set.
    #[must_use]
    pub const fn contains(self, class: TrafficClass) -> bool {
        self.0 & class.bit() != 0
    }

    /// The classes in the set.
    pub fn iter(self) -> impl Iterator<Item = TrafficClass> {
        TrafficClass::ALL.into_iter().filter(move |class| self.contains(*class))
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<TrafficClass> for TrafficClasses {
    fn from_iter<I: IntoIterator<Item = TrafficClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | class.bit()))
    }
}

/// How certain a silence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Events are probably missing: report a gap. From [`REPORT_EVIDENCE`] on.
    Report,
    /// Events are missing: verify, resubscribe, reconnect. From [`ACT_EVIDENCE`] on.
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
    /// When the last event arrived; when listening began if none ever did.
    pub since_ms: u64,
    /// The number of events expected in that time.
    pub expected_lost: f64,
    /// The number of independent arrivals expected in that time, discounted. [`REPORT_EVIDENCE`] and [`ACT_EVIDENCE`]
    /// are compared with it.
    pub evidence: f64,
    /// How certain it is.
    pub level: Level,
}

/// Whose fault a silence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The link's: another one delivers.
    Link,
    /// The link's or the server's.
    Unknown,
}

/// A change of what is silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// A silence has reached a [`Level`].
    Silent(Silence),
    /// Data arrived again. The silence is as it was before.
    Recovered(Silence),
    /// The silence no longer counts: the world is announced down, or is no longer subscribed.
    Withdrawn(Silence),
}
