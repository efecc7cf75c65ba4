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

use crate::{
    meta::{Funnel, Meta, Place},
    registry::Registry,
};

/// A hold on a trigger that has been added to a client. Dropping it changes nothing.
#[derive(Clone)]
pub struct TriggerHandle {
    pub(crate) meta: Arc<Meta>,
    pub(crate) registry: Weak<Registry>,
}

impl TriggerHandle {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.meta.name
    }

    /// Where the trigger stands in the source.
    #[must_use]
    pub fn place(&self) -> Place {
        self.meta.place
    }

    /// Keeps the trigger from running until [`resume`](Self::resume). Its events pass by; the subscription stays.
    pub fn pause(&self) {
        self.meta.paused.store(true, Ordering::Relaxed);
    }

    /// Lets the trigger run again.
    pub fn resume(&self) {
        self.meta.paused.store(false, Ordering::Relaxed);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.meta.paused.load(Ordering::Relaxed)
    }

    /// Takes only events of these worlds from now on. The subscription follows.
    pub fn set_worlds(&self, worlds: impl IntoIterator<Item = impl Into<WorldId>>) {
        let worlds: Scope<_> = worlds.into_iter().map(Into::into).collect();
        self.update(|interest| interest.worlds = worlds.clone());
    }

    /// Takes only events of these characters from now on. The subscription follows.
    pub fn set_characters(&self, characters: impl IntoIterator<Item = impl Into<CharacterId>>) {
        let characters: Scope<_> = characters.into_iter().map(Into::into).collect();
        self.update(|interest| interest.characters = characters.clone());
    }

    /// Takes only events in these zones from now on.
    pub fn set_zones(&self, zones: impl IntoIterator<Item = impl Into<ZoneId>>) {
        let zones: Scope<_> = zones.into_iter().map(Into::into).collect();
        self.update(|interest| interest.zones = zones.clone());
    }

    /// What the trigger listens to at present.
    #[must_use]
    pub fn interest(&self) -> Arc<Interest> {
        self.meta.interest.load_full()
    }

    /// When the last run began, by this machine's clock; `None` before the first.
    #[must_use]
    pub fn last_run(&self) -> Option<Timestamp> {
        self.meta.last_run()
    }

    /// What became of the trigger's events so far.
    #[must_use]
    pub fn funnel(&self) -> Funnel {
        self.meta.counters.funnel()
    }

    /// Removes the trigger. It takes no event from now on; what it has taken is still run. The subscription shrinks
    /// with it.
    pub fn remove(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(&self.meta);
        }
    }

    /// Whether it has been removed.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.meta.removed.load(Ordering::Acquire)
    }

    fn update(&self, change: impl Fn(&mut Interest)) {
        self.meta.interest.rcu(|interest| {
            let mut interest = Interest::clone(interest);
            change(&mut interest);
            interest
        });
        if let Some(registry) = self.registry.upgrade() {
            registry.changed();
        }
    }
}

impl fmt::Debug for TriggerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggerHandle")
            .field("name", &self.meta.name)
            .field("place", &self.meta.place)
            .finish_non_exhaustive()
    }
}
