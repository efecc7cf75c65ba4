//! What is wanted of a tracker.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::{
    id::{CharacterId, WorldId},
    interest::Interest,
    scope::Scope,
};

/// The union of the interests in the events of a tracker, counted, so that adding and removing one costs as much as its
/// own size.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Interests in all worlds and characters.
    all: usize,
    worlds: FxHashMap<WorldId, usize>,
    /// Characters on all worlds: the server does not limit a character's events to worlds.
    characters: FxHashMap<CharacterId, usize>,
}

impl Wanted {
    pub(super) fn add(&mut self, interest: &Interest) {
        match (&interest.characters, &interest.worlds) {
            (Scope::Only(characters), _) => increment(&mut self.characters, characters),
            (Scope::All, Scope::Only(worlds)) => increment(&mut self.worlds, worlds),
            (Scope::All, Scope::All) => self.all += 1,
        }
    }

    pub(super) fn remove(&mut self, interest: &Interest) {
        match (&interest.characters, &interest.worlds) {
            (Scope::Only(characters), _) => decrement(&mut self.characters, characters),
            (Scope::All, Scope::Only(worlds)) => decrement(&mut self.worlds, worlds),
            (Scope::All, Scope::All) => self.all = self.all.saturating_sub(1),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all == 0 && self.worlds.is_empty() && self.characters.is_empty()
    }

    pub(super) fn has_world(&self, world: WorldId) -> bool {
        self.all > 0 || self.worlds.contains_key(&world)
    }

    pub(super) fn has(&self, world: WorldId, character: CharacterId) -> bool {
        self.has_world(world) || self.characters.contains_key(&character)
    }
}

fn increment<'a, K: Copy + Eq + Hash + 'a>(counts: &mut FxHashMap<K, usize>, keys: impl IntoIterator<Item = &'a K>) {
    for key in keys {
        *counts.entry(*key).or_default() += 1;
    }
}

fn decrement<'a, K: Copy + Eq + Hash + 'a>(counts: &mut FxHashMap<K, usize>, keys: impl IntoIterator<Item = &'a K>) {
    for key in keys {
        if let Some(count) = counts.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(key);
            }
        }
    }
}
