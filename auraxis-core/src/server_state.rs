//! The subscription that the server stores per connection, and the commands that change it.
//!
//! A [`ServerState`] follows the [`Command`]s that were sent. [`Subscription::commands_from`] finds the fewest commands
//! that lead from there to a subscription, and the server's [`Echo`] confirms the result.

use std::collections::BTreeSet;

use crate::{
    command::{Command, Echo, Lists},
    environment::Environment,
    event::Selector,
    scope::{ALL, Scope},
    subscription::Subscription,
};

/// The state that the server stores per connection: three lists of strings and a flag. The default is the state of a
/// new connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerState {
    /// The lists.
    pub lists: Lists,
    /// The flag `logicalAndCharactersWithWorlds`.
    pub characters_and_worlds: bool,
}

impl ServerState {
    /// Applies a command as the server does.
    ///
    /// Subscribing adds to the lists. Clearing removes exactly the given entries: removing one id from a list that
    /// contains `all` does not change which events are sent. The flag changes if the command sets it.
    pub fn apply(&mut self, command: &Command) {
        match command {
            Command::Subscribe { lists, characters_and_worlds, .. } => {
                for (mine, added) in self.lists.pairs(lists) {
                    mine.extend(added.iter().cloned());
                }
                if let Some(flag) = characters_and_worlds {
                    self.characters_and_worlds = *flag;
                }
            }
            Command::ClearSubscribe(lists) => {
                for (mine, removed) in self.lists.pairs(lists) {
                    for text in removed {
                        mine.remove(text);
                    }
                }
            }
            Command::ClearAll => *self = Self::default(),
            _ => {}
        }
    }

    /// Returns the subscription that the lists describe. Ids that are not numbers are ignored.
    #[must_use]
    pub fn meaning(&self) -> Subscription {
        Subscription {
            events: self
                .lists
                .event_names
                .iter()
                .map(|name| Selector::Named(name.clone().into()).subscribed())
                .collect(),
            characters: Scope::from_texts(&self.lists.characters),
            worlds: Scope::from_texts(&self.lists.worlds),
            characters_and_worlds: self.characters_and_worlds,
        }
    }

    /// Returns the server's reply to a command that reads or changes the subscription.
    #[must_use]
    pub fn echo(&self, list_characters: bool) -> Echo {
        let characters = &self.lists.characters;
        let listed = list_characters || characters.contains(ALL);
        Echo {
            characters: listed.then(|| characters.clone()),
            character_count: (!listed).then_some(characters.len()),
            event_names: self.lists.event_names.clone(),
            characters_and_worlds: self.characters_and_worlds,
            worlds: self.lists.worlds.clone(),
        }
    }
}

/// The difference between the subscription that was requested and the one that the server reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Requested, but not in the report. Characters are listed here only if the report lists them.
    pub missing: Lists,
    /// In the report, but not requested.
    pub extra: Lists,
    /// The numbers of characters that were requested and reported, if they differ and the report only counts them.
    pub characters: Option<(usize, usize)>,
    /// Whether the flag differs.
    pub flag: bool,
}

impl ServerState {
    /// Compares this state with what the server reports. Returns `None` if they agree.
    #[must_use]
    pub fn drift(&self, echo: &Echo) -> Option<Drift> {
        let Lists { characters, event_names, worlds } = &self.lists;
        let difference = |mine: &BTreeSet<String>, other: &BTreeSet<String>| mine.difference(other).cloned().collect();
        let listed = echo.characters.as_ref();
        let count = echo.character_count.filter(|&count| listed.is_none() && count != characters.len());
        let drift = Drift {
            missing: Lists {
                characters: listed.map_or_else(BTreeSet::new, |listed| difference(characters, listed)),
                event_names: difference(event_names, &echo.event_names),
                worlds: difference(worlds, &echo.worlds),
            },
            extra: Lists {
                characters: listed.map_or_else(BTreeSet::new, |listed| difference(listed, characters)),
                event_names: difference(&echo.event_names, event_names),
                worlds: difference(&echo.worlds, worlds),
            },
            characters: count.map(|count| (characters.len(), count)),
            flag: self.characters_and_worlds != echo.characters_and_worlds,
        };
        (drift != Drift::default()).then_some(drift)
    }
}

impl Subscription {
    /// Returns the commands that turn a connection in the state `current` into this subscription. Additions come before
    /// removals, so that no event that both subscriptions admit is missed in between.
    ///
    /// For all worlds, the environment's known worlds are sent in addition to `all`: with `all` alone, world events
    /// have been reported missing.
    #[must_use]
    pub fn commands_from(&self, current: &ServerState, environment: Environment) -> Vec<Command> {
        let lists = self.lists(environment);
        if self.is_empty() {
            return if *current == ServerState::default() { Vec::new() } else { vec![Command::ClearAll] };
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
            characters: self.characters.texts(&[]),
            event_names: self.events.iter().map(|selector| selector.wire_name().into_owned()).collect(),
            worlds: self.worlds.texts(environment.worlds()),
        }
    }
}
