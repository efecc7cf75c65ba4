//! Classes of events that arrive at a common rate.

use crate::event::{EventClass, EventKind};

/// A class of events that arrive at a common rate.
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
    /// Events of worlds, and unknown events. Their silence is never reported.
    World,
}

/// A set of [`TrafficClass`]es.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TrafficClasses(u8);

impl TrafficClass {
    /// All classes.
    pub const ALL: [Self; 5] = [Self::Experience, Self::Attack, Self::Character, Self::Login, Self::World];

    /// Returns the class of a kind of events; `None` for signals, which no link delivers.
    #[must_use]
    pub const fn of(kind: EventKind) -> Option<Self> {
        match (kind, kind.class()) {
            (EventKind::GainExperience, _) => Some(Self::Experience),
            (_, EventClass::Attack) => Some(Self::Attack),
            (_, EventClass::Character) => Some(Self::Character),
            (_, EventClass::Login) => Some(Self::Login),
            (_, EventClass::World | EventClass::Unknown) => Some(Self::World),
            (_, EventClass::Derived | EventClass::Signal) => None,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl TrafficClasses {
    /// Returns whether the class is in the set.
    #[must_use]
    pub const fn contains(self, class: TrafficClass) -> bool {
        self.0 & class.bit() != 0
    }

    /// Returns the classes in the set.
    pub fn iter(self) -> impl Iterator<Item = TrafficClass> {
        TrafficClass::ALL.into_iter().filter(move |class| self.contains(*class))
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn insert_all(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<TrafficClass> for TrafficClasses {
    fn from_iter<I: IntoIterator<Item = TrafficClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | class.bit()))
    }
}

impl From<TrafficClass> for TrafficClasses {
    fn from(class: TrafficClass) -> Self {
        Self(class.bit())
    }
}
