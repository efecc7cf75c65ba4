//! Filters and conditions of an added trigger.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use auraxis_core::{
    delivery::Delivery,
    event::{Event, signal::Failure},
    interest::Interest,
    time::Timestamp,
};

use super::{
    batch::{Added, Batch, OpenBatches},
    cooldown::{Cooling, CoolingKeys},
    envelope::Envelope,
    lane::{Held, Lane},
    order::{Cooldown, Key},
    panics::{CatchOnDrop, panic_message},
    run_span::Cause,
    schedule::{Schedule, Tick},
    state::TriggerState,
};

/// How far the time of an event can be ahead of the local clock for cooldowns, so that an event from the future does not
/// stop them. The clocks of servers differ by less.
const MAX_EARLY_MS: i64 = 10_000;

/// Converts an event into the handler's event type, if it is of the matching kind.
pub(crate) type Conversion<E> = fn(&Event, &Delivery) -> Option<E>;

/// A condition as a boxed function.
pub(crate) type BoxCondition<E> = Box<dyn Fn(&E) -> bool + Send + Sync>;

/// An added trigger, with the handler's event type erased.
pub(crate) trait AnyTrigger: Send + Sync {
    fn state(&self) -> &Arc<TriggerState>;

    /// Offers an event that passes one of the trigger's selectors. It is taken if it passes the rest of the interest
    /// and all conditions. If `lossless`, a full trigger holds the event instead of dropping one.
    fn offer(&self, envelope: &Envelope<'_>, interest: &Interest, lossless: bool) -> Outcome;

    /// Offers an event that the trigger has taken before, without its conditions and its cooldown. Returns `None` if the
    /// trigger is paused.
    fn offer_again(&self, envelope: &Envelope<'_>, lossless: bool) -> Option<Outcome>;

    /// Returns when the trigger runs, if it is periodic.
    fn schedule(&self) -> Option<&Schedule>;

    /// Runs a periodic trigger, unless it is still running.
    fn tick(&self, tick: Tick) -> Outcome;
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
    periodic: Option<Periodic<E>>,
    code: CatchOnDrop<Code<E>>,
    cooling: Option<Mutex<CoolingKeys>>,
    taker: Taker<E>,
}

/// When a periodic trigger runs, and the conversion of its turns.
pub(crate) struct Periodic<E> {
    pub(crate) schedule: Schedule,
    pub(crate) convert: fn(Tick) -> E,
}

/// The user's code that decides about an event.
pub(crate) struct Code<E> {
    pub(crate) conditions: Vec<BoxCondition<E>>,
    pub(crate) key: Option<Key<E>>,
    pub(crate) cooldown: Option<Cooldown<E>>,
}

/// What takes an event that matches.
pub(crate) enum Taker<E> {
    Lane(Arc<Lane<E>>),
    Batches(OpenBatches<E>, Arc<Lane<Batch<E>>>),
}

impl<E: Clone + Send + Sync + 'static> Matcher<E> {
    #[allow(clippy::new_ret_no_self, reason = "the event type is erased from here on")]
    pub(crate) fn new(
        state: Arc<TriggerState>,
        conversions: Vec<Conversion<E>>,
        periodic: Option<Periodic<E>>,
        code: Code<E>,
        taker: Taker<E>,
    ) -> Arc<dyn AnyTrigger> {
        let cooling = code.cooldown.as_ref().map(|cooldown| {
            let length_ms = i64::try_from(cooldown.length.as_millis()).unwrap_or(i64::MAX);
            Mutex::new(CoolingKeys::new(length_ms))
        });
        let code = CatchOnDrop::new(code, Arc::clone(&state));
        Arc::new(Self { state, conversions, periodic, code, cooling, taker })
    }

    fn convert(&self, envelope: &Envelope<'_>) -> Option<E> {
        self.conversions.iter().find_map(|convert| convert(envelope.event, envelope.delivery))
    }

    /// Passes an event that matches on. Returns it if it has to be held.
    fn take(&self, event: E, key: u64, envelope: &Envelope<'_>, lossless: bool) -> Option<Box<dyn Held>> {
        let (ticket, cause) = (envelope.ticket, Cause::new(envelope.event, envelope.delivery));
        match &self.taker {
            Taker::Lane(lane) => lane.offer(event, key, ticket.share(), cause, lossless),
            Taker::Batches(batches, lane) => match batches.add(event, key, ticket, lane.holds_if_full(lossless)) {
                Added::Joined => None,
                Added::Opened(batch, ticket) => lane.offer(batch, key, ticket, cause, lossless),
                Added::Full => {
                    self.state.record_drop(1, self.state.inbox.clock.now_ms());
                    None
                }
            },
        }
    }

    /// Returns the handler's event and its key hash, if all conditions hold.
    fn decide(
        &self,
        convert: impl FnOnce() -> Option<E>,
        timestamp: impl FnOnce() -> Option<Timestamp>,
    ) -> Option<(E, u64)> {
        let Code { conditions, key, cooldown } = &*self.code;
        let matched = catch_unwind(AssertUnwindSafe(|| {
            let event = convert();
            let Some(event) = event.filter(|event| conditions.iter().all(|condition| condition(event))) else {
                self.state.counters.rejected.add_unshared();
                return None;
            };
            let hash = |key: &Option<Key<E>>| key.as_ref().map_or(0, |key| key(&event));
            let key = hash(key);
            if let (Some(Cooldown { per, .. }), Some(cooling)) = (cooldown, &self.cooling)
                && !self.can_run(cooling, hash(per), timestamp())
            {
                return None;
            }
            Some((event, key))
        }));
        match matched {
            Ok(matched) => matched,
            Err(panic) => {
                self.state.run_failed(Failure::ConditionPanic, panic_message(&*panic));
                None
            }
        }
    }

    /// Returns whether an event can run, and if so, starts the cooldown of its key. In event time, so that a replay decides
    /// as the live run did.
    fn can_run(&self, cooling: &Mutex<CoolingKeys>, key: u64, timestamp: Option<Timestamp>) -> bool {
        let local_ms = self.state.inbox.clock.now_ms();
        let now_ms = match timestamp {
            Some(Timestamp(seconds)) => seconds.saturating_mul(1_000).min(local_ms.saturating_add(MAX_EARLY_MS)),
            None => local_ms,
        };
        let started = cooling.lock().unwrap_or_else(PoisonError::into_inner).start(key, now_ms);
        match started {
            Cooling::Run => {}
            Cooling::RunForgetting => self.state.counters.cooldowns_forgotten.add_unshared(),
            Cooling::Wait => self.state.counters.cooled_down.add_unshared(),
        }
        started != Cooling::Wait
    }
}

impl<E: Clone + Send + Sync + 'static> AnyTrigger for Matcher<E> {
    fn state(&self) -> &Arc<TriggerState> {
        &self.state
    }

