//! The client handle.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auraxis_core::{environment::Environment, id::WorldId};
use tokio::time::sleep;

use super::shared::{CloseOnDrop, Shared};
use crate::{
    dispatch::{
        registry::AddError,
        schedule::Tick,
        state::{SourceLocation, TriggerState},
    },
    error::{Error, ErrorKind, Result},
    shutdown::Shutdown,
    stream::health::Health,
    tap::Tap,
    trigger::{
        builder::Trigger,
        context::{Context, FromContext, FromContextError},
        handle::TriggerHandle,
        handler::Handler,
    },
};

/// The interval between two checks whether the loop of the stream has made a turn.
const TURN_CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// A client of the event stream and the REST API. Clones are handles of the same client.
///
/// If a client has never [run](Self::run), dropping its last handle removes its triggers and drops what they own.
/// Handles that triggers received as an extractor do not count.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    /// `None` in the handle of a trigger, which would otherwise keep itself alive.
    _close_on_drop: Option<Arc<CloseOnDrop>>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let close_on_drop = Some(Arc::new(CloseOnDrop(Arc::clone(&shared))));
        Self { shared, _close_on_drop: close_on_drop }
    }

    /// Returns a handle for a trigger, which does not keep the client open.
    pub(crate) fn for_trigger(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), _close_on_drop: None }
    }

    /// Adds a trigger. It takes effect with the next event; the subscription is updated shortly after.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Setup`] if the name is taken, if the trigger is invalid or can never run, or if one of the
    /// handler's extractors cannot be resolved, and [`ErrorKind::State`] if the client has stopped.
    pub fn add(&self, trigger: Trigger) -> Result<TriggerHandle> {
        static UNNAMED: AtomicU64 = AtomicU64::new(0);

        let location = trigger.location;
        let name: Arc<str> = match &trigger.name {
            Some(name) => name.as_ref().into(),
            None => format!("trigger {} at {location}", UNNAMED.fetch_add(1, Ordering::Relaxed)).into(),
        };
        let setup_error = |fault: &str| Err(Error::new(ErrorKind::Setup, format!("`{name}` ({location}) {fault}")));
        if !trigger.faults.is_empty() {
            return setup_error(&format!("is invalid: {}", trigger.faults.join("; also, ")));
        }
        let shared = &self.shared;
        let (interest, inbox) = (trigger.interest.clone(), shared.inbox.clone());
        let state = TriggerState::new(Arc::clone(&name), location, interest, trigger.single_shot, inbox);
        let state = Arc::new(state);
        let handle = self.handle(Arc::clone(&state));
        let context = Context::new(Arc::clone(&shared.states))
            .with(Self::for_trigger(shared))
            .with(handle.clone())
            .with(shared.shutdown.clone())
            .with(shared.on_error.clone())
            .with(shared.required.clone())
            .with(shared.defaults)
            .with(shared.census.real_time().clone());
        let trigger = match trigger.bind(&context, state, shared.tasks.clone()) {
            Ok(trigger) => trigger,
            Err(missing) => return setup_error(&missing.to_string()),
        };
        match shared.registry.add(trigger) {
            Ok(()) => Ok(handle),
            Err(AddError::NameTaken(other)) => Err(duplicate_name(&name, other.location, location)),
            Err(AddError::Closed) => {
                Err(Error::new(ErrorKind::State, format!("cannot add `{name}` ({location}): the client has stopped")))
            }
        }
    }

    /// Adds a trigger that runs periodically: `client.add(Trigger::every(interval).action(handler))`. See
    /// [`Trigger::every`].
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    #[track_caller]
    pub fn every<M>(&self, interval: Duration, handler: impl Handler<Tick, M>) -> Result<TriggerHandle> {
        self.add(Trigger::every(interval).action(handler))
    }

    /// Returns the trigger with this name. Triggers of annotated functions are named after the function.
    #[must_use]
    pub fn trigger(&self, name: &str) -> Option<TriggerHandle> {
        self.shared.registry.get(name).map(|state| self.handle(state))
    }

    /// Returns all triggers in the order in which they were added.
    #[must_use]
    pub fn triggers(&self) -> Vec<TriggerHandle> {
        let all = self.shared.registry.all().into_iter();
        all.filter(|state| !state.is_internal()).map(|state| self.handle(state)).collect()
    }

    /// Removes the trigger with this name. See [`TriggerHandle::remove`].
    ///
    /// # Errors
    ///
    /// Returns an error if no trigger has this name.
    pub fn remove(&self, name: &str) -> Result {
        match self.trigger(name) {
            Some(handle) => {
                handle.remove();
                Ok(())
            }
            None => Err(Error::new(ErrorKind::State, format!("no trigger is named `{name}`"))),
        }
    }

    /// Awaits a future, such as a request to a chat service or a database, while the clock runs in real time.
    ///
    /// This only matters in a [replay](crate::ClientBuilder::replay), where the clock otherwise jumps from one timer to
    /// the next, so that the timeouts of network requests could fire early. Requests to the REST API do this
    /// automatically.
    pub async fn real_time<F: Future>(&self, future: F) -> F::Output {
        self.shared.census.real_time().during(future).await
    }

    /// Returns the progress of the replay; `None` if this is not a replay.
    ///
    /// Requires the feature `replay`.
    #[cfg(feature = "replay")]
    #[must_use]
    pub fn replay_progress(&self) -> Option<crate::recording::ReplayProgress> {
        self.shared.replay.as_ref().map(crate::recording::Replay::progress)
    }

    /// Stops the client gracefully because of a fatal error, which [`run`](Self::run) then returns as
    /// [`ErrorKind::Failed`]. If `main` returns that error, as with `run!`, the program exits with code 1. Only the
    /// first error is kept.
    ///
    /// ```
    /// # use auraxis_core::event::Started;
    /// # use auraxis_runtime::{Client, Trigger};
    /// let start = Trigger::on::<Started>().action(|_: Started, client: Client| {
    ///     if let Err(error) = std::fs::read("scores.db") {
    ///         client.fail(error);
    ///     }
    /// });
    /// ```
    pub fn fail(&self, error: impl Into<anyhow::Error>) {
        let error = error.into();
        let failed = Error::new(ErrorKind::Failed, error.to_string());
        // An `anyhow::Error` displays only its outermost message.
        let cause = error.source().map(ToString::to_string);
        self.shared.fail(match cause {
            Some(cause) => failed.caused_by(cause),
            None => failed,
        });
    }

    /// Passes everything that the stream delivers from now on to this tap.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::State`] if the client has stopped, or if its stream is too busy to answer.
    pub fn tap(&self, tap: impl Tap) -> Result {
        let is_sent = self.shared.inbox.add_tap(Box::new(tap));
        if is_sent {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::State, "the client has stopped, or its stream does not respond"))
        }
    }

    /// Starts a graceful shutdown, and returns immediately. [`run`](Self::run) returns when the shutdown is complete.
    pub fn shutdown(&self) {
        self.shared.shutdown.request();
    }

    /// Waits until the client is connected and the server has accepted its subscription. Returns immediately if it is
    /// connected, or if this is a replay that has finished. If triggers need several connections (see
    /// [`max_links`](crate::ClientBuilder::max_links)), it waits for all of them; of redundant ones, for the first.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::State`] if the client stops first.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn wait_ready(&self) -> Result {
        let Shared { status, shutdown, replay, .. } = &*self.shared;
        tokio::select! {
            biased;
            () = status.connected() => Ok(()),
            // A replay can finish before this is polled.
            () = shutdown.requested() => if replay.is_some() && status.was_connected() {
                Ok(())
            } else {
                Err(Error::new(ErrorKind::State, "the client stopped before it was connected"))
            },
        }
    }

    /// Returns whether each world is online, according to the last report of the stream. Worlds without a report are
    /// missing. If the servers of several links disagree, a world is online if any of them reports it as online.
    #[must_use]
    pub fn worlds(&self) -> BTreeMap<WorldId, bool> {
        self.shared.status.worlds()
    }

    /// Returns the state of the stream: links, worlds, gaps, duplicates and lag.
    ///
    /// It is recorded once per second while anything is received, when a link connects or disconnects, and when the
    /// client stops. Before the client runs, it is empty. Only [`stall`](Health::stall) is always current.
    ///
    /// ```
    /// # use auraxis_runtime::{Client, Trigger};
    /// # use auraxis_core::event::Started;
    /// let report = Trigger::on::<Started>().action(|_: Started, client: Client| {
    ///     let health = client.health();
    ///     println!("{health}");
    ///     for problem in health.problems() {
    ///         println!("- {problem}");
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        Health { stall: self.shared.stall(), ..Health::clone(&self.shared.status.health()) }
    }

    /// Returns the platform whose events the client receives.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.shared.config.environment
    }

    /// Returns a readable description of all triggers, of the connections that they need, and of what each subscribes to.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        let mut names = BTreeMap::new();
        for trigger in self.triggers() {
            let TriggerState { name, location, .. } = &*trigger.state;
            let _ = writeln!(text, "{name} ({location})");
            let interest = trigger.interest();
            // A periodic trigger has none.
            if !interest.selectors.is_empty() {
                let _ = writeln!(text, "  {}", *interest);
            }
            let _ = writeln!(text, "  {}", trigger.state.order());
            names.insert(trigger.state.number, Arc::clone(name));
        }
        if let Some(explain) = &self.shared.explain {
            let interests = self.shared.registry.interests(u64::MAX);
            text.push_str(&explain(self.shared.config.environment, &interests));
            return text;
        }
        let plan = self.shared.registry.plan();
        let subscriptions: Vec<_> = plan.links().map(|(_, link)| link).collect();
        if subscriptions.iter().any(|planned| planned.expected() > 0.0) {
            text.push_str("expected traffic on a busy evening\n");
        }
        for planned in subscriptions.iter().filter(|planned| planned.expected() > 0.0) {
            let surplus = planned.surplus();
            let _ = write!(text, "  {:.1} events/s", planned.expected());
            let _ = if surplus < 0.05 { writeln!(text) } else { writeln!(text, ", {surplus:.1} of them unwanted") };
        }
        match &*subscriptions {
            [] => text.push_str("subscription\n  nothing"),
            [planned] => drop(write!(text, "subscription\n  {}", planned.subscription())),
            several => {
                let texts = (1..).zip(several).map(|(number, planned)| {
                    let names: Vec<_> = planned.keys().filter_map(|trigger| names.get(&trigger)).cloned().collect();
                    format!("subscription {number} ({})\n  {}", names.join(", "), planned.subscription())
                });
                text.push_str(&texts.collect::<Vec<_>>().join("\n"));
            }
        }
        text
    }

    /// Returns a [`Shutdown`], which notifies when the client is stopping.
    #[must_use]
    pub fn shutdown_signal(&self) -> Shutdown {
        self.shared.shutdown.clone()
    }

    /// Returns the [grace period](crate::ClientBuilder::grace).
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.shared.grace
    }

    /// Returns the time after which the client stops; `None` in a replay, where recorded time counts.
    #[doc(hidden)]
    #[must_use]
    pub fn run_for(&self) -> Option<Duration> {
        self.shared.duration.filter(|_| self.shared.replay.is_none())
    }

    /// Returns the name and source location of the trigger whose handler or condition is currently blocking the stream,
    /// if there is one.
    #[must_use]
    pub fn stalled_by(&self) -> Option<String> {
        self.shared.stalled_by()
    }

    /// Waits until the loop of the stream has made another turn, which shows that nothing blocks it. The clock must not be
    /// paused.
    #[doc(hidden)]
    pub async fn next_turn(&self) {
        let Shared { monitor, inbox, .. } = &*self.shared;
        let before = monitor.turns();
        while monitor.turns() == before {
            inbox.wake();
            sleep(TURN_CHECK_INTERVAL).await;
        }
    }

    /// Returns whether the client has to connect to something before it is ready, because a trigger needs it.
    #[doc(hidden)]
    #[must_use]
    pub fn needs_connection(&self) -> bool {
        self.shared.explain.is_some() || self.shared.registry.plan().links().next().is_some()
    }

    #[cfg(feature = "test")]
    pub(crate) fn states(&self) -> &crate::trigger::context::ByType {
        &self.shared.states
    }

    /// Returns the error message for a client that cannot stop because a handler does not return.
    #[doc(hidden)]
    #[must_use]
    pub fn stuck_message(&self) -> String {
        self.shared.stuck_message(&[])
    }

    fn handle(&self, state: Arc<TriggerState>) -> TriggerHandle {
        TriggerHandle { state, registry: Arc::downgrade(&self.shared.registry) }
    }
}

fn duplicate_name(name: &str, one: SourceLocation, other: SourceLocation) -> Error {
    Error::new(ErrorKind::Setup, format!("two triggers are named `{name}`: {one} and {other}"))
}

impl FromContext for Client {
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
        context.part()
    }
}
