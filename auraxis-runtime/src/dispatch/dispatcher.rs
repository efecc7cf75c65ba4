//! The dispatcher: lets every trigger have an event that may want it.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use auraxis_core::event::Event;

use super::{
    index::Index, lane::Held, matcher::Offered, panics::panic_message, registry::Registry, stall::StallMonitor,
    state::TriggerState, thread_context::ThreadContext,
};

/// The index of the triggers, and whoever is at turn. There is one, and it belongs to the stream.
pub(crate) struct Dispatcher {
    registry: Arc<Registry>,
    index: Index,
    /// Of the registry, when the index was last brought up to date.
    version: u64,
    monitor: Arc<StallMonitor>,
    /// Rather wait for a slow trigger than drop its events, as a replay does.
    pub(crate) lossless: bool,
}

impl Dispatcher {
    pub(crate) fn new(registry: Arc<Registry>, monitor: Arc<StallMonitor>) -> Self {
        Self { registry, index: Index::default(), version: 0, monitor, lossless: false }
    }

    /// Lets every trigger have the event that may want it. Returns it for each that has no room.
    pub(crate) fn dispatch(&mut self, event: &Event) -> Vec<Box<dyn Held>> {
        self.refresh();
        let _turn = ThreadContext::dispatching(self.registry.id());
        let mut waits = Vec::new();
        for entry in self.index.listeners(event) {
            let state = entry.trigger.state();
            self.monitor.turn_of(state);
            // User code is caught where it is called. Whatever else may panic must not end the stream.
            let offer = || entry.trigger.offer(event, &entry.interest, self.lossless);
            let offered = catch_unwind(AssertUnwindSafe(offer));
            self.monitor.over();
            match offered {
                Ok(Offered::Settled) => {}
                Ok(Offered::Last) => self.registry.remove(state),
                Ok(Offered::Waits(held)) => waits.push(held),
                Err(panic) => tracing::error!("`{}` cannot be given events: {}", state.name, panic_message(&*panic)),
            }
        }
        waits
    }

    /// Tries again where there was no room, and keeps those for which there still is none.
    pub(crate) fn retry(&mut self, waits: &mut Vec<Box<dyn Held>>) {
        waits.retain_mut(|held| self.at_turn(&Arc::clone(held.trigger()), || held.enter()) == Some(false));
    }

    /// Waits no longer for room: the trigger's policy applies. Even now a run may start.
    pub(crate) fn give_up(&mut self, held: Box<dyn Held>) {
        self.at_turn(&Arc::clone(held.trigger()), || held.give_up());
    }

    /// Does something that may call a trigger's code, which is caught where it is called. `None` if something else
    /// panics, such as a subscriber of the log: that must not end the stream.
    fn at_turn<T>(&self, state: &TriggerState, act: impl FnOnce() -> T) -> Option<T> {
        let _turn = ThreadContext::dispatching(self.registry.id());
        self.monitor.turn_of(state);
        let result = catch_unwind(AssertUnwindSafe(act));
        self.monitor.over();
        result.ok()
    }

    /// Takes monitor of triggers that have come, gone or changed.
    pub(crate) fn refresh(&mut self) {
        let version = self.registry.version();
        if version != self.version {
            self.version = version;
            // What a removed trigger owned is dropped here, unless it still runs.
            self.index.apply(self.registry.take_changes());
        }
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("registry", &self.registry).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use auraxis_core::interest::Interest;

    use super::*;
    use crate::dispatch::inbox::Inbox;

    /// Notes who is at turn when it is called.
    struct Watching(Arc<TriggerState>, Arc<StallMonitor>);

    impl Watching {
        fn is_at_turn(&self) -> bool {
            self.1.holder() == Some(self.0.number) && matches!(ThreadContext::current(), ThreadContext::Dispatching(_))
        }
    }

    impl Held for Watching {
        fn trigger(&self) -> &Arc<TriggerState> {
            &self.0
        }

        fn enter(&mut self) -> bool {
            assert!(self.is_at_turn());
            true
        }

        fn give_up(self: Box<Self>) {
            assert!(self.is_at_turn());
        }
    }

    #[test]
    fn a_trigger_whose_event_was_held_is_at_turn_however_that_ends() {
        let (inbox, monitor) = (Inbox::new().0, Arc::<StallMonitor>::default());
        let location = Location::caller().into();
        let state = TriggerState::new("a".into(), location, Interest::new([]), String::new(), false, inbox.clone());
        let mut dispatcher = Dispatcher::new(Arc::new(Registry::new(inbox)), Arc::clone(&monitor));
        let state = Arc::new(state);
        let held = || -> Box<dyn Held> { Box::new(Watching(Arc::clone(&state), Arc::clone(&monitor))) };
        let mut waits = vec![held()];
        dispatcher.retry(&mut waits);
        assert!(waits.is_empty());
        dispatcher.give_up(held());
        assert_eq!((monitor.holder(), ThreadContext::current()), (None, ThreadContext::None));
    }
}
