//! The triggers of a client.
//!
//! Triggers come and go from anywhere at any time. What has changed is noted here, and the dispatcher brings its index
//! up to date before the next event, so that nothing that happens during an event disturbs it.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use auraxis_core::{cover::Cover, interest::Interest, subscription::Subscription};
use rustc_hash::FxHashMap;

use super::{
    inbox::Inbox,
    index::{Change, Changes},
    matcher::Offer,
    state::TriggerState,
    thread_context::is_within,
};

/// From so many removed triggers on, those of which nothing is left are forgotten.
const REMOVED: usize = 1_024;

pub(crate) struct Registry {
    triggers: Mutex<Triggers>,
    /// Rises with each change, so that the dispatcher sees one for the cost of a load.
    version: AtomicU64,
    inbox: Inbox,
}

#[derive(Default)]
struct Triggers {
    by_name: FxHashMap<Arc<str>, Registered>,
    /// What the dispatcher does not know yet.
    changes: Changes,
    /// What all of them want of the server.
    cover: Cover,
    /// Triggers that are removed, of which something may still run, or be told.
    removed: Vec<Arc<TriggerState>>,
    closed: bool,
}

struct Registered {
    trigger: Arc<dyn Offer>,
    /// What the cover counts.
    interest: Arc<Interest>,
    /// Whether the dispatcher knows it.
    indexed: bool,
}

/// What the triggers need of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) subscription: Subscription,
    /// Whether a connection is needed, be it without a subscription: some signals come from it.
    pub(crate) link: bool,
}

impl Triggers {
    fn get(&self, name: &str) -> Option<&Arc<TriggerState>> {
        self.by_name.get(name).map(|it| it.trigger.state()).filter(|state| !is_spent(state))
    }

    /// The entry of this trigger, and not of another that may have its name by now.
    fn entry(&mut self, state: &Arc<TriggerState>) -> Option<&mut Registered> {
        self.by_name.get_mut(&state.name).filter(|it| Arc::ptr_eq(it.trigger.state(), state))
    }

    fn remove(&mut self, state: &Arc<TriggerState>) -> Option<Registered> {
        self.entry(state)?;
        let removed = self.by_name.remove(&state.name)?;
        self.leaves(&removed);
        Some(removed)
    }

    /// Takes note that this trigger is no longer there.
    fn leaves(&mut self, removed: &Registered) {
        self.cover.remove(&removed.interest);
        if self.removed.len() >= REMOVED {
            self.removed.retain(|state| Arc::strong_count(state) > 1);
        }
        self.removed.push(Arc::clone(removed.trigger.state()));
        let number = removed.trigger.state().number;
        if removed.indexed {
            self.changes.insert(number, Change::Removed);
        } else {
            self.changes.remove(&number);
        }
    }
}

/// Whether a trigger is as good as removed: one that runs once stands here until its handler, called on the spot, has
/// returned.
fn is_spent(state: &TriggerState) -> bool {
    state.removed.load(Ordering::Acquire)
}

/// Why a trigger cannot be added.
pub(crate) enum Refused {
    /// This one has the name already.
    Taken(Arc<TriggerState>),
    /// No event will come any more.
    Closed,
}

impl Registry {
    pub(crate) fn new(inbox: Inbox) -> Self {
        Self { triggers: Mutex::default(), version: AtomicU64::new(0), inbox }
    }

