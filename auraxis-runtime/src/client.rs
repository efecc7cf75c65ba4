//! The client: triggers, the stream that feeds them, and questions to REST.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt::Write as _,
    sync::{Arc, PoisonError, atomic::AtomicU64, atomic::Ordering},
    time::Duration,
};

use auraxis_core::{
    event::{
        Event,
        signal::{Started, Stopping},
    },
    id::WorldId,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    builder::ClientBuilder,
    config::LONGEST_WAIT,
    context::{Context, States},
    core::{Core, Source},
    error::{Error, ErrorKind, Result},
    handle::TriggerHandle,
    link,
    meta::Meta,
    recording::{self, Recorder, Replayed},
    registry::Refused,
    shutdown::Shutdown,
    trigger::Trigger,
    watch::watch,
};

/// A client of the event stream and of REST. Clones are the same client.
#[derive(Clone, Debug)]
pub struct Client(pub(crate) Arc<Core>);

impl Client {
    /// Sets a client up.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
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
        let core = &self.0;
        let meta = Arc::new(Meta::new(
            Arc::clone(&name),
            place,
            trigger.interest.clone(),
            trigger.order.clone(),
            trigger.single_shot,
            core.signals.clone(),
        ));
        let handle = TriggerHandle { meta: Arc::clone(&meta), registry: Arc::downgrade(&core.registry) };
        let context = Context { client: self.clone(), handle: handle.clone() };
        let active = match trigger.wire(&context, meta, core.tasks.clone()) {
            Ok(active) => active,
            Err(missing) => return refuse(&missing.to_string()),
        };
        match core.registry.add(active) {
            Ok(()) => Ok(handle),
            Err(Refused::Taken(other)) => Err(Error::new(
                ErrorKind::Setup,
                format!("two triggers are named `{name}`: {} and {place}", other.place),
            )),
            Err(Refused::Closed) => {
                Err(Error::new(ErrorKind::State, format!("`{name}` ({place}) comes too late: the client has stopped")))
            }
        }
    }

    /// The trigger of this name, an attribute's function included.
    #[must_use]
    pub fn trigger(&self, name: &str) -> Option<TriggerHandle> {
        self.0.registry.get(name).map(|meta| self.handle(meta))
    }

    /// All triggers, in the order in which they were added.
    #[must_use]
    pub fn triggers(&self) -> Vec<TriggerHandle> {
        self.0.registry.all().iter().map(|trigger| self.handle(Arc::clone(trigger.meta()))).collect()
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

    /// Runs until the client is told to stop, by [`shutdown`](Self::shutdown), or at the end of a replay. A client
    /// runs once.
    ///
    /// Handlers that still run then have the grace period to end.
    ///
    /// # Errors
    ///
    /// If the event stream refuses the service id, if a recording cannot be read, or if the client has run before.
    ///
    /// # Cancel safety
    ///
    /// Dropping this stops the client without a grace period: runs end at their next wait, and triggers are removed.
    pub async fn run(&self) -> Result {
        if let Source::Replay(_) = self.0.source {
            return recording::apart(self).await;
        }
        self.run_here().await
    }

    /// Runs where it is called.
    pub(crate) async fn run_here(&self) -> Result {
        let core = &self.0;
        let Some(raised) = core.raised.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Err(Error::new(ErrorKind::State, "a client runs once: build another one"));
        };
        let _end = End(core);
        match (&core.record, &core.source) {
            // It may be the very file that is read.
            (Some((path, _)), Source::Replay(_)) => {
                tracing::warn!("a replay is not recorded, so {} is left alone", path.display());
            }
            (Some((path, rotation)), _) => {
                let recorder = Recorder::create(path, *rotation)?;
                core.recorder.get_or_init(|| recorder);
            }
            (None, _) => {}
        }
        if core.config.service_id.is_example() && core.config.is_official() && matches!(core.source, Source::Stream) {
            tracing::warn!(
                "no service id is given, so `s:example` is used, which all share: ten REST requests a minute. Get one \
                 of your own at https://census.daybreakgames.com/#service-id, free, and pass it with --service-id, \
                 AURAXIS_SERVICE_ID or `run!(service_id = …)`"
            );
        }
        let note = Arc::clone(&core.intake.lock().await.note);
        let _watching = watch(note, Arc::downgrade(&core.registry));
        core.dispatch(Started::new).await;
        let (stop_pump, stopped) = oneshot::channel();
        let mut pump = AbortOnDropHandle::new(tokio::spawn(pump(Arc::clone(core), raised, stopped)));
        let mut source = AbortOnDropHandle::new(match core.source.clone() {
            Source::Stream => tokio::spawn(link::run(Arc::clone(core))),
            Source::Replay(replay) => tokio::spawn(recording::run(Arc::clone(core), replay)),
            #[cfg(feature = "test")]
            Source::Hand => {
                core.connected.send_replace(true);
                let shutdown = core.shutdown.clone();
                tokio::spawn(async move {
                    shutdown.requested().await;
                    Ok(())
                })
            }
        });
        let limit = async {
            match core.duration {
                Some(duration) => sleep(duration).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            ended = &mut source => Some(ended),
            () = core.shutdown.requested() => None,
            () = limit => None,
        };
        core.shutdown.request();
        let deadline = Instant::now() + core.grace.min(LONGEST_WAIT);
        // Whatever handlers still wait for has the grace period as it really is.
        let _real = core.census.outside().wait();
        // Triggers that let the stream wait may hold the source up.
        let ended = match ended {
            Some(ended) => Some(ended),
            None => timeout_at(deadline, &mut source).await.ok(),
        };
        source.abort();
        for trigger in core.registry.all() {
            trigger.meta().tell();
        }
        // What was raised until now comes before the last signal.
        drop(stop_pump);
        let raised = timeout_at(deadline, &mut pump).await;
        pump.abort();
        let stopping = timeout_at(deadline, core.dispatch(Stopping::new)).await;
        if raised.is_err() || stopping.is_err() {
            tracing::warn!("a trigger that lets the stream wait has not taken the last signals");
        }
        // No event comes any more. With their triggers go streams of events, for which runs may be waiting.
        let triggers: Vec<_> = core.registry.close().into_iter().map(|meta| self.handle(meta)).collect();
        if let Ok(mut intake) = timeout(Duration::from_millis(100), core.intake.lock()).await {
            intake.refresh();
            intake.tell();
        }
        self.finish_runs(deadline).await;
        for trigger in triggers {
            trigger.meta.tell();
            tracing::debug!("`{}` {}", trigger.name(), trigger.funnel());
        }
        core.census.tell();
        if core.recorder.get().is_some() {
            let core = Arc::clone(core);
            // It waits for a disk.
            let _ = tokio::task::spawn_blocking(move || core.recorder.get().map(Recorder::finish)).await;
        }
        match ended {
            Some(Ok(result)) => result,
            Some(Err(panic)) if panic.is_panic() => std::panic::resume_unwind(panic.into_panic()),
            _ => Ok(()),
        }
    }

    /// Lets the triggers have an event as if it had come over the stream, and returns when all of them have taken it:
    /// runs that do not have to wait are over then.
    ///
    /// The client need not be connected or running. For tests, and for events of other sources.
    pub async fn dispatch(&self, event: impl Into<Event>) {
        let event = event.into();
        self.0.dispatch(|_| event).await;
    }

    /// Takes a frame that is no event, as if it had come over the stream.
    #[cfg(feature = "test")]
    pub(crate) async fn take(&self, frame: auraxis_core::frame::Frame) {
        let waits = self.0.intake.lock().await.frame(frame);
        waits.settle(&self.0.intake).await;
    }

    /// Awaits something outside of the program, such as an answer of a chat or a database.
    ///
    /// It does nothing else, except in a [replay](ClientBuilder::replay): the time of the recording, which passes in
    /// leaps otherwise, passes as it really does meanwhile, so that time limits mean what they say. Questions to REST
    /// do so by themselves.
    pub async fn outside<F: Future>(&self, future: F) -> F::Output {
        self.0.census.outside().during(future).await
    }

    /// How far the replay has come; `None` if this is not one.
    #[must_use]
    pub fn replayed(&self) -> Option<Replayed> {
        if let Source::Replay(replay) = &self.0.source { Some(replay.replayed()) } else { None }
    }

    /// Tells the client to stop. Returns at once; [`run`](Self::run) returns when all is done.
    pub fn shutdown(&self) {
        self.0.shutdown.request();
    }

    /// Waits until the client is connected and has sent its subscription. Returns at once if it is.
    ///
    /// # Errors
    ///
    /// If the client stops before.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn wait_ready(&self) -> Result {
        let mut connected = self.0.connected.subscribe();
        tokio::select! {
            biased;
            Ok(_) = connected.wait_for(|connected| *connected) => Ok(()),
            () = self.0.shutdown.requested() => Err(Error::new(ErrorKind::State, "the client stops")),
        }
    }

    /// Which worlds are up, as the stream has told; empty before it has.
    #[must_use]
    pub fn endpoint_status(&self) -> BTreeMap<WorldId, bool> {
        self.0.worlds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All triggers and the subscription they make, for people to read.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for trigger in self.triggers() {
            let Meta { name, place, order, .. } = &*trigger.meta;
            let _ = writeln!(text, "{name} ({place})\n  {}\n  {order}", *trigger.interest());
        }
        let _ = write!(text, "subscription\n  {}", self.0.registry.subscription());
        text
    }

    /// Tells when the client stops.
    #[must_use]
    pub fn shutdown_signal(&self) -> Shutdown {
        self.0.shutdown.clone()
    }

    /// How long handlers may go on after the client has been told to stop.
    #[doc(hidden)]
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.0.grace
    }

    /// After which time the client stops.
    #[doc(hidden)]
    #[must_use]
    pub fn run_for(&self) -> Option<Duration> {
        self.0.duration
    }

    pub(crate) fn states(&self) -> &States {
        &self.0.states
    }

    fn handle(&self, meta: Arc<Meta>) -> TriggerHandle {
        TriggerHandle { meta, registry: Arc::downgrade(&self.0.registry) }
    }

    /// Lets the runs that are under way go on until the deadline, then ends them.
    async fn finish_runs(&self, deadline: Instant) {
        let tasks = &self.0.tasks;
        tasks.runs.close();
        if timeout_at(deadline, tasks.runs.wait()).await.is_err() {
            let (left, waiting) = (tasks.runs.len(), tasks.waiting.len());
            tracing::warn!(
                "{left} runs did not end within {:?} and are given up, and with them {waiting} events that waited",
                self.0.grace
            );
            tasks.abort.cancel();
            // Those that can be ended end at once.
            let _ = timeout(Duration::from_millis(100), tasks.runs.wait()).await;
        }
    }
}

