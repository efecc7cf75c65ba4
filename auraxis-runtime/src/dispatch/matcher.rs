//! A trigger that has been added: filters, then conditions, then the lane.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
};

use auraxis_core::{
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

/// Scheduler an event into what the handler takes, if it is the right one.
pub(crate) type Conversion<E> = fn(&Event) -> Option<E>;

/// A condition, ready to be asked.
pub(crate) type Check<E> = Box<dyn Fn(&E) -> bool + Send + Sync>;

/// An added trigger, whatever its handler takes.
pub(crate) trait Offer: Send + Sync {
    fn state(&self) -> &Arc<TriggerState>;

    /// Lets the trigger have an event that one of its selectors lets through, if the rest of its interest does too.
    /// `lossless`: rather wait than drop.
    fn offer(&self, event: &Event, interest: &Interest, lossless: bool) -> Offered;
}

/// What became of an offered event.
pub(crate) enum Offered {
    /// It was not wanted, or is taken care of.
    Settled,
    /// It is taken care of, and it was the only one that the trigger wanted.
    Last,
    /// The trigger's lane is full, and the event waits for room in it.
    Waits(Box<dyn Held>),
}

pub(crate) struct Matcher<E> {
    state: Arc<TriggerState>,
    conversions: Vec<Conversion<E>>,
    conditions: CatchOnDrop<Vec<Check<E>>>,
    lane: Arc<Lane<E>>,
}

impl<E: Clone + Send + Sync + 'static> Matcher<E> {
    // The kind of trigger matters to nobody from here on.
    #[allow(clippy::new_ret_no_self)]
    pub(crate) fn new(
        state: Arc<TriggerState>,
        conversions: Vec<Conversion<E>>,
        conditions: Vec<Check<E>>,
        order: Order<E>,
        action: Action<E>,
        tasks: Tasks,
    ) -> Arc<dyn Offer> {
        let conditions = CatchOnDrop::new(conditions, Arc::clone(&state));
        let lane = Lane::new(order, action, Arc::clone(&state), tasks);
        Arc::new(Self { state, conversions, conditions, lane })
    }

    /// What the handler would get, and the key that orders it, if all conditions hold.
    fn admit(&self, event: &Event) -> Option<(E, u64)> {
        let asked = catch_unwind(AssertUnwindSafe(|| {
            let event = self.conversions.iter().find_map(|convert| convert(event))?;
            if !self.conditions.iter().all(|condition| condition(&event)) {
                return None;
            }
            let key = self.lane.key(&event);
            Some((event, key))
        }));
        match asked {
            Ok(Some(admitted)) => Some(admitted),
            Ok(None) => {
                self.state.counters.refused.add_alone();
                None
            }
            Err(panic) => {
                self.state.run_failed(Failure::ConditionPanic, panic_message(&*panic));
                None
            }
        }
    }
}

impl<E: Clone + Send + Sync + 'static> Offer for Matcher<E> {
    fn state(&self) -> &Arc<TriggerState> {
        &self.state
    }

    fn offer(&self, event: &Event, interest: &Interest, lossless: bool) -> Offered {
        let state = &self.state;
        if state.is_skipped.load(Ordering::Relaxed) || state.paused.load(Ordering::Relaxed) {
            return Offered::Settled;
        }
        state.counters.received.add_alone();
        if let Some(filter) = interest.filter(event) {
            state.filtered(filter);
            return Offered::Settled;
        }
        let Some((event, key)) = self.admit(event) else { return Offered::Settled };
        if state.single_shot && state.removed.swap(true, Ordering::AcqRel) {
            return Offered::Settled;
        }
        match self.lane.offer(event, key, lossless) {
            Some(held) => Offered::Waits(held),
            None if state.single_shot => Offered::Last,
            None => Offered::Settled,
        }
    }
}
