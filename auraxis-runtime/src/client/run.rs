//! The lifecycle of a running client.
//!
//! 1. Open the recording to replay or to write.
//! 2. Start the driver of the stream, and raise `Started`. Sources wait for its `required` handlers.
//! 3. Run until the client is stopped, its duration has passed, or all sources have ended.
//! 4. Stop the sources, and process what they have received.
//! 5. Report all counters.
//! 6. Wait for runs of handlers within the grace period; abort and report the others.
//! 7. Raise `Stopping`. Its handlers run last, so that they can flush a database that the others write to.
//! 8. Remove all triggers, and finish the recording.

use std::{
    future::Future,
    mem,
    sync::{Arc, PoisonError, atomic::Ordering, mpsc::Sender},
    time::Duration,
};

use auraxis_core::event::{
    Event, EventKind,
    signal::{Started, Stopping},
};
use futures_util::future::Either;
use tokio::{
    sync::{Semaphore, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::Instrument;

use super::{
    backfill,
    client::Client,
    run_config::{Origin, RunConfig},
    running_alerts,
    shared::Shared,
};
use crate::{
    config::{LONGEST_WAIT, MAX_EXTERNAL_WAIT},
    dispatch::{inbox::WouldDeadlock, stall::spawn_stall_detector},
    error::{Error, ErrorKind, Result},
    real_time::real_timer,
    recording::Recorder,
    source::{Source, gated::Gated, link::Link},
    stream::{
        driver::Driver,
        stream::{Command, Stream},
    },
    trigger::context::Context,
};

/// The part of the grace period that is reserved for handlers of `Stopping`, if there are any: a fifth.
const STOPPING_DIVISOR: u32 = 5;

/// The maximum time that is reserved for handlers of `Stopping`.
const MAX_STOPPING_TIME: Duration = Duration::from_secs(2);

/// The time limit for steps that take no time unless a handler blocks, such as an answer of the stream.
const STEP_TIMEOUT: Duration = Duration::from_millis(300);

/// The time that sources can take to finish after the triggers.
const FINISHING_TIMEOUT: Duration = Duration::from_secs(1);

impl Client {
    /// Runs the client until [`shutdown`](Self::shutdown) is called, its [time limit](crate::ClientBuilder::run_for)
    /// has passed, or all its sources, such as a replay, have ended. A client can run only once.
    ///
    /// Handlers that are running at that time have the [grace period](crate::ClientBuilder::grace) to finish.
    ///
    /// # Errors
    ///
    /// Returns an error if the event stream rejects the service id on the first connection, if a recording cannot be
    /// read or created, if [`fail`](Self::fail) is called, if a handler blocks for longer than the grace period, or if
    /// the client has run before. See [`ErrorKind`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the client without a grace period: runs are aborted at their next `.await`, and
    /// triggers are removed.
    pub async fn run(&self) -> Result {
        let run_config = self.shared.run_config.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(run_config) = run_config else {
            return Err(Error::new(ErrorKind::State, "a client can run only once; build another one"));
        };
        let run = async move {
            #[cfg(feature = "replay")]
            if self.shared.replay.is_some() {
                return self.run_replay(run_config).await;
            }
            self.run_here(run_config).await
        };
        run.instrument(self.shared.span.clone()).await
    }

    pub(super) async fn run_here(&self, run_config: RunConfig) -> Result {
        let shared = &self.shared;
        tokio::select! {
            result = Run::execute(shared, run_config) => result,
            () = shared.census.real_time().drive() => Ok(()),
        }
    }
}

/// A running client.
struct Run<'a> {
    shared: &'a Arc<Shared>,
    driver: Driver,
    recorder: Option<Arc<Recorder>>,
    /// The task that recovers missed events.
    backfill: Option<AbortOnDropHandle<()>>,
    /// Answered when all triggers have taken `Started`.
    started: oneshot::Receiver<Result<(), WouldDeadlock>>,
    /// Lets the sources start, if they wait for required handlers of `Started`.
    gate: watch::Sender<bool>,
    /// Stops the detection of handlers that block when dropped.
    _stall_detector: Sender<()>,
    _stop_on_drop: StopOnDrop<'a>,
}

impl<'a> Run<'a> {
    async fn execute(shared: &'a Arc<Shared>, mut run_config: RunConfig) -> Result {
        let stop_on_drop = StopOnDrop(shared);
        let is_replay = shared.replay.is_some();
        let recorder = run_config.recording.recorder(is_replay)?.map(Arc::new);
        let duration = run_config.duration;
        let is_live = matches!(run_config.origin, Origin::EventStream);
        let redundancy = is_live.then_some(run_config.redundancy);
        let backfill = run_config.backfill.filter(|_| is_live);
        let (taps, companions) = (mem::take(&mut run_config.taps), mem::take(&mut run_config.companions));
        let has_broker = run_config.has_broker();
        let sources = create_sources(shared, run_config).await?;
        let configure = |stream: &mut Stream| {
            if let Some(recorder) = &recorder {
                stream.set_recorder(Arc::clone(recorder));
            }
            if let Some(redundancy) = redundancy {
                stream.watch_links(redundancy);
            }
            for tap in taps {
                stream.add_tap(tap);
            }
            if has_broker {
                stream.set_broker();
            }
            if is_replay {
                stream.set_lossless(shared.grace.max(STEP_TIMEOUT));
            }
        };
        let context = Context::new(Arc::clone(&shared.states)).with(Client::for_trigger(shared));
        // Dropped last.
        let _companions = companions.into_iter().map(|start| start(&context)).collect::<Result<Vec<_>>>()?;
        let mut run = Self::start(shared, sources, configure, backfill, recorder.clone(), stop_on_drop).await?;
        let _running_alerts = if is_live { running_alerts::start(shared) } else { None };
        let result = run.run_until_stopped(duration).await;
        shared.shutdown.request();
        let grace = Grace::start(shared, is_replay);
        let stopped = run.stop(&grace).await;
        result.and(shared.take_failure().map_or(Ok(()), Err)).and(stopped)
    }

    async fn start(
        shared: &'a Arc<Shared>,
        sources: Vec<Box<dyn Source>>,
        configure: impl FnOnce(&mut Stream),
        backfill: Option<Duration>,
        recorder: Option<Arc<Recorder>>,
        stop_on_drop: StopOnDrop<'a>,
    ) -> Result<Self> {
        shared.has_run.store(true, Ordering::Release);
        let closed = || Error::new(ErrorKind::State, "the client has stopped");
        let mut stream = shared.stream_lock.take().await.ok_or_else(closed)?;
        configure(&mut stream);
        let backfill = backfill.map(|delay| {
            let (backfill, task) = backfill::start(shared, delay);
            stream.set_backfill(backfill);
            task
        });
        let stall_detector = spawn_stall_detector(
            Arc::clone(&shared.monitor),
            Arc::downgrade(&shared.registry),
            shared.inbox.clone(),
            shared.span.clone(),
        );
        let started = stream.dispatch_first(Started::new(shared.inbox.clock.update()).into());
        let (gate, is_open) = watch::channel(false);
        if shared.required.any() {
            stream.set_gate(is_open.clone());
        }
        let gated = |source| -> Box<dyn Source> {
            if shared.required.any() { Box::new(Gated { source, is_open: is_open.clone() }) } else { source }
        };
        let sources = sources.into_iter().map(gated).collect();
        let driver = Driver::start(stream, sources, &shared.span)
            .map_err(|error| Error::new(ErrorKind::Setup, "cannot start the stream's thread").caused_by(error))?;
        Ok(Self {
            shared,
            driver,
            recorder,
            backfill,
            started,
            gate,
            _stall_detector: stall_detector,
            _stop_on_drop: stop_on_drop,
        })
    }

    /// Runs until the client is stopped, its duration has passed, or all sources have ended.
    async fn run_until_stopped(&mut self, duration: Option<Duration>) -> Result {
        let Self { shared, driver, started, gate, .. } = self;
        let _duration_timer = duration.map(|duration| {
            let shutdown = shared.shutdown.clone();
            let stop = async move {
                sleep(duration.min(LONGEST_WAIT)).await;
                shutdown.request();
            };
            AbortOnDropHandle::new(tokio::spawn(stop))
        });
        tokio::select! {
            biased;
            // All triggers get `Started`, even if the client is stopped immediately, unless a handler blocks.
            _ = started => {}
            () = async { shared.shutdown.requested().await; sleep(STEP_TIMEOUT).await } => return Ok(()),
        }
        tokio::select! {
            // What a required handler waits for, such as a database, takes real time.
            result = shared.census.real_time().during(shared.required.finished()) => result?,
            () = shared.shutdown.requested() => return Ok(()),
        }
        gate.send_replace(true);
        let sources = async {
            // The channel closes when all sources have ended.
            while let Some(result) = driver.results.recv().await {
                result?;
            }
            Ok(())
        };
        let sources_result = tokio::select! {
            result = sources => Some(result),
            () = shared.shutdown.requested() => None,
        };
        if matches!(sources_result, Some(Ok(()))) {
            // The stream may still be processing the last batches.
            tokio::select! {
                () = self.drained() => self.wait_for_queues().await,
                () = self.shared.shutdown.requested() => {}
            }
        }
        sources_result.unwrap_or(Ok(()))
    }

    /// Waits until all queues are empty, or make no progress for the length of the grace period: a replay drops no
    /// events.
    async fn wait_for_queues(&self) {
        let (queued, shutdown) = (&self.shared.tasks.queued, &self.shared.shutdown);
        let grace = self.shared.grace.min(LONGEST_WAIT);
        let mut without_progress = Duration::ZERO;
        while queued.count() > 0 {
            let (before, grace_elapsed) = (queued.count(), real_timer(grace));
            tokio::pin!(grace_elapsed);
            loop {
                let changed = queued.changed();
                if queued.count() == 0 {
                    return;
                }
                tokio::select! {
                    () = changed => {}
                    () = &mut grace_elapsed => break,
                    () = shutdown.requested() => return,
                }
            }
            without_progress =
                if queued.count() < before { Duration::ZERO } else { without_progress + grace.max(STEP_TIMEOUT) };
            let is_waiting = self.shared.census.real_time().is_needed() && without_progress < MAX_EXTERNAL_WAIT;
            if without_progress > Duration::ZERO && !is_waiting {
                return;
            }
        }
    }

    async fn stop(mut self, grace: &Grace) -> Result {
        if let Some(backfill) = self.backfill.take() {
            // Reports what it has not recovered.
            let _ = backfill.await;
        }
        let result = self.stop_stream(grace).await;
        self.shared.finishing.close();
        if timeout(FINISHING_TIMEOUT, self.shared.finishing.wait()).await.is_err() {
            tracing::warn!("a source has not finished; a broker may deliver the last events again");
        }
        if let Some(recorder) = self.recorder.take() {
            // Blocks on disk I/O.
            let _ = tokio::task::spawn_blocking(move || recorder.finish()).await;
        }
        result
    }

    async fn stop_stream(&mut self, grace: &Grace) -> Result {
        if !self.drain(grace).await {
            return Err(self.stuck_error(&[]));
        }
        let stuck = self.finish_runs(grace).await;
        if self.shared.inbox.has_listeners(EventKind::Stopping) {
            self.run_stopping_handlers(grace).await;
        }
        self.report().await;
        let triggers = self.shared.registry.all();
        self.shared.registry.close();
        for state in triggers {
            tracing::debug!("`{}` ({}): {}", state.name, state.location, state.counters.stats());
        }
        self.shared.census.report();
        match timeout(STEP_TIMEOUT, self.driver.stop()).await {
            Ok(Ok(())) if stuck.is_empty() => Ok(()),
            Ok(Err(_)) => {
                Err(Error::new(ErrorKind::State, "the stream panicked, which is a bug in auraxis; please report it"))
            }
            _ => Err(self.stuck_error(&stuck)),
        }
    }

    /// Waits for the runs of handlers, then aborts those that exceed the grace period. Returns the triggers of runs
    /// that could not be aborted because they block.
    async fn finish_runs(&self, grace: &Grace) -> Vec<String> {
        let tasks = &self.shared.tasks;
        tasks.runs.close();
        let finish = async {
            loop {
                // Signals of the last runs may start further runs.
                self.report().await;
                tasks.runs.wait().await;
                self.report().await;
                if tasks.runs.is_empty() {
                    return;
                }
            }
        };
        if grace.for_runs.run_until_cancelled(finish).await.is_some() {
            return Vec::new();
        }
        tasks.abort();
        let aborted = timeout(STEP_TIMEOUT, tasks.runs.wait()).await;
        self.report().await;
        if aborted.is_ok() {
            return Vec::new();
        }
        self.shared.polling_triggers()
    }

    /// Waits until the sources have stopped and everything they received has been processed, and discards the rest at
    /// the end of the grace period. Returns whether the stream still responds.
    async fn drain(&self, grace: &Grace) -> bool {
        if grace.for_runs.run_until_cancelled(self.drained()).await.is_some() {
            return true;
        }
        // The stream is waiting for a full trigger.
        let _ = self.driver.commands.try_send(Command::Discard);
        self.report().await
    }

    /// Waits until the sources have ended and everything they received has been processed.
    async fn drained(&self) {
        let (on_drained, drained) = oneshot::channel();
        let _ = self.driver.commands.send(Command::NotifyDrained(on_drained)).await;
        let _ = drained.await;
    }

    /// Reports all counters, and dispatches the signals that this raises. Returns whether the stream still responds.
    async fn report(&self) -> bool {
        let (on_done, done) = oneshot::channel();
        let _ = self.driver.commands.try_send(Command::Report(on_done));
        matches!(timeout(STEP_TIMEOUT, done).await, Ok(Ok(())))
    }

    /// Raises `Stopping`, and waits for its handlers.
    async fn run_stopping_handlers(&self, grace: &Grace) {
        let tasks = &self.shared.tasks;
        tasks.runs.reopen();
        let run = async {
            dispatch(self.shared, Stopping::new(self.shared.inbox.clock.update())).await;
            tasks.runs.close();
            tasks.runs.wait().await;
        };
        if grace.for_stopping.run_until_cancelled(run).await.is_none() {
            tasks.runs.close();
            tasks.abort();
            let _ = timeout(STEP_TIMEOUT, tasks.runs.wait()).await;
        }
    }

    /// The error of a client that cannot stop because handlers do not return: of these triggers or, if empty, of the
    /// trigger that blocks the stream.
    fn stuck_error(&self, triggers: &[String]) -> Error {
        Error::new(ErrorKind::Stuck, self.shared.stuck_message(triggers))
    }
}

async fn dispatch(shared: &Arc<Shared>, signal: impl Into<Event>) {
    // Fails only if the stream has stopped.
    let _ = Client::for_trigger(shared).dispatch(signal).await;
}

/// The grace period. Its tokens are canceled even if the run is dropped.
struct Grace {
    /// Canceled when runs have to be aborted.
    for_runs: CancellationToken,
    /// Canceled when handlers of `Stopping` have to be aborted as well.
    for_stopping: CancellationToken,
}

impl Grace {
    /// Starts the grace period. In a replay it is measured in real time, while the clock jumps to the timers of
    /// handlers.
    fn start(shared: &Shared, is_replay: bool) -> Self {
        let (for_runs, for_stopping) = (CancellationToken::new(), CancellationToken::new());
        let grace = Self { for_runs: for_runs.clone(), for_stopping: for_stopping.clone() };
        let duration = shared.grace.min(LONGEST_WAIT);
        let reserved = if shared.inbox.has_listeners(EventKind::Stopping) {
            (duration / STOPPING_DIVISOR).min(MAX_STOPPING_TIME)
        } else {
            Duration::ZERO
        };
        tokio::spawn(async move {
            sleep_in(duration.saturating_sub(reserved), is_replay).await;
            for_runs.cancel();
            sleep_in(reserved, is_replay).await;
            for_stopping.cancel();
        });
        grace
    }
}

/// Sleeps in real time or by the clock of the runtime.
fn sleep_in(duration: Duration, real_time: bool) -> impl Future<Output = ()> + Send {
    if real_time { Either::Left(real_timer(duration)) } else { Either::Right(sleep(duration)) }
}

/// Stops and closes the client when the run ends or is dropped, so that pending calls return and the reference cycle of
/// triggers and client is broken. The driver stops the stream.
struct StopOnDrop<'a>(&'a Arc<Shared>);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.shutdown.request();
        self.0.tasks.abort();
        self.0.has_run.store(true, Ordering::Release);
        self.0.close();
    }
}

