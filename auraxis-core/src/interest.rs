//! The events that one trigger wants.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use crate::{
    event::{Event, EventClass, EventKind, Selector},
    id::{CharacterId, WorldId, ZoneId},
    scope::Scope,
};

/// The events that one trigger wants: a set of events, limited to worlds, characters and zones.
///
/// Both the subscription and the matching of received events are derived from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    /// The event matches any of these.
    pub selectors: BTreeSet<Selector>,
    /// The event's world is one of these. Unless this is [`Scope::All`], events without a world do not match.
    pub worlds: Scope<WorldId>,
    /// The event's character or attacker is one of these. Unless this is [`Scope::All`], events without a character do
    /// not match.
    pub characters: Scope<CharacterId>,
    /// The event's zone, or the map it is an instance of, is one of these. Unless this is [`Scope::All`], events
    /// without a zone do not match.
    pub zones: Scope<ZoneId>,
}

impl Interest {
    /// Creates an interest in these events, on all worlds, in all zones and of all characters.
    pub fn new(selectors: impl IntoIterator<Item = Selector>) -> Self {
        Self {
            selectors: selectors.into_iter().collect(),
            worlds: Scope::All,
            characters: Scope::All,
            zones: Scope::All,
        }
    }

    /// Returns `true` if the event is wanted.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        self.selectors.iter().any(|selector| selector.matches(event)) && self.filter(event).is_none()
    }

    /// Returns the first filter that rejects the event, if any. Does not check the selectors.
    #[must_use]
    pub fn filter(&self, event: &Event) -> Option<Filter> {
        if !self.worlds.is_all() && !event.world_id().is_some_and(|id| self.worlds.contains(&id)) {
            return Some(Filter::Worlds);
        }
        if !self.characters.is_all() && !event.character_ids().any(|id| self.characters.contains(&id)) {
            return Some(Filter::Characters);
        }
        let is_wanted = |id: ZoneId| self.zones.contains(&id) || self.zones.contains(&id.definition());
        if !self.zones.is_all() && !event.zone_id().is_some_and(is_wanted) {
            return Some(Filter::Zones);
        }
        None
    }

    /// Returns `true` if it needs a connection, because it includes events of the game or signals about connections.
    #[must_use]
    pub fn needs_link(&self) -> bool {
        let signal = |kind: EventKind| {
            let world = kind == EventKind::WorldStateChanged && !self.worlds.is_none();
            kind.class() == EventClass::Signal
                && kind.needs_link()
                && (world || self.worlds.is_all())
                && self.characters.is_all()
                && self.zones.is_all()
        };
        self.effective().next().is_some() || self.selectors.iter().filter_map(Selector::kind).any(signal)
    }

    /// The selectors of the game's events that are needed for those that can pass the filters; none if no event can pass
    /// them. A derived event needs what it is made of.
    pub(crate) fn effective(&self) -> impl Iterator<Item = Cow<'_, Selector>> {
        let made_of = |selector: &Selector| selector.kind().map_or(&[][..], EventKind::made_of);
        self.reachable().flat_map(move |selector| {
            let itself = (selector.class() != EventClass::Derived).then_some(Cow::Borrowed(selector));
            itself.into_iter().chain(made_of(selector).iter().map(|&kind| Cow::Owned(Selector::Kind(kind))))
        })
    }

    /// The selectors of events that can pass the filters, without signals.
    pub(crate) fn reachable(&self) -> impl Iterator<Item = &Selector> {
        let possible = !(self.worlds.is_none() || self.characters.is_none() || self.zones.is_none());
        let reachable = |selector: &Selector| match selector.class() {
            EventClass::Signal => false,
            EventClass::Derived => selector.kind().is_some_and(|kind| {
                (kind.has_zone() || self.zones.is_all()) && (kind.has_character() || self.characters.is_all())
            }),
            EventClass::World => self.characters.is_all(),
            EventClass::Login => self.zones.is_all(),
            EventClass::Character | EventClass::Attack | EventClass::Unknown => true,
        };
        self.selectors.iter().filter(move |selector| possible && reachable(selector))
    }
}

impl Interest {
    /// Describes the events: `Death, BattleRankUp`.
    #[must_use]
    pub fn events(&self) -> String {
        let name = |selector: &Selector| match selector {
            Selector::Everything => "everything".into(),
            Selector::Kind(EventKind::Unknown) => "every unknown event".into(),
            selector => selector.wire_name().into_owned(),
        };
        self.selectors.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Describes the filters: `worlds 1, 10; zones 2`. Returns an empty text if there are none.
    #[must_use]
    pub fn filters(&self) -> String {
        let limits = [
            (!self.worlds.is_all()).then(|| self.worlds.of("worlds")),
            (!self.characters.is_all()).then(|| self.characters.of("characters")),
            (!self.zones.is_all()).then(|| self.zones.of("zones")),
        ];
        limits.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// Returns whether no event can pass the filters, whatever happens: for example because a list is empty, or because
    /// events of its kinds have no character.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        let is_signal = |selector: &Selector| selector.class() == EventClass::Signal;
        !self.selectors.is_empty() && !self.selectors.iter().any(is_signal) && self.reachable().next().is_none()
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.events())?;
        let filters = self.filters();
        if filters.is_empty() { Ok(()) } else { write!(f, "; {filters}") }
    }
}

/// One of the three filters of an [`Interest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// [`Interest::worlds`].
    Worlds,
    /// [`Interest::characters`].
    Characters,
    /// [`Interest::zones`].
    Zones,
}
