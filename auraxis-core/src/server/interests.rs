//! What the subscription of a connection needs.

use crate::{
    event::{EventClass, EventKind, Selector},
    interest::Interest,
    scope::Scope,
    subscription::Subscription,
};

/// Returns what a server has to subscribe to itself, so that it can send everything that this subscription admits: up to
/// three interests.
///
/// A subscription to all events for some characters does not ask for all events about their worlds: of kinds that this
/// version does not know, it may not get those that are about a world only.
#[must_use]
pub fn interests(subscription: &Subscription) -> Vec<Interest> {
    let Subscription { events, characters, worlds, characters_and_worlds } = subscription;
    let limit = if *characters_and_worlds { worlds.clone() } else { Scope::All };
    let mut by_character = Interest { worlds: limit, characters: characters.clone(), ..Interest::new([]) };
    let mut by_world = Interest { worlds: worlds.clone(), ..Interest::new([]) };
    let mut logins = Interest { characters: characters.clone(), ..Interest::new([]) };
    for selector in events {
        match selector.class() {
            EventClass::Character | EventClass::Attack => drop(by_character.selectors.insert(selector.clone())),
            EventClass::World => drop(by_world.selectors.insert(selector.clone())),
            EventClass::Login => {
                by_world.selectors.insert(selector.clone());
                logins.selectors.insert(selector.clone());
            }
            EventClass::Unknown if *selector == Selector::Everything => {
                by_character.selectors.insert(Selector::Everything);
                for kind in EventKind::ALL {
                    let class = kind.class();
                    if matches!(class, EventClass::World | EventClass::Login) {
                        by_world.selectors.insert(Selector::Kind(*kind));
                    }
                    if class == EventClass::Login {
                        logins.selectors.insert(Selector::Kind(*kind));
                    }
                }
            }
            EventClass::Unknown => {
                by_character.selectors.insert(selector.clone());
                by_world.selectors.insert(selector.clone());
            }
            EventClass::Derived | EventClass::Signal => {}
        }
    }
    let possible = |it: &Interest| !(it.selectors.is_empty() || it.worlds.is_none() || it.characters.is_none());
    [by_character, by_world, logins].into_iter().filter(possible).collect()
}
