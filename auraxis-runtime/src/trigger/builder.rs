//! The builder of triggers.
//!
//! Each option of `#[trigger(…)]` corresponds to the method with the same name; `name` corresponds to `named`, and `within`
//! is the second argument of `batch`.
//!
//! ```
//! use auraxis_core::event::Death;
//! use auraxis_runtime::Trigger;
//!
//! let headshots = Trigger::on::<Death>()
//!     .named("headshots")
//!     .condition(|death: &Death| death.is_headshot)
//!     .action(|death: Death| println!("{} was shot in the head", death.character_id));
//! ```

use std::{borrow::Cow, fmt, hash::Hash, panic::Location, sync::Arc, time::Duration};

use auraxis_core::{
    delivery::Delivered,
    event::{EventKind, Payload, Selector, UnknownEvent, signal::Started},
    id::{CharacterId, WorldId, ZoneId},
    interest::Interest,
};

use super::{
    condition::{self, Condition},
    context::{Context, FromContextError},
    handler::{Check, Handler},
};
use crate::{
    dispatch::{
        attempts::{Attempts, HandlerError, OnAnyError, OnError},
        batch::{self, BatchLimits, OpenBatches},
        lane::{Lane, Tasks},
        matcher::{AnyTrigger, BoxCondition, Code, Conversion, Matcher, Periodic, Taker},
        order::{self, Cooldown, Key, Limits, Order, OverflowPolicy},
        required::RequiredRuns,
        run::{Action, Run, on_threads},
        schedule::{Schedule, Tick},
        state::{SourceLocation, TriggerState},
    },
    real_time::RealTime,
    shutdown::Shutdown,
};

/// The default concurrency of `blocking` triggers: an eighth of Tokio's blocking threads.
const BLOCKING_CONCURRENCY: usize = 64;

/// An event that can be passed to a handler that takes `E`. Implemented for `E` itself and for every type that converts
/// into `E` with `From`, so that `E` can be [`Event`](auraxis_core::event::Event) or an enum of events.
#[diagnostic::on_unimplemented(
    message = "the handler takes `{E}`, which cannot hold the event `{Self}`",
    label = "the trait `From<{Self}>` is not implemented for `{E}`",
    note = "to listen to several events, take `Event` or an enum declared with `one_of!`"
)]
pub trait Fits<E> {
    /// Converts the event into the type that the handler takes.
    fn fit(self) -> E;
}

#[diagnostic::do_not_recommend]
impl<P, E: From<P>> Fits<E> for P {
    fn fit(self) -> E {
        E::from(self)
    }
}

/// The type of a handler's first parameter: the event, `E`, alone or with its delivery.
pub trait Parameter<E>: Sized {
    /// Returns the conversion into this type.
    #[doc(hidden)]
    fn conversion(conversions: &Conversions<E>) -> Conversion<Self>;
}

/// The conversions of an event into each [`Parameter`].
#[derive(Debug)]
pub struct Conversions<E> {
    alone: Conversion<E>,
    delivered: Conversion<Delivered<E>>,
}

impl<E> Parameter<E> for E {
    fn conversion(conversions: &Conversions<E>) -> Conversion<E> {
        conversions.alone
    }
}

impl<E> Parameter<E> for Delivered<E> {
    fn conversion(conversions: &Conversions<E>) -> Conversion<Self> {
        conversions.delivered
    }
}

/// A list of ids: an array, a `Vec`, a set, or any other iterable whose items convert into the id type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of `{Id}`",
    label = "expected an array, a `Vec` or another collection of `{Id}`",
    note = "write a single id in brackets, `[…]`, and pass a collection by value"
)]
pub trait Ids<Id> {
    /// Returns the ids.
    fn ids(self) -> impl Iterator<Item = Id>;
}

#[diagnostic::do_not_recommend]
impl<Id, L: IntoIterator<Item: Into<Id>>> Ids<Id> for L {
    fn ids(self) -> impl Iterator<Item = Id> {
        self.into_iter().map(Into::into)
    }
}

