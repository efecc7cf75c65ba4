//! What has happened so far, and the rules that hold whatever the order.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Case, Overflow};

/// An event, by its place in the order of arrival.
pub(crate) type Event = usize;

/// Between two steps of the model nothing else happens, so this is locked for show.
pub(crate) struct Ledger {
    case: Case,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    arrived: BTreeSet<Event>,
    waiting: BTreeSet<Event>,
    under_way: BTreeSet<Event>,
    started: Vec<Event>,
    dropped: Vec<Event>,
    abandoned: Vec<Event>,
    /// Tasks whose run is over, and that have not been told yet what comes next.
    ending: usize,
    /// Tasks whose run is given up, and that have not been told yet what goes with it.
    giving_up: usize,
}

impl Ledger {
    pub(crate) fn new(case: Case) -> Self {
        Self { case, state: Mutex::default() }
    }

    /// A run starts, at arrival or when its turn has come.
    pub(crate) fn starts(&self, event: Event) {
        let mut state = self.state();
        if !state.waiting.remove(&event) {
            assert!(state.arrived.insert(event), "{event} starts twice");
        }
        let earlier = |other: &Event| self.is_in_line(*other, event) && *other > event;
        assert!(!state.started.iter().any(earlier), "{event} starts after a later one");
        let before = |other: &Event| self.is_in_line(*other, event) && *other < event;
        assert!(!state.waiting.iter().any(before) || state.giving_up > 0, "{event} starts before an earlier one");
        let same = |other: &Event| self.case.keyed && self.key(*other) == self.key(event);
        assert!(!state.under_way.iter().any(same), "{event} starts beside one of its key");
        state.under_way.insert(event);
        state.started.push(event);
        assert!(state.under_way.len() <= self.case.concurrency, "{event} is one run too many");
    }

    /// A run is over, where it started.
    pub(crate) fn is_over(&self, event: Event) {
        assert!(self.state().under_way.remove(&event));
    }

    /// The run of a task is over. Then the task is told what comes next.
    pub(crate) fn ends(&self, event: Event) {
        let mut state = self.state();
        assert!(state.under_way.remove(&event));
        state.ending += 1;
    }

    /// The run of a task is given up. Then the task is told what goes with it.
    pub(crate) fn is_given_up(&self, event: Event) {
        let mut state = self.state();
        assert!(state.under_way.remove(&event));
        state.giving_up += 1;
    }

    /// A task is told that this one is next.
    pub(crate) fn goes_on(&self, next: Option<Event>) {
        self.state().ending -= 1;
        if let Some(next) = next {
            self.starts(next);
        }
        self.nobody_waits_in_vain();
    }

    /// A task is told that none of these starts.
    pub(crate) fn abandons(&self, events: Vec<Event>) {
        let mut state = self.state();
        state.giving_up -= 1;
        for event in events {
            assert!(state.waiting.remove(&event), "{event} did not wait");
            state.abandoned.push(event);
        }
    }

    pub(crate) fn waits(&self, event: Event) {
        let mut state = self.state();
        assert!(state.arrived.insert(event), "{event} waits twice");
        state.waiting.insert(event);
        assert!(state.waiting.len() <= self.case.bound, "{event} waits beyond the bound");
        drop(state);
        self.nobody_waits_in_vain();
    }

    /// An event that waited is dropped, for another.
    pub(crate) fn gives_way(&self, event: Event) {
        let mut state = self.state();
        assert!(matches!(self.case.overflow, Overflow::DropsOldest | Overflow::GivesUp), "{event} was to stay");
        assert!(state.waiting.remove(&event), "{event} did not wait");
        assert!(state.waiting.iter().all(|other| *other > event), "{event} is not the oldest");
        state.dropped.push(event);
    }

    /// There is no room for an event.
    pub(crate) fn is_refused(&self, event: Event) {
        let state = self.state();
        assert!(state.waiting.len() >= self.case.bound || state.is_about_to_change(), "there is room for {event}");
        assert!(!self.may_start(&state, event) || state.is_about_to_change(), "{event} may start");
    }

    /// An event is dropped at arrival.
    pub(crate) fn is_dropped(&self, event: Event) {
        let mut state = self.state();
        assert!(self.case.overflow == Overflow::DropsNewest || self.case.bound == 0, "{event} was to stay");
        assert!(state.arrived.insert(event), "{event} is dropped after it was taken");
        state.dropped.push(event);
    }

    /// At the end, everything has had its turn.
    pub(crate) fn close(&self) {
        let state = self.state();
        assert!(state.waiting.is_empty(), "{:?} wait for ever", state.waiting);
        assert!(state.under_way.is_empty());
        let mut all: Vec<_> = state.started.iter().chain(&state.dropped).chain(&state.abandoned).copied().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..self.case.events.len()), "events are lost or doubled");
    }

    /// Whoever may start has been started, unless a task is about to.
    fn nobody_waits_in_vain(&self) {
        let state = self.state();
        let may_start = state.waiting.iter().find(|event| self.may_start(&state, **event));
        assert!(may_start.is_none() || state.is_about_to_change(), "{may_start:?} may start, and nobody starts it");
    }

    fn may_start(&self, state: &State, event: Event) -> bool {
        let same = |other: &Event| self.case.keyed && self.key(*other) == self.key(event);
        state.under_way.len() < self.case.concurrency && !state.under_way.iter().any(same)
    }

    /// Whether the two start in order of arrival.
    fn is_in_line(&self, one: Event, other: Event) -> bool {
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
    fn is_about_to_change(&self) -> bool {
        self.ending + self.giving_up > 0
    }
}
