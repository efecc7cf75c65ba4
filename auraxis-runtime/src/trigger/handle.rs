//! Handles of added triggers.

use std::{
    fmt,
    sync::{Arc, Weak, atomic::Ordering},
};

use auraxis_core::{
    histogram::Histogram,
    id::{CharacterId, WorldId, ZoneId},
    interest::Interest,
    scope::Scope,
    time::Timestamp,
};

use super::{
    builder::Ids,
    context::{Context, FromContext, FromContextError},
};
use crate::dispatch::{
    registry::Registry,
    state::{SourceLocation, TriggerState, TriggerStats},
};

/// A handle of a trigger that was added to a client. Dropping it does not remove the trigger.
#[derive(Clone)]
pub struct TriggerHandle {
    pub(crate) state: Arc<TriggerState>,
    pub(crate) registry: Weak<Registry>,
}

impl TriggerHandle {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Returns the source location of the trigger.
    #[must_use]
    pub fn location(&self) -> SourceLocation {
        self.state.location
    }

    /// Pauses the trigger: it ignores events until [`resume`](Self::resume) is called. The subscription does not
    /// change.
    pub fn pause(&self) {
        self.state.paused.store(true, Ordering::Relaxed);
    }

    /// Resumes the trigger.
    pub fn resume(&self) {
        self.state.paused.store(false, Ordering::Relaxed);
    }

    /// Returns whether the trigger is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.state.paused.load(Ordering::Relaxed)
    }

    /// Replaces the filter by worlds. An empty list matches no event. The subscription is updated shortly after.
    pub fn set_worlds(&self, worlds: impl Ids<WorldId>) {
        let worlds: Scope<_> = worlds.ids().collect();
        self.update(|interest| interest.worlds = worlds);
    }

    /// Removes the filter by worlds. The subscription is updated shortly after.
    pub fn clear_worlds(&self) {
        self.update(|interest| interest.worlds = Scope::All);
    }

    /// Replaces the filter by characters. An empty list matches no event. The subscription is updated shortly after.
    pub fn set_characters(&self, characters: impl Ids<CharacterId>) {
        let characters: Scope<_> = characters.ids().collect();
        self.update(|interest| interest.characters = characters);
    }

    /// Adds a character to the filter. Does nothing if the trigger does not filter by characters. The subscription is
    /// updated shortly after.
    pub fn add_character(&self, character: impl Into<CharacterId>) {
        let character = character.into();
        self.update(|interest| {
            if let Scope::Only(characters) = &mut interest.characters {
                characters.insert(character);
            }
        });
    }

    /// Removes a character from the filter. Does nothing if the trigger does not filter by characters. The subscription
    /// is updated shortly after.
    pub fn remove_character(&self, character: impl Into<CharacterId>) {
        let character = character.into();
        self.update(|interest| {
            if let Scope::Only(characters) = &mut interest.characters {
                characters.remove(&character);
            }
        });
    }

    /// Removes the filter by characters. The subscription is updated shortly after.
    pub fn clear_characters(&self) {
        self.update(|interest| interest.characters = Scope::All);
    }

    /// Replaces the filter by zones. An empty list matches no event.
    pub fn set_zones(&self, zones: impl Ids<ZoneId>) {
        let zones: Scope<_> = zones.ids().collect();
        self.update(|interest| interest.zones = zones);
    }

    /// Removes the filter by zones.
    pub fn clear_zones(&self) {
        self.update(|interest| interest.zones = Scope::All);
    }

    /// Returns the events and filters of the trigger.
    #[must_use]
    pub fn interest(&self) -> Arc<Interest> {
        self.state.interest()
    }

    /// Returns when the last run started, by the local clock (in a replay, the recorded time); `None` before the first
    /// run.
    #[must_use]
    pub fn last_run(&self) -> Option<Timestamp> {
        self.state.last_run()
    }

    /// Returns the counters of the trigger's events and runs.
    #[must_use]
    pub fn stats(&self) -> TriggerStats {
        self.state.counters.stats()
    }

    /// Returns the number of events, or batches of events, that are in the trigger's queue now.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.state.waiting()
    }

    /// Returns how long the trigger's runs have taken, including checks and retries, by Tokio's clock.
    ///
    /// Runs that had to wait are all measured, from their first wait or earlier, and so are runs of queued events. Of
    /// runs that finish at once, one per millisecond is measured, and at least every 16th: each counts for those that were
    /// not measured since the previous one, so the total is at most 15 less than the number of finished runs. Aborted runs
    /// are not counted.
    #[must_use]
    pub fn run_times(&self) -> Histogram {
        self.state.run_times.read()
    }

    /// Removes the trigger. It takes no further events, but still handles those in its queue. The subscription is
    /// updated shortly after.
    pub fn remove(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(&self.state);
        }
    }

    /// Returns whether the trigger was removed.
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
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
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