/// A trigger that can be added to a client.
#[must_use = "a trigger does nothing until it is added to a client"]
pub struct Trigger {
    pub(crate) name: Option<Cow<'static, str>>,
    pub(crate) location: SourceLocation,
    pub(crate) interest: Interest,
    pub(crate) single_shot: bool,
    /// Why the trigger is invalid. Returned as an error when the trigger is added, so that builder methods cannot fail.
    pub(crate) faults: Vec<String>,
    bind: Box<Bind>,
}

type Bind =
    dyn FnOnce(&Context, Arc<TriggerState>, Tasks) -> Result<Arc<dyn AnyTrigger>, FromContextError> + Send + Sync;

impl Trigger {
    /// Returns a builder for a trigger on one event or, with [`Event`](auraxis_core::event::Event), on all
    /// events of the game.
    pub fn on<P: Payload>() -> TriggerBuilder<P> {
        Self::builder().on::<P>()
    }

    /// Returns a builder for a trigger on several events, whose handler takes `E`. Add events with
    /// [`TriggerBuilder::on`].
    pub fn builder<E: Clone + Send + Sync + 'static>() -> TriggerBuilder<E> {
        TriggerBuilder {
            settings: Settings {
                name: None,
                interest: Interest::new([]),
                concurrency: None,
                single_shot: false,
                blocking: false,
                required: false,
                faults: Vec::new(),
            },
            conversions: Vec::new(),
            periodic: None,
            conditions: Vec::new(),
            order: Order::default(),
            per: None,
            check: None,
            on_error: None,
            take: Box::new(take_each),
        }
    }

    /// Returns a builder for a trigger that runs periodically: as soon as the client has started, and then at this
    /// interval.
    ///
    /// It does not run again while it is still running, unless [`concurrency`](TriggerBuilder::concurrency) allows it;
    /// turns that are skipped are counted and reported. It has the extractors, options and supervision of other triggers. In
    /// a replay, it runs by the recorded time.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use auraxis_runtime::{Client, Tick, Trigger};
    ///
    /// let report = Trigger::every(Duration::from_mins(5))
    ///     .named("report")
    ///     .action(async |_: Tick, client: Client| println!("{:?}", client.health().links));
    /// ```
    pub fn every(interval: Duration) -> TriggerBuilder<Tick> {
        let mut builder = Self::periodic(Schedule::Every(interval));
        if interval.is_zero() {
            builder.settings.faults.push("an interval of zero would run without a pause; write a longer one".into());
        }
        builder
    }

    /// Returns a builder for a trigger that runs at the times of a cron expression, in UTC: minute, hour, day of the month,
    /// month and day of the week, optionally after the second. See [`every`](Self::every).
    ///
    /// ```
    /// use auraxis_runtime::{Tick, Trigger};
    ///
    /// let nightly = Trigger::cron("30 4 * * *").action(|tick: Tick| println!("it is {}", tick.timestamp));
    /// ```
    #[cfg(feature = "cron")]
    pub fn cron(expression: &str) -> TriggerBuilder<Tick> {
        match expression.parse() {
            Ok(cron) => Self::periodic(Schedule::Cron(Box::new(cron))),
            Err(error) => {
                let mut builder = Self::periodic(Schedule::Every(Duration::MAX));
                builder.settings.faults.push(format!("the cron expression `{expression}` is invalid: {error}"));
                builder
            }
        }
    }

    fn periodic(schedule: Schedule) -> TriggerBuilder<Tick> {
        let mut builder = Self::builder();
        builder.periodic = Some(Periodic { schedule, convert: |tick| tick });
        builder
    }

    /// Resolves the handler's extractors.
    pub(crate) fn bind(
        self,
        context: &Context,
        state: Arc<TriggerState>,
        tasks: Tasks,
    ) -> Result<Arc<dyn AnyTrigger>, FromContextError> {
        (self.bind)(context, state, tasks)
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("name", &self.name)
            .field("location", &self.location)
            .field("interest", &self.interest)
            .finish_non_exhaustive()
    }
}

