//! The triggers of a client.
//!
//! Triggers come and go from anywhere at any time. The dispatcher works on an [`Index`], made anew before the next
//! event after a change, so that nothing that happens during an event disturbs it, and many changes cost one index.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use auraxis_core::subscription::Subscription;
use rustc_hash::FxHashMap;
use tokio::sync::watch;

use crate::{active::Offer, index::Index, meta::Meta, signals::Signals};

pub(crate) struct Registry {
    triggers: Mutex<Triggers>,
    /// Rises with each change, so that the dispatcher sees one for the cost of a load.
    version: AtomicU64,
    changes: watch::Sender<()>,
    signals: Signals,
}

#[derive(Default)]
struct Triggers {
    by_name: FxHashMap<Arc<str>, (u64, Arc<dyn Offer>)>,
    added: u64,
    closed: bool,
}

impl Triggers {
    fn get(&self, name: &str) -> Option<&Arc<Meta>> {
        self.by_name.get(name).map(|(_, trigger)| trigger.meta()).filter(|meta| !spent(meta))
    }
}

/// Whether a trigger is as good as removed: one that runs once stands here until its handler, called on the spot, has
/// returned.
fn spent(meta: &Meta) -> bool {
    meta.removed.load(Ordering::Acquire)
}

/// Why a trigger cannot be added.
pub(crate) enum Refused {
    /// This one has the name already.
    Taken(Arc<Meta>),
    /// No event will come any more.
    Closed,
}

impl Registry {
    pub(crate) fn new(signals: Signals) -> Self {
        Self { triggers: Mutex::default(), version: AtomicU64::new(1), changes: watch::Sender::new(()), signals }
    }

    pub(crate) fn add(&self, trigger: Arc<dyn Offer>) -> Result<(), Refused> {
        self.signals.want(&trigger.meta().interest.load());
        let mut triggers = self.lock();
        if triggers.closed {
            return Err(Refused::Closed);
        }
        let name = Arc::clone(&trigger.meta().name);
        if let Some(other) = triggers.get(&name) {
            return Err(Refused::Taken(Arc::clone(other)));
        }
        triggers.added += 1;
        let number = triggers.added;
        let replaced = triggers.by_name.insert(name, (number, trigger));
        // A handler may own anything, so it is not dropped under the lock.
        drop(triggers);
        drop(replaced);
        self.changed();
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Meta>> {
        self.lock().get(name).cloned()
    }

    pub(crate) fn numbered(&self, number: u64) -> Option<Arc<Meta>> {
        let triggers = self.lock();
        let mut metas = triggers.by_name.values().map(|(_, trigger)| trigger.meta());
        metas.find(|meta| meta.number == number).cloned()
    }

    /// Removes this trigger, and no other that may have its name by now.
    pub(crate) fn remove(&self, meta: &Arc<Meta>) {
        meta.removed.store(true, Ordering::Release);
        let mut triggers = self.lock();
        let is_it = triggers.by_name.get(&meta.name).is_some_and(|(_, trigger)| Arc::ptr_eq(trigger.meta(), meta));
        let removed = if is_it { triggers.by_name.remove(&meta.name) } else { None };
        // As above.
        drop(triggers);
        if removed.is_some() {
            self.changed();
        }
    }

    /// Removes all triggers, and takes no more.
    pub(crate) fn close(&self) -> Vec<Arc<Meta>> {
        self.lock().closed = true;
        let all: Vec<_> = self.all().iter().map(|trigger| Arc::clone(trigger.meta())).collect();
        for meta in &all {
            self.remove(meta);
        }
        all
    }

    /// All triggers, in the order in which they were added.
    pub(crate) fn all(&self) -> Vec<Arc<dyn Offer>> {
        let mut all: Vec<_> =
            self.lock().by_name.values().filter(|(_, trigger)| !spent(trigger.meta())).cloned().collect();
        all.sort_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, trigger)| trigger).collect()
    }

    /// Says that an interest has changed.
    pub(crate) fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
        self.changes.send_replace(());
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(crate) fn index(&self) -> Index {
        // Read first: a change in between makes the index old, and it is made again.
        let version = self.version();
        Index::new(version, self.all())
    }

    /// What all triggers together need from the server.
    pub(crate) fn subscription(&self) -> Subscription {
        let interests: Vec<_> = self.all().iter().map(|trigger| trigger.meta().interest.load_full()).collect();
        Subscription::covering(interests.iter().map(AsRef::as_ref))
    }

    fn lock(&self) -> MutexGuard<'_, Triggers> {
        self.triggers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all().iter().map(|trigger| Arc::clone(&trigger.meta().name))).finish()
    }
}
