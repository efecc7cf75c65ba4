//! The triggers of a client.
//!
//! Triggers can be added, changed and removed from any thread at any time. Changes are collected here, and the
//! dispatcher applies them to its index before the next event, so that they do not disturb an event in progress.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use auraxis_core::{
    interest::Interest,
    stream::{Plan, PlannedLink},
    subscription::Subscription,
};
use rustc_hash::FxHashMap;

use super::{
    inbox::Inbox,
    index::{Change, Changes},
    matcher::AnyTrigger,
    state::TriggerState,
    thread_context::is_within,
};

/// The number of removed triggers from which on those without references are dropped: again when twice as many are left as
/// then.
const MAX_REMOVED: usize = 1_024;

pub(crate) struct Registry {
    triggers: Mutex<Triggers>,
    /// Incremented with each change, so that the dispatcher detects changes with a single load.
    version: AtomicU64,
    inbox: Inbox,
}

struct Triggers {
    by_name: FxHashMap<Arc<str>, Registered>,
    /// Changes that the dispatcher has not applied yet.
    changes: Changes,
    /// All interests, spread over links.
    plan: Plan,
    /// Removed triggers that may still run, or whose counters may not be reported yet.
    removed: Vec<Arc<TriggerState>>,
    max_removed: usize,
    closed: bool,
}

struct Registered {
    trigger: Arc<dyn AnyTrigger>,
    /// Whether the dispatcher has indexed the trigger.
    indexed: bool,
}

/// What the triggers of a client listen to.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Interests {
    /// The name and the interest of each trigger that existed when the source started, in the order of their names.
    pub startup: Vec<(Arc<str>, Arc<Interest>)>,
    /// The interests of the triggers that were added later.
    pub later: Vec<Arc<Interest>>,
}

/// What the triggers require of one link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirements {
    pub(crate) subscription: Subscription,
    /// Whether a connection is required. Some signals require one even without a subscription.
    pub(crate) link: bool,
}

impl Triggers {
    fn get(&self, name: &str) -> Option<&Arc<TriggerState>> {
        self.by_name.get(name).map(|registered| registered.trigger.state()).filter(|state| !is_consumed(state))
    }

    /// Returns the entry of this trigger, but not of a later trigger with the same name.
    fn entry(&mut self, state: &Arc<TriggerState>) -> Option<&mut Registered> {
        self.by_name.get_mut(&state.name).filter(|registered| Arc::ptr_eq(registered.trigger.state(), state))
    }

    fn remove(&mut self, state: &Arc<TriggerState>) -> Option<Registered> {
        self.entry(state)?;
        let removed = self.by_name.remove(&state.name)?;
        self.record_removal(&removed);
        Some(removed)
    }

    /// Updates everything but `by_name` after the removal of a trigger.
    fn record_removal(&mut self, removed: &Registered) {
        let number = removed.trigger.state().number;
        self.plan.remove(number);
        if self.removed.len() >= self.max_removed {
            self.removed.retain(|state| Arc::strong_count(state) > 1);
            self.max_removed = MAX_REMOVED.max(2 * self.removed.len());
        }
        self.removed.push(Arc::clone(removed.trigger.state()));
        if removed.indexed {
            self.changes.insert(number, Change::Removed);
        } else {
            self.changes.remove(&number);
        }
    }
}

/// Returns whether a trigger counts as removed: a single-shot trigger stays registered until its handler, which the
/// dispatcher calls, has returned.
fn is_consumed(state: &TriggerState) -> bool {
    state.removed.load(Ordering::Acquire)
}

/// Why a trigger cannot be added.
pub(crate) enum AddError {
    /// This trigger has the same name.
    NameTaken(Arc<TriggerState>),
    /// The client has stopped.
    Closed,
}

impl Registry {
    /// Plans at most this many links.
    pub(crate) fn new(inbox: Inbox, links: usize) -> Self {
        let triggers = Triggers {
            by_name: FxHashMap::default(),
            changes: Changes::default(),
            plan: Plan::new(links),
            removed: Vec::new(),
            max_removed: MAX_REMOVED,
            closed: false,
        };
        Self { triggers: Mutex::new(triggers), version: AtomicU64::new(0), inbox }
    }

