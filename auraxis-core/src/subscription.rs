//! The subscription of one connection, and the server's matching rules.
//!
//! Per connection the server stores three sets (event names, characters, worlds) and one flag. A [`Subscription`] is
//! that state, and [`Subscription::admits`] implements the rules by which the server sends events. A
//! [`Cover`](crate::cover::Cover) computes the subscription for a set of triggers;
//! [`commands_from`](Subscription::commands_from) computes the commands that establish it.
//!
//! The rules are surprising. An event about a character is only sent if characters are subscribed, even if its world
//! is. With the flag `logicalAndCharactersWithWorlds`, its world must be subscribed too. An event about a world is sent
//! by world alone. So a subscription can admit more events than were wanted; only a trigger's own matching is exact.

use std::{collections::BTreeSet, fmt};

use crate::{
    event::{Event, EventClass, EventKind, Selector},
    id::{CharacterId, WorldId},
    scope::Scope,
};

/// The subscription of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The subscribed events.
    pub events: BTreeSet<Selector>,
    /// Events about a character are sent for these characters.
    pub characters: Scope<CharacterId>,
    /// Events about a world are sent for these worlds.
    pub worlds: Scope<WorldId>,
    /// Whether events about a character also require their world to be in `worlds`.
    pub characters_and_worlds: bool,
}

impl Default for Subscription {
    /// Returns an empty subscription, the state of a new connection.
    fn default() -> Self {
        Self { events: BTreeSet::new(), characters: Scope::none(), worlds: Scope::none(), characters_and_worlds: false }
    }
}

impl Subscription {
    /// Returns `true` if it admits no events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns `true` if the server sends this event to a connection with this subscription. The server matches by
    /// name, whether the event can be parsed or not.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        if !self.events.iter().any(|selector| selector.asks_for(event)) {
            return false;
        }
        let by_world = event.world_id().is_some_and(|id| self.worlds.contains(&id));
        let mut characters = event.character_ids().peekable();
        let about_characters = characters.peek().is_some();
        let by_character = if about_characters {
            characters.any(|id| self.characters.contains(&id))
        } else {
            // Nobody is not a character, but "all" includes it.
            self.characters.is_all()
        };
        let kind = EventKind::from_name(event.name()).unwrap_or(event.kind());
        match kind.class() {
            EventClass::Derived | EventClass::Signal => false,
            EventClass::Login => by_character || by_world,
            EventClass::Unknown if !about_characters => by_world,
            EventClass::World => by_world,
            EventClass::Character | EventClass::Attack | EventClass::Unknown => {
                by_character && (by_world || !self.characters_and_worlds)
            }
        }
    }
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        let names: Vec<_> = self.events.iter().map(Selector::wire_name).collect();
        let link = if self.characters_and_worlds { "on" } else { "or" };
        write!(f, "{} for {}", names.join(", "), self.characters.of("characters"))?;
        if !self.worlds.is_none() {
            write!(f, " {link} {}", self.worlds.of("worlds"))?;
        }
        Ok(())
    }
}