    fn offer(&self, envelope: &Envelope<'_>, interest: &Interest, lossless: bool) -> Outcome {
        let (state, event) = (&self.state, envelope.event);
        if state.removed_during_event.load(Ordering::Relaxed) || state.paused.load(Ordering::Relaxed) {
            return Outcome::Done;
        }
        state.counters.received.add_unshared();
        if let Some(filter) = interest.filter(event) {
            state.record_filtered(filter);
            return Outcome::Done;
        }
        let Some((event, key)) = self.decide(|| self.convert(envelope), || event.timestamp()) else {
            return Outcome::Done;
        };
        if state.single_shot && state.removed.swap(true, Ordering::AcqRel) {
            return Outcome::Done;
        }
        match self.take(event, key, envelope, lossless) {
            Some(held) => Outcome::Held(held),
            None if state.single_shot => Outcome::SingleShotDone,
            None => Outcome::Done,
        }
    }

    fn offer_again(&self, envelope: &Envelope<'_>, lossless: bool) -> Option<Outcome> {
        if self.state.paused.load(Ordering::Relaxed) {
            return None;
        }
        self.state.counters.received.add_unshared();
        let matched = catch_unwind(AssertUnwindSafe(|| {
            let event = self.convert(envelope)?;
            let key = self.code.key.as_ref().map_or(0, |key| key(&event));
            Some((event, key))
        }));
        let (event, key) = matched.ok().flatten()?;
        Some(self.take(event, key, envelope, lossless).map_or(Outcome::Done, Outcome::Held))
    }

    fn schedule(&self) -> Option<&Schedule> {
        self.periodic.as_ref().map(|periodic| &periodic.schedule)
    }

    fn tick(&self, tick: Tick) -> Outcome {
        let state = &self.state;
        let Some(Periodic { convert, .. }) = &self.periodic else { return Outcome::Done };
        if state.removed_during_event.load(Ordering::Relaxed) || state.paused.load(Ordering::Relaxed) {
            return Outcome::Done;
        }
        state.counters.received.add_unshared();
        let Some((tick, key)) = self.decide(|| Some(convert(tick)), || Some(tick.timestamp)) else {
            return Outcome::Done;
        };
        if let Taker::Lane(lane) = &self.taker
            && !lane.try_start(tick, key)
        {
            state.record_skip();
        }
        Outcome::Done
    }
}
