//! The client: triggers, the stream that feeds them, and questions to REST.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auraxis_core::id::WorldId;

use super::shared::{LastHandle, Shared};
use crate::{
    dispatch::{
        registry::Refused,
        state::{Place, TriggerState},
    },
    error::{Error, ErrorKind, Result},
    shutdown::Shutdown,
    trigger::{
        builder::Trigger,
        context::{Context, FromContext, Missing},
        handle::TriggerHandle,
    },
};

/// A client of the event stream and of REST. Clones are the same client.
///
/// A client that does not run ends with its last handle: its triggers, and what they own, go with it. Handles that
/// triggers were given do not count.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    /// Not in the handle of a trigger, which would keep itself.
    _last: Option<Arc<LastHandle>>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let last = Some(Arc::new(LastHandle(Arc::clone(&shared))));
        Self { shared, _last: last }
    }

    /// The client of a trigger, which does not keep it.
    pub(crate) fn of_a_trigger(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), _last: None }
    }

    /// Adds a trigger. It takes effect with the next event; the subscription follows.
    ///
    /// # Errors
    ///
    /// If the name is taken, if the handler asks for something that the client does not have, or if the client has
    /// stopped.
    pub fn add(&self, trigger: Trigger) -> Result<TriggerHandle> {
        static ADDED: AtomicU64 = AtomicU64::new(0);

        let place = trigger.place;
        let name: Arc<str> = match &trigger.name {
            Some(name) => name.as_ref().into(),
            None => format!("trigger {} at {place}", ADDED.fetch_add(1, Ordering::Relaxed)).into(),
        };
        let refuse = |fault: &str| Err(Error::new(ErrorKind::Setup, format!("`{name}` ({place}) {fault}")));
        if !trigger.faults.is_empty() {
            return refuse(&format!("is not possible: {}", trigger.faults.join(", and ")));
        }
        let shared = &self.shared;
        let (interest, order) = (trigger.interest.clone(), trigger.order.clone());
        let state =
            TriggerState::new(Arc::clone(&name), place, interest, order, trigger.single_shot, shared.inbox.clone());
        let state = Arc::new(state);
        let handle = self.handle(Arc::clone(&state));
        let context = Context::new(Arc::clone(&shared.states))
            .with(Self::of_a_trigger(shared))
            .with(handle.clone())
            .with(shared.shutdown.clone())
            .with(shared.census.real_time().clone());
        let trigger = match trigger.wire(&context, state, shared.tasks.clone()) {
            Ok(trigger) => trigger,
            Err(missing) => return refuse(&missing.to_string()),
        };
        match shared.registry.add(trigger) {
            Ok(()) => Ok(handle),
            Err(Refused::Taken(other)) => Err(twins(&name, other.place, place)),
            Err(Refused::Closed) => {
                Err(Error::new(ErrorKind::State, format!("`{name}` ({place}) comes too late: the client has stopped")))
            }
        }
    }

    /// The trigger of this name, an attribute's function included.
    #[must_use]
    pub fn trigger(&self, name: &str) -> Option<TriggerHandle> {
        self.shared.registry.get(name).map(|state| self.handle(state))
    }

    /// All triggers, in the order in which they were added.
    #[must_use]
    pub fn triggers(&self) -> Vec<TriggerHandle> {
        let all = self.shared.registry.all().into_iter();
        all.filter(|state| !state.is_internal()).map(|state| self.handle(state)).collect()
    }

    /// Removes the trigger of this name. See [`TriggerHandle::remove`].
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn remove(&self, name: &str) -> Result {
        match self.trigger(name) {
            Some(handle) => {
                handle.remove();
                Ok(())
            }
            None => Err(Error::new(ErrorKind::State, format!("no trigger is named `{name}`"))),
        }
    }

    /// Awaits a future in real time, such as a call to a chat service or a database.
    ///
    /// This matters in a [replay](crate::ClientBuilder::replay) only, where the clock jumps from one timer to the next:
    /// while the future is awaited, the clock runs as the real one does, so a timeout does not fire too early. REST
    /// requests do so by themselves.
    pub async fn real_time<F: Future>(&self, future: F) -> F::Output {
        self.shared.census.real_time().during(future).await
    }

    /// How far the replay has come; `None` if this is not one.
    ///
    /// Requires the feature `replay`.
    #[cfg(feature = "replay")]
    #[must_use]
    pub fn replayed(&self) -> Option<crate::recording::Replayed> {
        self.shared.replay.as_ref().map(crate::recording::Replay::replayed)
    }

    /// Stops the client because it cannot go on: [`run`](Self::run) returns this error when all is done, and a program
    /// that returns it from `main`, as with `run!`, ends with exit code 1. Only the first failure counts.
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
        // Its causes come after it.
        let cause = error.source().map(ToString::to_string);
        self.shared.fail(match cause {
            Some(cause) => failed.caused_by(cause),
            None => failed,
        });
    }

    /// Tells the client to stop. Returns at once; [`run`](Self::run) returns when all is done.
    pub fn shutdown(&self) {
        self.shared.shutdown.request();
    }

    /// Waits until the client is connected and has sent its subscription. Returns at once if it is, or if this is a
    /// replay that is over already.
    ///
    /// # Errors
    ///
    /// If the client stops before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn wait_ready(&self) -> Result {
        let Shared { status, shutdown, replay, .. } = &*self.shared;
        tokio::select! {
            biased;
            () = status.connected() => Ok(()),
            // A replay may be over before anybody looks.
            () = shutdown.requested() => if replay.is_some() && status.was_connected() {
                Ok(())
            } else {
                Err(Error::new(ErrorKind::State, "the client stops"))
            },
        }
    }

    /// Which worlds are up, as the stream has told; empty before it has.
    #[must_use]
    pub fn endpoint_status(&self) -> BTreeMap<WorldId, bool> {
        self.shared.status.worlds()
    }

    /// All triggers and the subscription they make, for people to read.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for trigger in self.triggers() {
            let TriggerState { name, place, order, .. } = &*trigger.state;
            let _ = writeln!(text, "{name} ({place})\n  {}\n  {order}", *trigger.interest());
        }
        let _ = write!(text, "subscription\n  {}", self.shared.registry.needs().subscription);
        text
    }

    /// Tells when the client stops.
    #[must_use]
    pub fn shutdown_signal(&self) -> Shutdown {
        self.shared.shutdown.clone()
    }

    /// How long handlers may go on after the client has been told to stop.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.shared.grace
    }

    /// After which time the client stops; `None` in a replay too, where the time of the recording counts.
    #[doc(hidden)]
    #[must_use]
    pub fn run_for(&self) -> Option<Duration> {
        self.shared.duration.filter(|_| self.shared.replay.is_none())
    }

    /// The trigger that holds up the stream at this moment, with its place in the source.
    #[must_use]
    pub fn held_up_by(&self) -> Option<String> {
        self.shared.held_up_by()
    }

    #[cfg(feature = "test")]
    pub(crate) fn states(&self) -> &crate::trigger::context::ByType {
        &self.shared.states
    }

    /// What to say when the client cannot stop because a handler does not return.
    #[doc(hidden)]
    #[must_use]
    pub fn cannot_stop(&self) -> String {
        self.shared.cannot_stop(&[])
    }

    fn handle(&self, state: Arc<TriggerState>) -> TriggerHandle {
        TriggerHandle { state, registry: Arc::downgrade(&self.shared.registry) }
    }
}

fn twins(name: &str, one: Place, other: Place) -> Error {
    Error::new(ErrorKind::Setup, format!("two triggers are named `{name}`: {one} and {other}"))
}

impl FromContext for Client {
    fn from_context(context: &Context) -> Result<Self, Missing> {
        context.part()
    }
}
