//! Dispatch of events to triggers.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use auraxis_core::derived::Trackers;

use tokio::time::Instant;

use super::{
    envelope::Envelope,
    index::{Change, Index},
    lane::Held,
    matcher::Outcome,
    panics::panic_message,
    registry::Registry,
    stall::StallMonitor,
    state::TriggerState,
    thread_context::ThreadContext,
    timetable::Timetable,
};
use crate::clock::Clock;

/// Offers each event to the triggers that may want it. Owned by the stream.
pub(crate) struct Dispatcher {
    registry: Arc<Registry>,
    index: Index,
    /// The version of the registry that the index reflects.
    version: u64,
    timetable: Timetable,
    monitor: Arc<StallMonitor>,
    /// The trackers of the derived events that triggers listen to, which the stream feeds.
    pub(crate) trackers: Trackers,
    /// Whether derived events are derived here, and not by the source.
    pub(crate) derives: bool,
    /// Whether events of a full trigger are held instead of dropped, as in a replay.
    pub(crate) lossless: bool,
}

impl Dispatcher {
    pub(crate) fn new(registry: Arc<Registry>, monitor: Arc<StallMonitor>) -> Self {
        let (index, timetable, trackers) = (Index::default(), Timetable::default(), Trackers::default());
        Self { registry, index, version: 0, timetable, monitor, trackers, derives: true, lossless: false }
    }

    /// Dispatches an event. Returns one held event for each trigger that has to take it but is full.
    pub(crate) fn dispatch(&mut self, envelope: &Envelope<'_>) -> Vec<Box<dyn Held>> {
        self.refresh();
        let Self { registry, index, monitor, lossless, .. } = self;
        let _scope = ThreadContext::dispatching(registry.id());
        let mut all_held = Vec::new();
        index.for_each_listener(envelope.event, |entry| {
            let state = entry.trigger.state();
            if !envelope.audience.includes(state.number) {
                return;
            }
            monitor.enter(state);
            // Panics of user code are caught where it is called. No other panic may stop the stream either.
            let offer = || entry.trigger.offer(envelope, &entry.interest, *lossless);
            let outcome = catch_unwind(AssertUnwindSafe(offer));
            monitor.exit();
            match outcome {
                Ok(Outcome::Done) => {}
                Ok(Outcome::SingleShotDone) => registry.remove(state),
                Ok(Outcome::Held(held)) => all_held.push(held),
                Err(panic) => {
                    let TriggerState { name, location, .. } = &**state;
                    let message = panic_message(&*panic);
                    tracing::error!("cannot dispatch an event to `{name}` ({location}): {message}");
                }
            }
        });
        all_held
    }

    /// Offers an event to this trigger again, in whose run it failed. Returns `None` if the trigger cannot take it now: it
    /// does not exist or is paused.
    pub(crate) fn dispatch_again(&mut self, trigger: &str, envelope: &Envelope<'_>) -> Option<Vec<Box<dyn Held>>> {
        self.refresh();
        let trigger = self.registry.trigger(trigger)?;
        let lossless = self.lossless;
        match self.monitored(trigger.state(), || trigger.offer_again(envelope, lossless))?? {
            Outcome::Held(held) => Some(vec![held]),
            Outcome::Done | Outcome::SingleShotDone => Some(Vec::new()),
        }
    }

    /// Retries held events, and keeps those whose triggers are still full.
    pub(crate) fn retry(&mut self, all_held: &mut Vec<Box<dyn Held>>) {
        all_held.retain_mut(|held| self.monitored(&Arc::clone(held.trigger()), || held.retry()) == Some(false));
    }

    /// Stops holding an event and applies the trigger's overflow policy. The event may still start a run.
    pub(crate) fn apply_overflow_policy(&mut self, held: Box<dyn Held>) {
        self.monitored(&Arc::clone(held.trigger()), || held.apply_overflow_policy());
    }

    /// Calls something that may call the trigger's code, whose panics are caught where it is called. Returns `None` if
    /// anything else panics, such as a `tracing` subscriber, because that must not stop the stream.
    fn monitored<T>(&self, state: &TriggerState, act: impl FnOnce() -> T) -> Option<T> {
        let _scope = ThreadContext::dispatching(self.registry.id());
        self.monitor.enter(state);
        let result = catch_unwind(AssertUnwindSafe(act));
        self.monitor.exit();
        result.ok()
    }

    /// Updates the index if triggers were added, removed or changed.
    pub(crate) fn refresh(&mut self) {
        let version = self.registry.version();
        if version != self.version {
            self.version = version;
            let changes = self.registry.take_changes();
            for (number, change) in &changes {
                match change {
                    Change::Put(trigger, _) => self.timetable.add(trigger),
                    Change::Removed => self.timetable.remove(*number),
                }
            }
            // Drops what removed triggers own, unless they still run.
            self.index.apply(changes, self.derives.then_some(&mut self.trackers));
        }
    }

    /// Returns when [`tick`](Self::tick) has to be called.
    pub(crate) fn ticks_at(&self) -> Option<Instant> {
        self.timetable.wakes_at()
    }

    /// Runs the periodic triggers whose turn it is.
    pub(crate) fn tick(&mut self, clock: &Clock) {
        self.refresh();
        for (trigger, tick) in self.timetable.take_due(clock) {
            self.monitored(&Arc::clone(trigger.state()), || trigger.tick(tick));
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

    /// Asserts that its trigger is monitored whenever it is called.
    struct HeldByTest(Arc<TriggerState>, Arc<StallMonitor>);

    impl HeldByTest {
        fn is_monitored(&self) -> bool {
            self.1.current_trigger() == Some(self.0.number)
                && matches!(ThreadContext::current(), ThreadContext::Dispatching(_))
        }
    }

    impl Held for HeldByTest {
        fn trigger(&self) -> &Arc<TriggerState> {
            &self.0
        }

        fn retry(&mut self) -> bool {
            assert!(self.is_monitored());
            true
        }

        fn apply_overflow_policy(self: Box<Self>) {
            assert!(self.is_monitored());
        }
    }

    #[test]
    fn a_trigger_is_monitored_while_its_held_event_is_retried_or_its_policy_applied() {
        let (inbox, monitor) = (Inbox::new().0, Arc::<StallMonitor>::default());
        let location = Location::caller().into();
        let state = TriggerState::new("a".into(), location, Interest::new([]), false, inbox.clone());
        let mut dispatcher = Dispatcher::new(Arc::new(Registry::new(inbox, 1)), Arc::clone(&monitor));
        let state = Arc::new(state);
        let held = || -> Box<dyn Held> { Box::new(HeldByTest(Arc::clone(&state), Arc::clone(&monitor))) };
        let mut all_held = vec![held()];
        dispatcher.retry(&mut all_held);
        assert!(all_held.is_empty());
        dispatcher.apply_overflow_policy(held());
        assert_eq!((monitor.current_trigger(), ThreadContext::current()), (None, ThreadContext::None));
    }
}
