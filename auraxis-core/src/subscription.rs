//! What to ask the server for.
//!
//! Of each connection the server keeps three sets (event names, characters, worlds) and one flag, and sends the events
//! that their product admits. A [`Subscription`] is that state, and [`Subscription::admits`] holds the server's rules.
//! A [`Cover`](crate::cover::Cover) works out which subscription some triggers need, and
//! [`commands_from`](Subscription::commands_from) how to get there.
//!
//! The rules have surprises: an event about a character is sent only if characters were named, whatever the worlds; the
//! flag `logicalAndCharactersWithWorlds` demands the world as well; an event about a world is sent by world alone. So a
//! subscription may admit more than was wanted, and what a trigger itself matches is always the truth.

use std::{collections::BTreeSet, fmt};

use crate::{
    event::{Event, EventClass, EventKind, Selector},
    id::{CharacterId, WorldId},
    scope::Scope,
};

/// What one connection is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which events.
    pub events: BTreeSet<Selector>,
    /// Events about a character are sent for these.
    pub characters: Scope<CharacterId>,
    /// Events about a world are sent for these.
    pub worlds: Scope<WorldId>,
    /// Events about a character are sent only if the world is one of `worlds` too.
    pub characters_and_worlds: bool,
}

impl Default for Subscription {
    /// Nothing, the state of a new connection.
    fn default() -> Self {
        Self { events: BTreeSet::new(), characters: Scope::none(), worlds: Scope::none(), characters_and_worlds: false }
    }
}

impl Subscription {
    /// Whether it admits nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether the server sends this event to a connection in this state. It does so by name, whether the event can be
    /// read or not.
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
            // Nobody is not a character, but "all" takes it.
            self.characters.is_all()
        };
        let kind = EventKind::from_name(event.name()).unwrap_or(event.kind());
        match kind.class() {
            EventClass::Signal => false,
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
