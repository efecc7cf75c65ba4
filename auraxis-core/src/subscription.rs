//! What to ask the server for.
//!
//! Of each connection the server keeps three sets (event names, characters, worlds) and one flag, and sends the events
//! that their product admits. A [`Subscription`] is that state; [`Subscription::admits`] holds the server's rules, and
//! [`Subscription::commands_from`] finds the fewest [`Command`]s that lead to it. A [`Cover`](crate::cover::Cover) works
//! out which subscription some triggers need.
//!
//! The rules have surprises: an event about a character is sent only if characters were named, whatever the worlds; the
//! flag `logicalAndCharactersWithWorlds` demands the world as well; an event about a world is sent by world alone. So a
//! subscription may admit more than was wanted, and what a trigger itself matches is always the truth.

use std::{collections::BTreeSet, fmt};

use crate::{
    command::{Command, Lists, Subscribed},
    environment::Environment,
    event::{ALL, Event, EventClass, Selector},
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

    /// Whether the server sends this event to a connection in this state.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        if !self.events.iter().any(|selector| selector.matches(event)) {
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
        match event.kind().class() {
            EventClass::Signal => false,
            EventClass::Login => by_character || by_world,
            EventClass::Unknown if !about_characters => by_world,
            EventClass::World => by_world,
            EventClass::Character | EventClass::Attack | EventClass::Unknown => {
                by_character && (by_world || !self.characters_and_worlds)
            }
        }
    }

    /// The commands that turn a connection in the state `current` into this one, additions before removals, so that
    /// nothing that both admit is missed in between.
    ///
    /// Besides "all" worlds, the known worlds of the environment are named: events about a world have been seen to
    /// come only for worlds that were.
    #[must_use]
    pub fn commands_from(&self, current: &Subscribed, environment: Environment) -> Vec<Command> {
        let lists = self.lists(environment);
        if self.is_empty() {
            return if *current == Subscribed::default() { Vec::new() } else { vec![Command::ClearAll] };
        }
        let flag = (self.characters_and_worlds != current.characters_and_worlds).then_some(self.characters_and_worlds);
        let (added, removed) = (lists.without(&current.lists), current.lists.without(&lists));
        let mut commands = Vec::new();
        if !added.is_empty() || flag.is_some() {
            commands.extend(added.chunks().enumerate().map(|(at, lists)| Command::Subscribe {
                lists,
                characters_and_worlds: flag.filter(|_| at == 0),
                list_characters: false,
            }));
        }
        if !removed.is_empty() {
            commands.extend(removed.chunks().map(Command::ClearSubscribe));
        }
        commands
    }

    fn lists(&self, environment: Environment) -> Lists {
        Lists {
            characters: texts(&self.characters, &[]),
            event_names: self.events.iter().map(|selector| selector.wire_name().into_owned()).collect(),
            worlds: texts(&self.worlds, environment.worlds()),
        }
    }
}

fn texts<T: Ord + fmt::Display>(scope: &Scope<T>, known: &[T]) -> BTreeSet<String> {
    match scope {
        Scope::All => known.iter().map(T::to_string).chain([ALL.into()]).collect(),
        Scope::Only(values) => values.iter().map(T::to_string).collect(),
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
