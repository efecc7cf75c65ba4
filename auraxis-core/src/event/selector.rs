//! The events that a trigger listens to.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    catalogue::{Event, EventKind, GainExperience},
    class::EventClass,
    custom::CustomType,
    kind_set::KindSet,
};
use crate::{id::ExperienceId, scope::ALL};

/// A set of events to listen to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Selector {
    /// All events of one kind. A known event that cannot be parsed is of the kind [`Unknown`](EventKind::Unknown).
    Kind(EventKind),
    /// [`GainExperience`](super::GainExperience) for one reason.
    Experience(ExperienceId),
    /// Events with this name that have no type. If the name is that of a known event, only those that cannot be parsed;
    /// [`named`](Self::named) never returns such a selector.
    Named(Cow<'static, str>),
    /// A [`CustomEvent`](super::CustomEvent) of this type.
    Custom(CustomType),
    /// Everything that the game sends, including events that cannot be parsed. Signals and derived events are not
    /// included.
    Everything,
}

impl Selector {
    /// Selects the events with this name, which can be unknown to this version.
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

    /// Returns the name to subscribe to.
    #[must_use]
    pub fn wire_name(&self) -> Cow<'_, str> {
        match self {
            Self::Kind(EventKind::Unknown) | Self::Everything => ALL.into(),
            Self::Kind(kind) => kind.name().into(),
            Self::Experience(id) => format!("{EXPERIENCE}{id}").into(),
            Self::Named(name) => name.as_ref().into(),
            Self::Custom(custom) => custom.name.into(),
        }
    }

    /// Returns the kind that it matches, or `None` if it matches several.
    #[must_use]
    pub const fn kind(&self) -> Option<EventKind> {
        match self {
            Self::Kind(kind) => Some(*kind),
            Self::Experience(_) => Some(EventKind::GainExperience),
            Self::Named(_) => Some(EventKind::Unknown),
            Self::Custom(_) => Some(EventKind::Custom),
            Self::Everything => None,
        }
    }

    /// Returns how the server matches the selected events.
    #[must_use]
    pub fn class(&self) -> EventClass {
        let kind = match self {
            Self::Named(name) => EventKind::from_name(name),
            selector => selector.kind(),
        };
        kind.map_or(EventClass::Unknown, EventKind::class)
    }

    /// Returns the selector that represents what the server sends for this one. Selectors with the same
    /// [`wire_name`](Self::wire_name) return the same selector.
    #[must_use]
    pub fn subscribed(&self) -> Self {
        match self {
            Self::Kind(EventKind::Unknown) => Self::Everything,
            Self::Named(name) if name == ALL => Self::Everything,
            Self::Named(name) => Self::named(name.clone()),
            selector => selector.clone(),
        }
    }

    /// Whether a subscription to this makes the server send the event. The server does not care whether it can be
    /// parsed.
    pub(crate) fn asks_for(&self, event: &Event) -> bool {
        match self {
            Self::Kind(EventKind::Unknown) | Self::Everything => event.kind().is_from_game(),
            Self::Named(name) if name == ALL => event.kind().is_from_game(),
            Self::Kind(kind) => event.name() == kind.name(),
            Self::Experience(id) => match event {
                Event::GainExperience(event) => event.experience_id == *id,
                Event::Unknown(event) => {
                    event.event_name() == EventKind::GainExperience.name() && event.id("experience_id") == Some(*id)
                }
                _ => false,
            },
            Self::Named(name) => event.name() == name,
            Self::Custom(_) => false,
        }
    }

    /// Returns `true` if the event is selected.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        match self {
            Self::Kind(kind) => event.kind() == *kind,
            Self::Experience(id) => matches!(event, Event::GainExperience(event) if event.experience_id == *id),
            Self::Named(name) => matches!(event, Event::Unknown(event) if event.event_name() == name),
            Self::Custom(wanted) => matches!(event, Event::Custom(custom) if custom.is(wanted)),
            Self::Everything => event.kind().is_from_game(),
        }
    }
}

/// The prefix of the only known parameterized event name, before the id.
pub(crate) const EXPERIENCE: &str = "GainExperience_experience_id_";

impl GainExperience {
    /// Selects experience for one reason only. The server does not send the others, unless another trigger needs them.
    ///
    /// ```
    /// # use auraxis_core as auraxis;
    /// use auraxis::{event::GainExperience, id::ExperienceId};
    ///
    /// let revives = GainExperience::filter_experience(7);
    /// assert_eq!(revives, GainExperience::filter_experience(ExperienceId::REVIVE));
    /// assert_eq!(revives.wire_name(), "GainExperience_experience_id_7");
    /// ```
    pub fn filter_experience(id: impl Into<ExperienceId>) -> Selector {
        Selector::Experience(id.into())
    }
}

impl KindSet {
    /// Returns the kinds of the game's events and of derived events that these selectors select: all of them, if an event that this version does
    /// not know is among them.
    pub fn selected_by<'a>(selectors: impl IntoIterator<Item = &'a Selector>) -> Self {
        let kinds = selectors.into_iter().map(|selector| selector.kind().filter(|&kind| kind != EventKind::Unknown));
        let kinds: Option<Vec<_>> = kinds.collect();
        kinds.map_or(Self::ALL, |kinds| kinds.into_iter().filter(|kind| kind.class() != EventClass::Signal).collect())
    }
}

impl Serialize for KindSet {
    /// Serializes a list of names, or `["all"]`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_all() {
            return serializer.collect_seq([ALL]);
        }
        serializer.collect_seq(EventKind::every().filter(|kind| self.contains(*kind)).map(EventKind::name))
    }
}

impl<'de> Deserialize<'de> for KindSet {
    /// Deserializes a list of names. Names that this version does not know are skipped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        if names.iter().any(|name| name == ALL) {
            return Ok(Self::ALL);
        }
        Ok(EventKind::every().filter(|kind| names.iter().any(|name| name == kind.name())).collect())
    }
}