    pub(crate) fn add(&self, trigger: Arc<dyn Offer>) -> Result<(), Refused> {
        let state = Arc::clone(trigger.state());
        let mut triggers = self.lock();
        if triggers.closed {
            return Err(Refused::Closed);
        }
        // Its handle may be in use already, as something that a handler asks for.
        if is_spent(&state) {
            return Ok(());
        }
        let interest = state.interest();
        self.inbox.want(&interest);
        if let Some(other) = triggers.get(&state.name) {
            return Err(Refused::Taken(Arc::clone(other)));
        }
        triggers.cover.add(&interest);
        triggers.changes.insert(state.number, Change::Put(Arc::clone(&trigger), Arc::clone(&interest)));
        let registered = Registered { trigger, interest, indexed: false };
        let replaced = triggers.by_name.insert(Arc::clone(&state.name), registered);
        if let Some(replaced) = &replaced {
            triggers.leaves(replaced);
        }
        self.changed(triggers);
        // A handler may own anything, so it is not dropped under the lock.
        drop(replaced);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<TriggerState>> {
        self.lock().get(name).cloned()
    }

    pub(crate) fn numbered(&self, number: u64) -> Option<Arc<TriggerState>> {
        self.with_removed().into_iter().find(|state| state.number == number)
    }

    /// Forgets triggers that are removed and of which nothing runs any more. What there was to tell of them has been told.
    pub(crate) fn forget_removed(&self) {
        self.lock().removed.retain(|state| Arc::strong_count(state) > 1);
    }

    /// All triggers, and those that are removed and may still have something to tell.
    pub(crate) fn with_removed(&self) -> Vec<Arc<TriggerState>> {
        let triggers = self.lock();
        let states = triggers.by_name.values().map(|it| Arc::clone(it.trigger.state()));
        states.chain(triggers.removed.iter().map(Arc::clone)).collect()
    }

    /// Removes this trigger, and no other that may have its name by now.
    ///
    /// In the middle of an event, the trigger does not get it any more. From another thread, the event at hand goes by
    /// the triggers that were there at its start: so somebody who adds a trigger, and then removes the one that it
    /// replaces, misses no event.
    pub(crate) fn remove(&self, state: &Arc<TriggerState>) {
        state.removed.store(true, Ordering::Release);
        if is_within(self.id()) {
            state.is_skipped.store(true, Ordering::Relaxed);
        }
        let mut triggers = self.lock();
        let removed = triggers.remove(state);
        if removed.is_some() {
            self.changed(triggers);
            state.report();
        }
    }

    /// Changes what a trigger is interested in.
    pub(crate) fn change_interest(&self, state: &Arc<TriggerState>, change: impl FnOnce(&mut Interest)) {
        let mut triggers = self.lock();
        let interest = state.change_interest(change);
        let Some(registered) = triggers.entry(state) else { return };
        let before = mem::replace(&mut registered.interest, Arc::clone(&interest));
        let trigger = Arc::clone(&registered.trigger);
        triggers.cover.add(&interest);
        triggers.cover.remove(&before);
        triggers.changes.insert(state.number, Change::Put(trigger, interest));
        self.changed(triggers);
    }

    /// Removes all triggers, and takes no more.
    pub(crate) fn close(&self) -> Vec<Arc<TriggerState>> {
        let mut triggers = self.lock();
        triggers.closed = true;
        let removed: Vec<_> = mem::take(&mut triggers.by_name).into_values().collect();
        for registered in &removed {
            registered.trigger.state().removed.store(true, Ordering::Release);
            triggers.leaves(registered);
        }
        self.changed(triggers);
        removed.iter().map(|it| Arc::clone(it.trigger.state())).collect()
    }

    /// All triggers, in the order in which they were added.
    pub(crate) fn all(&self) -> Vec<Arc<TriggerState>> {
        let triggers = self.lock();
        let states = triggers.by_name.values().map(|it| it.trigger.state());
        let mut all: Vec<_> = states.filter(|state| !is_spent(state)).cloned().collect();
        drop(triggers);
        all.sort_by_key(|state| state.number);
        all
    }

    /// Tells registries apart, and with them clients.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// What has changed since this was asked last.
    pub(crate) fn take_changes(&self) -> Changes {
        let mut triggers = self.lock();
        let changes = mem::take(&mut triggers.changes);
        for change in changes.values() {
            if let Change::Put(trigger, _) = change
                && let Some(registered) = triggers.entry(trigger.state())
            {
                registered.indexed = true;
            }
        }
        changes
    }

    /// A number that changes with what all triggers together need from the server.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().cover.generation()
    }

    /// What all triggers together need from the server.
    pub(crate) fn needs(&self) -> Needs {
        let triggers = self.lock();
        Needs { subscription: triggers.cover.subscription(), link: triggers.cover.needs_link() }
    }

    /// Makes the stream look at what has changed. Whoever has the lock next, such as somebody who finds a trigger gone
    /// that another thread has replaced, can rely on it that the next event goes by the change.
    fn changed(&self, triggers: MutexGuard<'_, Triggers>) {
        self.version.fetch_add(1, Ordering::Release);
        drop(triggers);
        self.inbox.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Triggers> {
        self.triggers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all().iter().map(|state| Arc::clone(&state.name))).finish()
    }
}
