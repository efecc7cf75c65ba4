//! Triggers: which events, under which conditions, in what order, and what to do.
//!
//! `#[trigger(…)]` is sugar for what is here: each option is the method of the same name.
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
    event::{Event, EventKind, Payload, Selector, UnknownEvent},
    id::{CharacterId, WorldId, ZoneId},
    interest::Interest,
};

use super::{
    condition::{self, Condition},
    context::{Context, Missing},
    handler::Handler,
};
use crate::{
    dispatch::{
        lane::Tasks,
        matcher::{Check, Conversion, Matcher, Offer},
        order::{self, Order, OverflowPolicy},
        run::{Action, Run, on_threads},
        state::{SourceLocation, TriggerState},
    },
    real_time::RealTime,
};

/// So many blocking runs of a trigger there are at a time, unless it says otherwise: an eighth of Tokio's threads.
const THREADS: usize = 64;

/// What a handler of `E` can hold: `E` itself, or, if that is [`Event`] or an enum of events, what it is `From`.
#[diagnostic::on_unimplemented(
    message = "the handler takes `{E}`, which cannot hold the event `{Self}`",
    label = "the trait `From<{Self}>` is not implemented for `{E}`",
    note = "to listen to several events, take `Event` or an enum declared with `one_of!`"
)]
pub trait Fits<E> {
    /// Puts the event into what the handler takes.
    fn fit(self) -> E;
}

#[diagnostic::do_not_recommend]
impl<P, E: From<P>> Fits<E> for P {
    fn fit(self) -> E {
        E::from(self)
    }
}

/// A list of ids: an array, a `Vec`, a set, or anything else whose items convert into the id.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of `{Id}`",
    label = "expected an array, a `Vec` or another collection of `{Id}`",
    note = "write a single id in brackets, `[…]`, and pass a collection by value"
)]
pub trait Ids<Id> {
    /// The ids.
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
    pub(crate) order: String,
    pub(crate) single_shot: bool,
    /// Why it is impossible; told when it is added, since only then there is someone to tell.
    pub(crate) faults: Vec<String>,
    bind: Box<Bind>,
}

type Bind = dyn FnOnce(&Context, Arc<TriggerState>, Tasks) -> Result<Arc<dyn Offer>, Missing> + Send + Sync;

impl Trigger {
    /// A trigger for one event, or with [`Event`] for everything the game sends.
    pub fn on<P: Payload>() -> TriggerBuilder<P> {
        Self::builder().on::<P>()
    }

