//! What a trigger listens to.

use std::borrow::Cow;

use super::{Event, EventKind};
use crate::id::ExperienceId;

/// Which events are wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Selector {
    /// All of one kind.
    Kind(EventKind),
    /// [`GainExperience`](super::GainExperience) of one sort.
    Experience(ExperienceId),
    /// Events of this name on the wire, known to this version or not.
    Named(Cow<'static, str>),
    /// Everything that the game sends. Signals are not part of it.
    Everything,
}

/// How the server decides whether a connection gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventClass {
    /// By its character.
    Character,
    /// By its character or the attacker.
    Attack,
    /// By its character or its world.
    Login,
    /// By its world.
    World,
    /// Not known, as the event is not.
    Unknown,
    /// Not at all: it does not come from the server.
    Signal,
}

impl Selector {
    /// Listens to the event of this name, which this version may not know.
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        match EventKind::from_name(&name) {
            Some(kind) => Self::Kind(kind),
            None => match name.strip_prefix(EXPERIENCE).and_then(|id| id.parse().ok()) {
                Some(id) => Self::Experience(id),
                None => Self::Named(name),
            },
        }
    }

    /// The name to subscribe with.
    #[must_use]
    pub fn wire_name(&self) -> Cow<'_, str> {
        match self {
            Self::Kind(EventKind::Unknown) | Self::Everything => ALL.into(),
            Self::Kind(kind) => kind.name().into(),
            Self::Experience(id) => format!("{EXPERIENCE}{id}").into(),
            Self::Named(name) => name.as_ref().into(),
        }
    }

    /// The only kind that it lets through, if it is only one.
    #[must_use]
    pub const fn kind(&self) -> Option<EventKind> {
        match self {
            Self::Kind(kind) => Some(*kind),
            Self::Experience(_) => Some(EventKind::GainExperience),
            Self::Named(_) => Some(EventKind::Unknown),
            Self::Everything => None,
        }
    }

    /// How the server matches what it selects.
    #[must_use]
    pub const fn class(&self) -> EventClass {
        match self.kind() {
            Some(kind) => kind.class(),
            None => EventClass::Unknown,
        }
    }

    /// Whether the event is wanted.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        match self {
            Self::Kind(kind) => event.kind() == *kind,
            Self::Experience(id) => matches!(event, Event::GainExperience(event) if event.experience_id == *id),
            Self::Named(name) => matches!(event, Event::Unknown(event) if event.event_name() == name),
            Self::Everything => event.kind().class() != EventClass::Signal,
        }
    }
}

/// The word for "all of them" in each of the three lists of a subscription.
pub(crate) const ALL: &str = "all";

/// What stands before the id in the only parameterised name that is known.
pub(crate) const EXPERIENCE: &str = "GainExperience_experience_id_";
