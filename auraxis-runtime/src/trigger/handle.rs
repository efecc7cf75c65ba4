//! Handles: a hold on a trigger that has been added.

use std::{
    fmt,
    sync::{Arc, Weak, atomic::Ordering},
};

use auraxis_core::{
    id::{CharacterId, WorldId, ZoneId},
    interest::Interest,
    scope::Scope,
    time::Timestamp,
};

use super::{
    builder::Ids,
    context::{Context, FromContext, Missing},
};
use crate::dispatch::{
    registry::Registry,
    state::{SourceLocation, TriggerState, TriggerStats},
};

/// A hold on a trigger that has been added to a client. Dropping it changes nothing.
#[derive(Clone)]
pub struct TriggerHandle {
    pub(crate) state: Arc<TriggerState>,
    pub(crate) registry: Weak<Registry>,
}

impl TriggerHandle {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Where the trigger stands in the source.
    #[must_use]
    pub fn location(&self) -> SourceLocation {
        self.state.location
    }

    /// Keeps the trigger from running until [`resume`](Self::resume). Its events pass by; the subscription stays.
    pub fn pause(&self) {
        self.state.paused.store(true, Ordering::Relaxed);
    }

    /// Lets the trigger run again.
    pub fn resume(&self) {
        self.state.paused.store(false, Ordering::Relaxed);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.state.paused.load(Ordering::Relaxed)
    }

    /// Takes only events of these worlds from now on; with none, no event. The subscription follows.
    pub fn set_worlds(&self, worlds: impl Ids<WorldId>) {
        let worlds: Scope<_> = worlds.ids().collect();
        self.update(|interest| interest.worlds = worlds);
    }

    /// Takes events of every world from now on. The subscription follows.
    pub fn clear_worlds(&self) {
        self.update(|interest| interest.worlds = Scope::All);
    }

    /// Takes only events of these characters from now on; with none, no event. The subscription follows.
    pub fn set_characters(&self, characters: impl Ids<CharacterId>) {
        let characters: Scope<_> = characters.ids().collect();
        self.update(|interest| interest.characters = characters);
    }

    /// Takes events of this character as well. The subscription follows. A trigger without a filter takes events of
    /// every character already, and stays so.
    pub fn add_character(&self, character: impl Into<CharacterId>) {
        let character = character.into();
        self.update(|interest| {
            if let Scope::Only(characters) = &mut interest.characters {
                characters.insert(character);
            }
        });
    }

    /// Takes no events of this character from now on. The subscription follows. A trigger without a filter takes events
    /// of every character, and stays so.
    pub fn remove_character(&self, character: impl Into<CharacterId>) {
        let character = character.into();
        self.update(|interest| {
            if let Scope::Only(characters) = &mut interest.characters {
                characters.remove(&character);
            }
        });
    }

    /// Takes events of every character from now on. The subscription follows.
    pub fn clear_characters(&self) {
        self.update(|interest| interest.characters = Scope::All);
    }

    /// Takes only events in these zones from now on; with none, no event.
    pub fn set_zones(&self, zones: impl Ids<ZoneId>) {
        let zones: Scope<_> = zones.ids().collect();
        self.update(|interest| interest.zones = zones);
    }

    /// Takes events in every zone from now on.
    pub fn clear_zones(&self) {
        self.update(|interest| interest.zones = Scope::All);
    }

    /// What the trigger listens to at present.
    #[must_use]
    pub fn interest(&self) -> Arc<Interest> {
        self.state.interest()
    }

    /// When the last run began, by this machine's clock; `None` before the first.
    #[must_use]
    pub fn last_run(&self) -> Option<Timestamp> {
        self.state.last_run()
    }

    /// What became of the trigger's events so far.
    #[must_use]
    pub fn stats(&self) -> TriggerStats {
        self.state.counters.stats()
    }

    /// Removes the trigger. It takes no event from now on; what it has taken is still run. The subscription shrinks
    /// with it.
    pub fn remove(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(&self.state);
        }
    }

    /// Whether it has been removed.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.state.removed.load(Ordering::Acquire)
    }

    fn update(&self, change: impl FnOnce(&mut Interest)) {
        match self.registry.upgrade() {
            Some(registry) => registry.change_interest(&self.state, change),
            None => drop(self.state.change_interest(change)),
        }
    }
}

impl FromContext for TriggerHandle {
    fn from_context(context: &Context) -> Result<Self, Missing> {
        context.part()
    }
}

impl fmt::Debug for TriggerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggerHandle")
            .field("name", &self.state.name)
            .field("location", &self.state.location)
            .finish_non_exhaustive()
    }
}