    /// A trigger whose handler takes `E`, for several events. Say which with [`TriggerBuilder::on`].
    pub fn builder<E: Clone + Send + Sync + 'static>() -> TriggerBuilder<E> {
        TriggerBuilder {
            name: None,
            interest: Interest::new([]),
            conversions: Vec::new(),
            conditions: Vec::new(),
            order: Order::default(),
            concurrency: None,
            single_shot: false,
            blocking: false,
            faults: Vec::new(),
        }
    }

    /// Gets what the handler asks for.
    pub(crate) fn bind(
        self,
        context: &Context,
        state: Arc<TriggerState>,
        tasks: Tasks,
    ) -> Result<Arc<dyn Offer>, Missing> {
        (self.bind)(context, state, tasks)
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("name", &self.name)
            .field("location", &self.location)
            .field("interest", &self.interest)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

/// A trigger that has no action yet.
#[must_use = "a trigger needs an `.action(…)`"]
pub struct TriggerBuilder<E> {
    name: Option<Cow<'static, str>>,
    interest: Interest,
    conversions: Vec<Conversion<E>>,
    conditions: Vec<Check<E>>,
    pub(crate) order: Order<E>,
    concurrency: Option<usize>,
    single_shot: bool,
    blocking: bool,
    faults: Vec<String>,
}

impl<E: Clone + Send + Sync + 'static> TriggerBuilder<E> {
    /// Listens to this event as well.
    pub fn on<P: Payload + Fits<E>>(self) -> Self {
        self.on_selector::<P>(P::selector())
    }

    /// Listens to some events of one kind, such as
    /// [`GainExperience::filter_experience`](auraxis_core::event::GainExperience::filter_experience).
    pub fn on_selector<P: Payload + Fits<E>>(mut self, selector: Selector) -> Self {
        if P::selector() != Selector::Everything && P::selector().kind() != selector.kind() {
            self.faults.push(format!("`{}` does not select {}", selector.wire_name(), P::selector().wire_name()));
        }
        self.interest.selectors.insert(selector);
        self.conversions.push(|event: &Event| P::downcast_ref(event).cloned().map(Fits::<E>::fit));
        self
    }

    /// Listens to an event by its name on the wire. If this version knows the event, listen to its type instead.
    pub fn on_named(mut self, name: impl Into<Cow<'static, str>>) -> Self
    where
        UnknownEvent: Fits<E>,
    {
        let selector = Selector::named(name);
        match (&selector, EventKind::similar_to(&selector.wire_name())) {
            (Selector::Named(name), Some(kind)) => self.faults.push(format!(
                "no event is called `{name}`, and it is nearly `{}`: name that without quotes",
                kind.name()
            )),
            (Selector::Named(_), None) => return self.on_selector::<UnknownEvent>(selector),
            _ => self.faults.push(format!("the event `{}` is known: name it without quotes", selector.wire_name())),
        }
        self
    }

    /// The name, unique among the triggers of a client. Without one, a trigger is called after its place.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Demands that this holds, beside whatever else is demanded. It sees what the handler would get.
    pub fn condition<M: 'static>(mut self, condition: impl Condition<E, M>) -> Self {
        self.conditions.push(condition::check(condition));
        self
    }

    /// Takes only events of these worlds; with none, no event.
    pub fn worlds(mut self, worlds: impl Ids<WorldId>) -> Self {
        self.interest.worlds = worlds.ids().collect();
        self
    }

    /// Takes only events whose character or attacker is one of these; with none, no event.
    pub fn characters(mut self, characters: impl Ids<CharacterId>) -> Self {
        self.interest.characters = characters.ids().collect();
        self
    }

    /// Takes only events in these zones; with none, no event. A map stands for all its instances.
    pub fn zones(mut self, zones: impl Ids<ZoneId>) -> Self {
        self.interest.zones = zones.ids().collect();
        self
    }

    /// Runs once, then removes itself.
    pub fn single_shot(mut self) -> Self {
        self.single_shot = true;
        self
    }

    /// Runs one at a time, in the order of arrival.
    pub fn sequential(self) -> Self {
        self.concurrency(1)
    }

    /// Runs on a thread made for that, so that the handler may block: on files, on a database, on much computing.
    ///
    /// By default at most 64 at a time, for Tokio has 512 such threads for the whole program. A run that is given up
    /// keeps its thread until it returns.
    pub fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Runs at most `n` at a time. By default 1,024, or 64 if it is [`blocking`](Self::blocking).
    pub fn concurrency(mut self, n: usize) -> Self {
        if n == 0 {
            self.faults.push("`concurrency` is at least 1".into());
        }
        self.concurrency = Some(n);
        self
    }

    /// Runs events with equal keys one at a time, in the order of arrival, and different keys at the same time.
    pub fn key<K: Hash>(mut self, key: impl Fn(&E) -> K + Send + Sync + 'static) -> Self {
        self.order.key = Some(order::key(key));
        self
    }

    /// Ends a run that takes longer, at its next wait, and counts it as failed. A `blocking` handler goes on and
    /// keeps its thread, but is no longer waited for.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.order.timeout = Some(timeout);
        self
    }

    /// How many events may wait for earlier runs. By default 16,384.
    pub fn queue(mut self, n: usize) -> Self {
        self.order.queue = n;
        self
    }

    /// What happens to further ones. By default, the oldest is dropped.
    pub fn overflow(mut self, policy: OverflowPolicy) -> Self {
        self.order.overflow = policy;
        self
    }

    /// What to do: a function or closure that takes the event, then anything that is
    /// [`FromContext`](crate::FromContext), and is asynchronous or not.
    #[track_caller]
    pub fn action<M>(self, handler: impl Handler<E, M>) -> Trigger {
        self.finish(Location::caller().into(), |context| handler.bind(context))
    }

    /// For generated code: `bind` resolves the handler's extractors, once.
    #[doc(hidden)]
    #[track_caller]
    pub fn __action<F: Fn(E) -> Run + Send + Sync + 'static>(
        self,
        bind: impl FnOnce(&Context) -> Result<F, Missing> + Send + Sync + 'static,
    ) -> Trigger {
        self.finish(Location::caller().into(), |context| Ok(Box::new(bind(context)?)))
    }

    fn finish(
        self,
        location: SourceLocation,
        bind: impl FnOnce(&Context) -> Result<Action<E>, Missing> + Send + Sync + 'static,
    ) -> Trigger {
        let Self { name, interest, conversions, conditions, mut order, concurrency, single_shot, blocking, mut faults } =
            self;
        order.concurrency = concurrency.unwrap_or(if blocking { THREADS } else { order.concurrency });
        if interest.selectors.is_empty() && faults.is_empty() {
            faults.push("it listens to no event: add `.on::<…>()`".into());
        }
        if faults.is_empty() {
            faults.extend(useless_filters(&interest));
        }
        Trigger {
            name,
            location,
            interest,
            order: order.to_string(),
            single_shot,
            faults,
            bind: Box::new(move |context, state, tasks| {
                let action = bind(context)?;
                let action =
                    if blocking { on_threads(action, order.concurrency, context.part::<RealTime>()?) } else { action };
                Ok(Matcher::new(state, conversions, conditions, order, action, tasks))
            }),
        }
    }
}

/// Filters that no event of the trigger can pass, because none has what they look at.
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
        .filter(|(.., is_all, it)| !is_all && !interest.selectors.iter().any(|selector| has(selector, *it)))
        .map(|(filter, what, ..)| {
            let events: Vec<_> = interest.selectors.iter().map(|it| format!("`{}`", it.wire_name())).collect();
            format!("no {what} in {}: remove `{filter}`", events.join(", "))
        })
        .collect()
}

impl<E> fmt::Debug for TriggerBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TriggerBuilder")
            .field("name", &self.name)
            .field("interest", &self.interest)
            .finish_non_exhaustive()
    }
}