    pub(crate) fn add(&self, trigger: Arc<dyn AnyTrigger>) -> Result<(), AddError> {
        let state = Arc::clone(trigger.state());
        let mut triggers = self.lock();
        if triggers.closed {
            return Err(AddError::Closed);
        }
        // An extractor may already have removed the trigger through its handle.
        if is_consumed(&state) {
            return Ok(());
        }
        let interest = state.interest();
        self.inbox.add_listener(&interest);
        if let Some(other) = triggers.get(&state.name) {
            return Err(AddError::NameTaken(Arc::clone(other)));
        }
        triggers.plan.insert(state.number, Arc::clone(&interest));
        triggers.changes.insert(state.number, Change::Put(Arc::clone(&trigger), interest));
        let registered = Registered { trigger, indexed: false };
        let replaced = triggers.by_name.insert(Arc::clone(&state.name), registered);
        if let Some(replaced) = &replaced {
            triggers.record_removal(replaced);
        }
        self.publish(triggers);
        // Handlers can own anything, so they are not dropped under the lock.
        drop(replaced);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<TriggerState>> {
        self.lock().get(name).cloned()
    }

    /// Returns the trigger of this name.
    pub(crate) fn trigger(&self, name: &str) -> Option<Arc<dyn AnyTrigger>> {
        let triggers = self.lock();
        triggers.get(name)?;
        triggers.by_name.get(name).map(|registered| Arc::clone(&registered.trigger))
    }

    pub(crate) fn by_number(&self, number: u64) -> Option<Arc<TriggerState>> {
        self.with_removed().into_iter().find(|state| state.number == number)
    }

    /// Drops removed triggers that no longer run, after their counters have been reported.
    pub(crate) fn drop_removed(&self) {
        self.lock().removed.retain(|state| Arc::strong_count(state) > 1);
    }

    /// Returns all triggers, including removed ones that may still run or have unreported counters.
    pub(crate) fn with_removed(&self) -> Vec<Arc<TriggerState>> {
        let triggers = self.lock();
        let states = triggers.by_name.values().map(|registered| Arc::clone(registered.trigger.state()));
        states.chain(triggers.removed.iter().map(Arc::clone)).collect()
    }

    /// Removes this trigger, but not a later trigger with the same name.
    ///
    /// If the current thread is dispatching an event, the trigger does not get that event any more. An event that
    /// another thread is dispatching is still offered to all triggers that existed when its dispatch began: code that
    /// adds a trigger and then removes the one that it replaces misses no event.
    pub(crate) fn remove(&self, state: &Arc<TriggerState>) {
        state.removed.store(true, Ordering::Release);
        if is_within(self.id()) {
            state.removed_during_event.store(true, Ordering::Relaxed);
        }
        let mut triggers = self.lock();
        let removed = triggers.remove(state);
        if removed.is_some() {
            self.publish(triggers);
            state.report();
        }
    }

    /// Changes the interest of a trigger.
    pub(crate) fn change_interest(&self, state: &Arc<TriggerState>, change: impl FnOnce(&mut Interest)) {
        let mut triggers = self.lock();
        let interest = state.change_interest(change);
        let Some(registered) = triggers.entry(state) else { return };
        let trigger = Arc::clone(&registered.trigger);
        triggers.plan.insert(state.number, Arc::clone(&interest));
        triggers.changes.insert(state.number, Change::Put(trigger, interest));
        self.publish(triggers);
    }

    /// Removes all triggers, and rejects new ones.
    pub(crate) fn close(&self) -> Vec<Arc<TriggerState>> {
        let mut triggers = self.lock();
        triggers.closed = true;
        let mut removed: Vec<_> = mem::take(&mut triggers.by_name).into_values().collect();
        // In the order in which their memory was allocated, which is much faster than in that of hashes.
        removed.sort_unstable_by_key(|registered| registered.trigger.state().number);
        for registered in &removed {
            registered.trigger.state().removed.store(true, Ordering::Release);
            triggers.record_removal(registered);
        }
        self.publish(triggers);
        removed.iter().map(|registered| Arc::clone(registered.trigger.state())).collect()
    }

    /// Returns all triggers in the order in which they were added.
    pub(crate) fn all(&self) -> Vec<Arc<TriggerState>> {
        let triggers = self.lock();
        let states = triggers.by_name.values().map(|registered| registered.trigger.state());
        let mut all: Vec<_> = states.filter(|state| !is_consumed(state)).cloned().collect();
        drop(triggers);
        all.sort_by_key(|state| state.number);
        all
    }

    /// Returns what the triggers listen to. Those with higher numbers than this were added later than at the start.
    pub(crate) fn interests(&self, startup_until: u64) -> Interests {
        let mut interests = Interests::default();
        for state in self.all() {
            if state.number <= startup_until {
                interests.startup.push((Arc::clone(&state.name), state.interest()));
            } else {
                interests.later.push(state.interest());
            }
        }
        interests.startup.sort_unstable_by(|(name, _), (other, _)| name.cmp(other));
        interests
    }

    /// Returns an id that is unique among registries, and so among clients.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Takes the changes since the last call.
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

    /// Returns a number that changes whenever [`requirements`](Self::requirements) may have changed.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().plan.generation()
    }

    /// Returns what the triggers require of each planned link.
    pub(crate) fn requirements(&self) -> Vec<Requirements> {
        let triggers = self.lock();
        let of = |link: &PlannedLink| Requirements { subscription: link.subscription(), link: link.is_needed() };
        triggers.plan.all_links().iter().map(of).collect()
    }

    /// Returns the plan.
    pub(crate) fn plan(&self) -> Plan {
        self.lock().plan.clone()
    }

    /// Increments the version and wakes the stream. The version is incremented under the lock, so code that observes the
    /// change under the lock, such as a removed trigger, can rely on it for the next event.
    fn publish(&self, triggers: MutexGuard<'_, Triggers>) {
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