/// A builder for a [`Trigger`], which [`action`](Self::action) completes.
///
/// Each event is converted into `E`. Conditions and keys get it as `H`: alone or, after [`delivered`](Self::delivered), as
/// [`Delivered<E>`](Delivered). The handler gets `A`: that event or, after [`batch`](Self::batch), several of them.
#[must_use = "a trigger needs an `.action(…)`"]
pub struct TriggerBuilder<E, H = E, A = H> {
    settings: Settings,
    conversions: Vec<Conversions<E>>,
    periodic: Option<Periodic<H>>,
    conditions: Vec<BoxCondition<H>>,
    pub(crate) order: Order<H>,
    per: Option<Key<H>>,
    check: Option<Box<BindAction<A, bool>>>,
    on_error: Option<OnError<A>>,
    take: Box<Take<H, A>>,
}

/// What does not depend on the type of the event.
struct Settings {
    name: Option<Cow<'static, str>>,
    interest: Interest,
    concurrency: Option<usize>,
    single_shot: bool,
    blocking: bool,
    required: bool,
    faults: Vec<String>,
}

/// Resolves the extractors of a handler or a check.
type BindAction<A, T = ()> = dyn FnOnce(&Context) -> Result<Action<A, T>, FromContextError> + Send + Sync;

/// Creates what takes the events of a trigger.
type Take<H, A> = dyn FnOnce(Action<A>, Limits, Shutdown, Arc<TriggerState>, Tasks) -> Taker<H> + Send + Sync;

fn take_each<H: Send + 'static>(
    action: Action<H>,
    limits: Limits,
    _: Shutdown,
    state: Arc<TriggerState>,
    tasks: Tasks,
) -> Taker<H> {
    Taker::Lane(Lane::new(limits, action, |_| 1, state, tasks))
}

impl<E: Clone + Send + Sync + 'static> TriggerBuilder<E> {
    /// Takes each event with how it was received. Conditions and keys that were added before still get the event alone.
    ///
    /// ```
    /// use auraxis_core::{delivery::Delivered, event::Death};
    /// use auraxis_runtime::Trigger;
    ///
    /// let deaths = Trigger::on::<Death>()
    ///     .delivered()
    ///     .condition(|death: &Delivered<Death>| death.is_headshot && !death.after_gap())
    ///     .action(|death: Delivered<Death>| println!("a headshot, {:?} ago", death.lag()));
    /// ```
    pub fn delivered(self) -> TriggerBuilder<E, Delivered<E>> {
        let Self { mut settings, conversions, conditions, order, per, .. } = self;
        if self.periodic.is_some() {
            settings.faults.push("a turn of a periodic trigger is not delivered; remove `.delivered()`".into());
        }
        if self.check.is_some() || self.on_error.is_some() {
            let fault = "`check` and `on_error` get what the handler gets; write `.delivered()` before them";
            settings.faults.push(fault.into());
        }
        let conditions = conditions
            .into_iter()
            .map(|condition| -> BoxCondition<Delivered<E>> { Box::new(move |event: &Delivered<E>| condition(event)) });
        TriggerBuilder {
            settings,
            conversions,
            periodic: None,
            conditions: conditions.collect(),
            order: order.delivered(),
            per: per.map(order::delivered),
            check: None,
            on_error: None,
            take: Box::new(take_each),
        }
    }
}

