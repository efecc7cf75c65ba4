//! A record of all steps, and the invariants that hold in every interleaving.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Case, Overflow};

/// An event, by its position in the order of arrival.
pub(crate) type Event = usize;

/// The steps of a case and its state. The lock is never contended, because loom runs one thread at a time.
pub(crate) struct Ledger {
    case: Case,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    arrived: BTreeSet<Event>,
    queued: BTreeSet<Event>,
    running: BTreeSet<Event>,
    started: Vec<Event>,
    dropped: Vec<Event>,
    aborted: Vec<Event>,
    /// Tasks whose run has finished and that have not got their next event yet.
    finishing: usize,
    /// Tasks whose run was aborted and that have not got the aborted events yet.
    aborting: usize,
}

impl Ledger {
    pub(crate) fn new(case: Case) -> Self {
        Self { case, state: Mutex::default() }
    }

    /// A run has started, on arrival or from the queue.
    pub(crate) fn started(&self, event: Event) {
        let mut state = self.state();
        if !state.queued.remove(&event) {
            assert!(state.arrived.insert(event), "{event} started twice");
        }
        let earlier = |other: &Event| self.is_ordered(*other, event) && *other > event;
        assert!(!state.started.iter().any(earlier), "{event} started after a later one");
        let before = |other: &Event| self.is_ordered(*other, event) && *other < event;
        assert!(!state.queued.iter().any(before) || state.aborting > 0, "{event} started before an earlier one");
        let same = |other: &Event| self.case.keyed && self.key(*other) == self.key(event);
        assert!(!state.running.iter().any(same), "{event} started during a run of the same key");
        state.running.insert(event);
        state.started.push(event);
        assert!(state.running.len() <= self.case.concurrency, "{event} exceeds the concurrency");
    }

    /// A run has finished without becoming a task.
    pub(crate) fn finished(&self, event: Event) {
        assert!(self.state().running.remove(&event));
    }

    /// The run of a task has finished. [`task_finished`](Self::task_finished) follows.
    pub(crate) fn task_finishing(&self, event: Event) {
        let mut state = self.state();
        assert!(state.running.remove(&event));
        state.finishing += 1;
    }

    /// The run of a task was aborted. [`task_aborted`](Self::task_aborted) follows.
    pub(crate) fn task_aborting(&self, event: Event) {
        let mut state = self.state();
        assert!(state.running.remove(&event));
        state.aborting += 1;
    }

    /// A task has got its next event, if there is one.
    pub(crate) fn task_finished(&self, next: Option<Event>) {
        self.state().finishing -= 1;
        if let Some(next) = next {
            self.started(next);
        }
        self.check_startable_are_started();
    }

    /// A task has got the events that were aborted with its run.
    pub(crate) fn task_aborted(&self, events: Vec<Event>) {
        let mut state = self.state();
        state.aborting -= 1;
        for event in events {
            assert!(state.queued.remove(&event), "{event} was not queued");
            state.aborted.push(event);
        }
    }

    pub(crate) fn queued(&self, event: Event) {
        let mut state = self.state();
        assert!(state.arrived.insert(event), "{event} queued twice");
        state.queued.insert(event);
        assert!(state.queued.len() <= self.case.queue_limit, "{event} exceeds the queue limit");
        drop(state);
        self.check_startable_are_started();
    }

    /// A queued event was dropped for a new one.
    pub(crate) fn oldest_dropped(&self, event: Event) {
        let mut state = self.state();
        assert!(
            matches!(self.case.overflow, Overflow::DropsOldest | Overflow::StopsHolding),
            "{event} must not be dropped"
        );
        assert!(state.queued.remove(&event), "{event} was not queued");
        assert!(state.queued.iter().all(|other| *other > event), "{event} is not the oldest");
        state.dropped.push(event);
    }

    /// A new event was neither started nor queued.
    pub(crate) fn queue_is_full(&self, event: Event) {
        let state = self.state();
        assert!(
            state.queued.len() >= self.case.queue_limit || state.has_unapplied_change(),
            "the queue has capacity for {event}"
        );
        assert!(!self.can_start(&state, event) || state.has_unapplied_change(), "{event} could start");
    }

    /// A new event was dropped.
    pub(crate) fn newest_dropped(&self, event: Event) {
        let mut state = self.state();
        assert!(
            self.case.overflow == Overflow::DropsNewest || self.case.queue_limit == 0,
            "{event} must not be dropped"
        );
        assert!(state.arrived.insert(event), "{event} was dropped after it was started or queued");
        state.dropped.push(event);
    }

    /// Checks that every event was started, dropped or aborted exactly once.
    pub(crate) fn close(&self) {
        let state = self.state();
        assert!(state.queued.is_empty(), "{:?} are still queued", state.queued);
        assert!(state.running.is_empty());
        let mut all: Vec<_> = state.started.iter().chain(&state.dropped).chain(&state.aborted).copied().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..self.case.events.len()), "events are lost or duplicated");
    }

    /// Checks that every event that can start has been started, unless a task is about to start it.
    fn check_startable_are_started(&self) {
        let state = self.state();
        let can_start = state.queued.iter().find(|event| self.can_start(&state, **event));
        assert!(can_start.is_none() || state.has_unapplied_change(), "{can_start:?} can start but was not started");
    }

    fn can_start(&self, state: &State, event: Event) -> bool {
        let same = |other: &Event| self.case.keyed && self.key(*other) == self.key(event);
        state.running.len() < self.case.concurrency && !state.running.iter().any(same)
    }

    /// Returns whether the two events have to start in order of arrival.
    fn is_ordered(&self, one: Event, other: Event) -> bool {
        !self.case.keyed || self.key(one) == self.key(other)
    }

    fn key(&self, event: Event) -> u64 {
        self.case.events[event].key
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_unapplied_change(&self) -> bool {
        self.finishing + self.aborting > 0
    }
}