#[cfg_attr(not(feature = "replay"), allow(clippy::unused_async))] // Opening recordings is asynchronous.
async fn create_sources(shared: &Shared, run_config: RunConfig) -> Result<Vec<Box<dyn Source>>> {
    Ok(match run_config.origin {
        Origin::EventStream => {
            warn_about_example_id(shared);
            let (has_connected, connections) = (Arc::default(), Arc::default());
            let open = Arc::new(Semaphore::new(run_config.max_links as usize));
            let link = |number| -> Box<dyn Source> {
                Box::new(Link {
                    config: Arc::clone(&shared.config),
                    number,
                    linger: run_config.linger,
                    verify_interval: run_config.verify_interval,
                    has_connected: Arc::clone(&has_connected),
                    connections: Arc::clone(&connections),
                    open: Arc::clone(&open),
                })
            };
            (0..run_config.max_subscriptions() * run_config.redundancy).map(link).collect()
        }
        #[cfg(feature = "replay")]
        Origin::Replay(replay) => vec![super::replay::open(replay, &shared.inbox.clock).await?],
        Origin::Sources(sources) => sources,
        #[cfg(feature = "test")]
        Origin::Manual => vec![Box::new(crate::source::idle::Idle)],
    })
}

fn warn_about_example_id(shared: &Shared) {
    if shared.config.service_id.is_example() && shared.config.is_official() {
        tracing::warn!(
            "no service id is set, so `s:example` is used, which is shared by everyone and limited to ten REST \
             requests per minute; register your own for free at https://census.daybreakgames.com/#service-id and pass \
             it with `--service-id`, `AURAXIS_SERVICE_ID` or `run!(service_id = …)`"
        );
    }
}