impl<E, H: Clone + Send + Sync + 'static> TriggerBuilder<E, H> {
    /// Collects events, and calls the handler with a `Vec` of them: when there are `events` of them, when the first has
    /// waited for `within`, and with the rest when the client stops. With a [`key`](Self::key), each key has its own batch.
    ///
    /// A batch is one run: [`concurrency`](Self::concurrency), [`timeout`](Self::timeout), [`retry`](Self::retry) and the
    /// counters of runs apply to it as a whole, and it takes part in `concurrency` while it is collected. The
    /// [`queue`](Self::queue) is still measured in events. With keys, that many can be collected or waiting, and new ones are
    /// dropped beyond that, or with `overflow = block`, the number of batches is limited instead.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use auraxis_core::event::Death;
    /// use auraxis_runtime::Trigger;
    ///
    /// let deaths = Trigger::on::<Death>()
    ///     .batch(500, Duration::from_secs(5))
    ///     .action(|deaths: Vec<Death>| println!("{} deaths to insert", deaths.len()));
    /// ```
    pub fn batch(self, events: usize, within: Duration) -> TriggerBuilder<E, H, Vec<H>> {
        let Self { mut settings, conversions, conditions, mut order, per, .. } = self;
        let mut refuse = |fault: &str| settings.faults.push(fault.into());
        if events == 0 {
            refuse("a batch of 0 events would never be full; write `batch = 1` or more");
        }
        if self.check.is_some() {
            refuse("`check` decides about one event, so it cannot be used with `batch`; use `condition`");
        }
        if self.on_error.is_some() {
            refuse("`on_error` gets what the handler gets; write `.batch(…)` before it");
        }
        if self.periodic.is_some() {
            refuse("`batch` cannot be used with a periodic trigger; remove it");
        }
        let batch = BatchLimits { events, within };
        order.batch = Some(batch);
        TriggerBuilder {
            settings,
            conversions,
            periodic: None,
            conditions,
            order,
            per,
            check: None,
            on_error: None,
            take: Box::new(move |action, limits, shutdown, state, tasks| {
                let action = batch::collecting(action, within, shutdown);
                let open = OpenBatches::new(batch, limits.max_events);
                Taker::Batches(open, Lane::new(limits, action, batch::Batch::discard, state, tasks))
            }),
        }
    }
}