/// Ends the client with its run, however that ends: nobody waits for what does not come, and triggers that own the
/// client let go of it.
struct End<'a>(&'a Arc<Core>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let core = self.0;
        core.shutdown.request();
        core.tasks.abort.cancel();
        core.registry.close();
        if let Ok(mut intake) = core.intake.try_lock() {
            intake.refresh();
        } else if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // A task of the run is in the middle of an event.
            let core = Arc::clone(core);
            runtime.spawn(async move { core.intake.lock().await.refresh() });
        }
    }
}

/// Brings signals from wherever they were raised to the triggers, and tells once a second what has been counted.
async fn pump(core: Arc<Core>, mut raised: mpsc::Receiver<Event>, mut stopped: oneshot::Receiver<Infallible>) {
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // What has been raised goes before the end.
            biased;
            _ = second.tick() => {
                core.signals.clock.update();
                // Removed triggers hold on to what their handlers own until then.
                core.intake.lock().await.refresh();
                for trigger in core.registry.all() {
                    trigger.meta().tell();
                }
                let lost = core.signals.take_lost();
                if lost > 0 {
                    tracing::warn!("{lost} signals came faster than they were handled and are lost");
                }
            }
            Some(signal) = raised.recv() => {
                let waits = core.intake.lock().await.event(&signal);
                waits.settle(&core.intake).await;
            }
            _ = &mut stopped => return,
        }
    }
}
