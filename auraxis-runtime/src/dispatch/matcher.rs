//! Filters and conditions of an added trigger.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
};

use auraxis_core::{
    delivery::Delivery,
    event::{Event, signal::Failure},
    interest::Interest,
};

use super::{
    lane::{Held, Lane, Tasks},
    order::Order,
    panics::{CatchOnDrop, panic_message},
    run::Action,
    state::TriggerState,
};

/// Converts an event into the handler's event type, if it is of the matching kind.
pub(crate) type Conversion<E> = fn(&Event, &Delivery) -> Option<E>;

/// A condition as a boxed function.
pub(crate) type BoxCondition<E> = Box<dyn Fn(&E) -> bool + Send + Sync>;

/// An added trigger, with the handler's event type erased.
pub(crate) trait AnyTrigger: Send + Sync {
    fn state(&self) -> &Arc<TriggerState>;

    /// Offers an event that passes one of the trigger's selectors. It is taken if it passes the rest of the interest
    /// and all conditions. If `lossless`, a full trigger holds the event instead of dropping one.
    fn offer(&self, event: &Event, delivery: &Delivery, interest: &Interest, lossless: bool) -> Outcome;
}

/// The outcome of offering an event to a trigger.
pub(crate) enum Outcome {
    /// The event did not match, or was started, queued or dropped.
    Done,
    /// The event was taken by a single-shot trigger, which has to be removed.
    SingleShotDone,
    /// The trigger's queue is full, and the event has to be held.
    Held(Box<dyn Held>),
}

/// An added trigger.
pub(crate) struct Matcher<E> {
    state: Arc<TriggerState>,
    conversions: Vec<Conversion<E>>,
    conditions: CatchOnDrop<Vec<BoxCondition<E>>>,
    lane: Arc<Lane<E>>,
}

impl<E: Clone + Send + Sync + 'static> Matcher<E> {
    #[allow(clippy::new_ret_no_self, reason = "the event type is erased from here on")]
    pub(crate) fn new(
        state: Arc<TriggerState>,
        conversions: Vec<Conversion<E>>,
        conditions: Vec<BoxCondition<E>>,
        order: Order<E>,
        action: Action<E>,
        tasks: Tasks,
    ) -> Arc<dyn AnyTrigger> {
        let conditions = CatchOnDrop::new(conditions, Arc::clone(&state));
        let lane = Lane::new(order, action, Arc::clone(&state), tasks);
        Arc::new(Self { state, conversions, conditions, lane })
    }

    /// Returns the handler's event and its key hash, if all conditions hold.
    fn match_event(&self, event: &Event, delivery: &Delivery) -> Option<(E, u64)> {
        let matched = catch_unwind(AssertUnwindSafe(|| {
            let event = self.conversions.iter().find_map(|convert| convert(event, delivery))?;
            if !self.conditions.iter().all(|condition| condition(&event)) {
                return None;
            }
            let key = self.lane.key(&event);
            Some((event, key))
        }));
        match matched {
            Ok(Some(matched)) => Some(matched),
            Ok(None) => {
                self.state.counters.rejected.add_unshared();
                None
            }
            Err(panic) => {
                self.state.run_failed(Failure::ConditionPanic, panic_message(&*panic));
                None
            }
        }
    }
}

impl<E: Clone + Send + Sync + 'static> AnyTrigger for Matcher<E> {
    fn state(&self) -> &Arc<TriggerState> {
        &self.state
    }

    fn offer(&self, event: &Event, delivery: &Delivery, interest: &Interest, lossless: bool) -> Outcome {
        let state = &self.state;
        if state.removed_during_event.load(Ordering::Relaxed) || state.paused.load(Ordering::Relaxed) {
            return Outcome::Done;
        }
        state.counters.received.add_unshared();
        if let Some(filter) = interest.filter(event) {
            state.record_filtered(filter);
            return Outcome::Done;
        }
        let Some((event, key)) = self.match_event(event, delivery) else { return Outcome::Done };
        if state.single_shot && state.removed.swap(true, Ordering::AcqRel) {
            return Outcome::Done;
        }
        match self.lane.offer(event, key, lossless) {
            Some(held) => Outcome::Held(held),
            None if state.single_shot => Outcome::SingleShotDone,
            None => Outcome::Done,
        }
    }
}
