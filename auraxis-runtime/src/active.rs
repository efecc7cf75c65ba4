//! A trigger that has been added: filters, then conditions, then the lane.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
};

use auraxis_core::event::{Event, signal::Failure};

use crate::{
    condition::Check,
    handler::Action,
    lane::{Held, Lane, Order, Tasks, panic_message},
    meta::Meta,
};

/// Turns an event into what the handler takes, if it is the right one.
pub(crate) type Filling<E> = fn(&Event) -> Option<E>;

/// An added trigger, whatever its handler takes.
pub(crate) trait Offer: Send + Sync {
    fn meta(&self) -> &Arc<Meta>;

    /// Lets the trigger have the event, if it wants it. `lossless`: rather wait than drop.
    fn offer(&self, event: &Event, lossless: bool) -> Offered;
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

pub(crate) struct Active<E> {
    meta: Arc<Meta>,
    fillings: Vec<Filling<E>>,
    conditions: Vec<Check<E>>,
    lane: Arc<Lane<E>>,
}

impl<E: Clone + Send + Sync + 'static> Active<E> {
    // The kind of trigger matters to nobody from here on.
    #[allow(clippy::new_ret_no_self)]
    pub(crate) fn new(
        meta: Arc<Meta>,
        fillings: Vec<Filling<E>>,
        conditions: Vec<Check<E>>,
        order: Order<E>,
        action: Action<E>,
        tasks: Tasks,
    ) -> Arc<dyn Offer> {
        let lane = Lane::new(order, action, Arc::clone(&meta), tasks);
        Arc::new(Self { meta, fillings, conditions, lane })
    }

    /// What the handler would get, and the key that orders it, if all conditions hold.
    fn admit(&self, event: &Event) -> Option<(E, u64)> {
        let asked = catch_unwind(AssertUnwindSafe(|| {
            let event = self.fillings.iter().find_map(|fill| fill(event))?;
            if !self.conditions.iter().all(|condition| condition(&event)) {
                return None;
            }
            let key = self.lane.order.key.as_ref().map_or(0, |key| key(&event));
            Some((event, key))
        }));
        match asked {
            Ok(Some(admitted)) => Some(admitted),
            Ok(None) => {
                self.meta.counters.refused.add_alone();
                None
            }
            Err(panic) => {
                self.meta.run_failed(Failure::ConditionPanic, panic_message(&*panic));
                None
            }
        }
    }
}

impl<E: Clone + Send + Sync + 'static> Offer for Active<E> {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn offer(&self, event: &Event, lossless: bool) -> Offered {
        let meta = &self.meta;
        if meta.removed.load(Ordering::Acquire) || meta.paused.load(Ordering::Relaxed) {
            return Offered::Settled;
        }
        let interest = meta.interest.load();
        if !interest.selectors.iter().any(|selector| selector.matches(event)) {
            return Offered::Settled;
        }
        meta.counters.received.add_alone();
        if let Some(filter) = interest.filter(event) {
            meta.filtered(filter);
            return Offered::Settled;
        }
        let Some((event, key)) = self.admit(event) else { return Offered::Settled };
        if meta.single_shot && meta.removed.swap(true, Ordering::AcqRel) {
            return Offered::Settled;
        }
        match self.lane.offer(event, key, lossless) {
            Some(held) => Offered::Waits(held),
            None if meta.single_shot => Offered::Last,
            None => Offered::Settled,
        }
    }
}
