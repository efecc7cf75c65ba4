//! What a trigger listens to.

use std::borrow::Cow;

use super::{
    catalogue::{Event, EventKind, GainExperience},
    class::EventClass,
};
use crate::id::ExperienceId;

/// Which events are wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Selector {
    /// All of one kind. A known event that cannot be read as what it is called is of the kind
    /// [`Unknown`](EventKind::Unknown).
    Kind(EventKind),
    /// [`GainExperience`](super::GainExperience) of one sort.
    Experience(ExperienceId),
    /// Unknown events of this name on the wire. With the name of a known event, those of them that cannot be read as
    /// what they are called; [`named`](Self::named) never makes that.
    Named(Cow<'static, str>),
    /// Everything that the game sends, whether it can be read or not. Signals are not part of it.
    Everything,
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
    pub fn class(&self) -> EventClass {
        let kind = match self {
            Self::Named(name) => EventKind::from_name(name),
            selector => selector.kind(),
        };
        kind.map_or(EventClass::Unknown, EventKind::class)
    }

    /// The same as the server knows it: one selector for each name to subscribe with.
    #[must_use]
    pub fn subscribed(&self) -> Self {
        match self {
            Self::Kind(EventKind::Unknown) => Self::Everything,
            Self::Named(name) if name == ALL => Self::Everything,
            Self::Named(name) => Self::named(name.clone()),
            selector => selector.clone(),
        }
    }

    /// Whether the server sends the event to who asks for this. It does not look at what cannot be read.
    pub(crate) fn asks_for(&self, event: &Event) -> bool {
        match self {
            Self::Kind(EventKind::Unknown) | Self::Everything => event.kind().class() != EventClass::Signal,
            Self::Named(name) if name == ALL => event.kind().class() != EventClass::Signal,
            Self::Kind(kind) => event.name() == kind.name(),
            Self::Experience(id) => match event {
                Event::GainExperience(event) => event.experience_id == *id,
                Event::Unknown(event) => {
                    event.event_name() == EventKind::GainExperience.name() && event.id("experience_id") == Some(*id)
                }
                _ => false,
            },
            Self::Named(name) => event.name() == name,
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

impl GainExperience {
    /// Listens to experience of one sort only. The server then sends nothing else of this kind.
    ///
    /// ```
    /// use auraxis_core::{event::GainExperience, id::ExperienceId};
    ///
    /// let revives = GainExperience::filter_experience(7);
    /// assert_eq!(revives, GainExperience::filter_experience(ExperienceId::REVIVE));
    /// assert_eq!(revives.wire_name(), "GainExperience_experience_id_7");
    /// ```
    pub fn filter_experience(id: impl Into<ExperienceId>) -> Selector {
        Selector::Experience(id.into())
    }
}