impl<E, H, A> TriggerBuilder<E, H, A>
where
    E: Clone + Send + Sync + 'static,
    H: Parameter<E> + Clone + Send + Sync + 'static,
    A: Clone + Send + Sync + 'static,
{
    /// Listens to this event, in addition to those added before.
    pub fn on<P: Payload + Fits<E>>(self) -> Self {
        self.on_selector::<P>(P::selector())
    }

    /// Listens to a subset of the events of one kind, such as
    /// [`GainExperience::filter_experience`](auraxis_core::event::GainExperience::filter_experience).
    pub fn on_selector<P: Payload + Fits<E>>(mut self, selector: Selector) -> Self {
        if P::selector() != Selector::Everything && P::selector().kind() != selector.kind() {
            let [found, expected] = [&selector, &P::selector()].map(type_name);
            self.settings.faults.push(format!(
                "the selector `{}` selects `{found}`, not `{expected}`; write `.on_selector::<{found}>(…)`",
                selector.wire_name()
            ));
        }
        self.settings.interest.selectors.insert(selector);
        self.conversions.push(Conversions {
            alone: |event, _| P::downcast_ref(event).cloned().map(Fits::<E>::fit),
            delivered: |event, delivery| {
                P::downcast_ref(event).cloned().map(|event| Delivered::new(Fits::<E>::fit(event), *delivery))
            },
        });
        self
    }

    /// Listens to an event for which this version has no type, by the name that the server uses.
    pub fn on_named(mut self, name: impl Into<Cow<'static, str>>) -> Self
    where
        UnknownEvent: Fits<E>,
    {
        let selector = Selector::named(name);
        match (&selector, EventKind::similar_to(&selector.wire_name())) {
            (Selector::Named(name), Some(kind)) => self
                .settings
                .faults
                .push(format!("unknown event `{name}`; an event type with a similar name exists: `{}`", kind.name())),
            (Selector::Named(_), None) => return self.on_selector::<UnknownEvent>(selector),
            _ => {
                let instead = match &selector {
                    Selector::Experience(id) => format!("GainExperience::filter_experience({id})"),
                    selector => type_name(selector).to_owned(),
                };
                let name = selector.wire_name();
                self.settings.faults.push(format!("the event `{name}` has a type; write `{instead}`, without quotes"));
            }
        }
        self
    }

    /// Sets the name, which must be unique among the triggers of a client. Default: `trigger`, a number and the source
    /// location.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Adds a condition. The handler runs only if all conditions hold. Conditions receive the same event as the
    /// handler, by reference.
    pub fn condition<M: 'static>(mut self, condition: impl Condition<H, M>) -> Self {
        self.conditions.push(condition::boxed(condition));
        self
    }

    /// Takes only events on these worlds. An empty list matches no event. Default: all worlds.
    pub fn worlds(mut self, worlds: impl Ids<WorldId>) -> Self {
        self.settings.interest.worlds = worlds.ids().collect();
        self
    }

    /// Takes only events with one of these characters, as `character_id` or `attacker_character_id`. An empty list
    /// matches no event. Default: all characters.
    pub fn characters(mut self, characters: impl Ids<CharacterId>) -> Self {
        self.settings.interest.characters = characters.ids().collect();
        self
    }

    /// Takes only events in these zones. The id of a map matches all its instances. An empty list matches no event.
    /// Default: all zones.
    pub fn zones(mut self, zones: impl Ids<ZoneId>) -> Self {
        self.settings.interest.zones = zones.ids().collect();
        self
    }

    /// Runs once, then removes the trigger.
    pub fn single_shot(mut self) -> Self {
        self.settings.single_shot = true;
        self
    }

    /// Runs the handler for one event at a time, in the order of arrival.
    pub fn sequential(self) -> Self {
        self.concurrency(1)
    }

    /// Runs the handler on Tokio's blocking threads, for blocking I/O or heavy computation.
    ///
    /// By default, at most 64 runs are concurrent, because the whole program shares Tokio's 512 blocking threads. A run
    /// that is aborted still occupies its thread until the handler returns.
    pub fn blocking(mut self) -> Self {
        self.settings.blocking = true;
        self
    }

    /// Limits the number of concurrent runs, at least 1. Default: 1,024, or 64 if [`blocking`](Self::blocking).
    pub fn concurrency(mut self, n: usize) -> Self {
        if n == 0 {
            self.settings
                .faults
                .push("a trigger with `concurrency = 0` would never run; write `concurrency = 1` or more".into());
        }
        self.settings.concurrency = Some(n);
        self
    }

    /// Runs the handler for events with equal keys one at a time, in the order of arrival, and for events with
    /// different keys concurrently.
    pub fn key<K: Hash>(mut self, key: impl Fn(&H) -> K + Send + Sync + 'static) -> Self {
        self.order.key = Some(order::key(key));
        self
    }

    /// Runs the handler at most once in this time, and ignores other events; with [`per`](Self::per), once for each key.
    ///
    /// The time is that of the latest event of the trigger so far, in whole seconds, so a replay ignores the same events as
    /// the live run did. An event that is ignored does not start the cooldown again. At most 65,536 keys are remembered.
    pub fn cooldown(mut self, time: Duration) -> Self {
        if time.is_zero() {
            self.settings.faults.push("a `cooldown` of zero has no effect; remove it, or write a longer one".into());
        }
        self.order.cooldown = Some(Cooldown { length: time, per: None });
        self
    }

    /// Gives each key its own [`cooldown`](Self::cooldown).
    pub fn per<K: Hash>(mut self, key: impl Fn(&H) -> K + Send + Sync + 'static) -> Self {
        self.per = Some(order::key(key));
        self
    }

    /// Decides about each event before the handler runs, like a condition, but can be asynchronous and take extractors: a
    /// function that takes what the handler takes, and returns `bool` or a `Result<bool, E>`.
    ///
    /// It is part of the run: it counts for `concurrency`, and is called again before each [retry](Self::retry). The
    /// [`timeout`](Self::timeout) limits it and the handler separately. If it fails, the run fails.
    pub fn check<M>(mut self, check: impl Check<A, M> + 'static) -> Self {
        self.check = Some(Box::new(|context| check.bind(context)));
        self
    }

    /// Tries a failed run again, up to this many times: after a second, then after twice as long each time, up to a minute,
    /// plus random jitter of up to the same length. A run that panicked is not tried again.
    ///
    /// When the client stops, the next attempt comes immediately, and is the last. While it waits, the run counts for `concurrency`, and for [`key`](Self::key). Only the failure of the last attempt is
    /// reported.
    pub fn retry(mut self, times: u32) -> Self {
        if times == 0 {
            self.settings.faults.push("`retry = 0` has no effect; remove it, or write `retry = 1` or more".into());
        }
        self.order.retries = times;
        self
    }

    /// Calls this function when a run has failed, instead of the client's
    /// [`on_error`](crate::ClientBuilder::on_error) and instead of writing to the log. The failure is still counted, and
    /// `TriggerFailed` is raised.
    pub fn on_error(mut self, on_error: impl Fn(HandlerError<'_, A>) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Box::new(on_error));
        self
    }

    /// Sets the maximum duration of a run, or with [`retry`](Self::retry) of each attempt. A run that takes longer is
    /// aborted at its next `.await`, and counted as timed out. A `blocking` handler continues on its thread, but its result
    /// is ignored. Default: no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.order.timeout = Some(timeout);
        self
    }

    /// Limits the number of events that wait in the queue because of `concurrency` or `key`. Default: 16,384.
    pub fn queue(mut self, n: usize) -> Self {
        self.order.queue = n;
        self
    }

    /// Sets what happens when the queue is full. Default: the oldest event is dropped.
    pub fn overflow(mut self, policy: OverflowPolicy) -> Self {
        self.order.overflow = Some(policy);
        self
    }

    /// Makes the start depend on this trigger on `Started`: sources, such as the connection to the event stream, start when
    /// its run has succeeded. If it fails, the client stops, and [`Client::run`](crate::Client::run) returns the error.
    pub fn required(mut self) -> Self {
        self.settings.required = true;
        self
    }

    /// Sets the handler: a synchronous or asynchronous function or closure that takes the event and up to six
    /// extractors, which implement [`FromContext`](crate::FromContext).
    #[track_caller]
    pub fn action<M>(self, handler: impl Handler<A, M>) -> Trigger {
        self.finish(Location::caller().into(), |context| handler.bind(context))
    }

    /// For generated code: sets the handler that `bind` returns after resolving its extractors.
    #[doc(hidden)]
    #[track_caller]
    pub fn __action<F: Fn(A) -> Run + Send + Sync + 'static>(
        self,
        bind: impl FnOnce(&Context) -> Result<F, FromContextError> + Send + Sync + 'static,
    ) -> Trigger {
        self.finish(Location::caller().into(), |context| Ok(Box::new(bind(context)?)))
    }

    fn finish(
        self,
        location: SourceLocation,
        bind: impl FnOnce(&Context) -> Result<Action<A>, FromContextError> + Send + Sync + 'static,
    ) -> Trigger {
        let Self { settings, conversions, periodic, conditions, mut order, per, check, on_error, take } = self;
        let Settings { name, interest, concurrency, single_shot, blocking, required, mut faults } = settings;
        order.concurrency = concurrency.unwrap_or(if blocking { BLOCKING_CONCURRENCY } else { order.concurrency });
        if periodic.is_some() {
            let Order { queue, overflow, .. } = Order::<H>::default();
            if (order.queue, order.overflow) != (queue, overflow) {
                faults.push("`queue` and `overflow` have no effect on a periodic trigger, which skips turns".into());
            }
            order.concurrency = concurrency.unwrap_or(1);
            order.queue = 0;
            order.skips_turns = true;
        }
        if interest.selectors.is_empty() && periodic.is_none() && faults.is_empty() {
            faults.push("it listens to no event; add `.on::<…>()`".into());
        }
        if faults.is_empty() {
            faults.extend(useless_filters(&interest));
        }
        match (&mut order.cooldown, per) {
            (Some(cooldown), per) => cooldown.per = per,
            (None, Some(_)) => faults.push("`per` has no effect without `cooldown`; add `cooldown = …`".into()),
            (None, None) => {}
        }
        if required && !interest.selectors.iter().eq([&Started::selector()]) {
            faults.push("`required` is for triggers on `Started` alone: only the start waits for them".into());
        }
        if required && order.batch.is_some() {
            faults.push("`required` cannot be used with `batch`; remove `batch`".into());
        }
        let once = [
            ("cooldown", order.cooldown.is_some()),
            ("batch", order.batch.is_some()),
            ("check", check.is_some()),
            ("every", periodic.is_some()),
        ];
        for (option, _) in once.iter().filter(|(_, is_set)| single_shot && *is_set) {
            faults.push(format!("`{option}` cannot be used with `single_shot`, which takes only the first event"));
        }
        let conversions = conversions.iter().map(H::conversion).collect();
        Trigger {
            name,
            location,
            interest,
            single_shot,
            faults,
            bind: Box::new(move |context, state, tasks| {
                order.set_defaults(context.part()?);
                state.set_order(match &periodic {
                    Some(Periodic { schedule, .. }) => format!("{schedule}, {order}"),
                    None => order.to_string(),
                });
                let action = bind(context)?;
                let action =
                    if blocking { on_threads(action, order.concurrency, context.part::<RealTime>()?) } else { action };
                let check = check.map(|check| check(context)).transpose()?;
                let (limits, Order { key, cooldown, timeout, retries, .. }) = (order.limits(), order);
                let required = required.then(|| context.part::<RequiredRuns>()).transpose()?;
                if let Some(required) = &required {
                    required.add_trigger();
                }
                let attempts = Attempts { check, timeout, retries, on_error, required };
                let (on_any_error, shutdown) = (context.part::<OnAnyError>()?, context.part::<Shutdown>()?);
                let action = attempts.around(action, Arc::clone(&state), on_any_error, shutdown.clone());
                let taker = take(action, limits, shutdown, Arc::clone(&state), tasks);
                Ok(Matcher::new(state, conversions, periodic, Code { conditions, key, cooldown }, taker))
            }),
        }
    }
}

/// Returns the name of the type of the selected events.
fn type_name(selector: &Selector) -> &'static str {
    match selector.kind() {
        Some(EventKind::Unknown) => "UnknownEvent",
        Some(kind) => kind.name(),
        None => "Event",
    }
}

/// Describes the filters that no event of the trigger can pass, because none has the field.
fn useless_filters(interest: &Interest) -> Vec<String> {
    type Has = fn(EventKind) -> bool;
    let filters: [(&str, &str, bool, Has); 3] = [
        ("worlds", "world", interest.worlds.is_all(), EventKind::has_world),
        ("characters", "character", interest.characters.is_all(), EventKind::has_character),
        ("zones", "zone", interest.zones.is_all(), EventKind::has_zone),
    ];
    let has = |selector: &Selector, has: Has| selector.kind().is_none_or(has);
    filters
        .into_iter()
        .filter(|(.., is_all, field)| !is_all && !interest.selectors.iter().any(|selector| has(selector, *field)))
        .map(|(filter, field, ..)| {
            let mut events: Vec<_> =
                interest.selectors.iter().map(|selector| format!("`{}`", selector.wire_name())).collect();
            let last = events.pop().unwrap_or_default();
            match &events[..] {
                [] if last.is_empty() => format!("a periodic trigger has no {field}; remove `{filter}`"),
                [] => format!("{last} has no {field}; remove `{filter}`"),
                events => format!("{} and {last} have no {field}; remove `{filter}`", events.join(", ")),
            }
        })
        .collect()
}

impl<E, H, A> fmt::Debug for TriggerBuilder<E, H, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggerBuilder")
            .field("name", &self.settings.name)
            .field("interest", &self.settings.interest)
            .finish_non_exhaustive()
    }
}
