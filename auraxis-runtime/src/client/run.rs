//! A run of a client, from start to end.
//!
//! 1. Open the recording, or the file to record to.
//! 2. Let the stream take its turns, and tell `Started`.
//! 3. Go on until somebody stops the client, its time is over, or its sources come to their end.
//! 4. Stop the sources. What they had under way is still taken.
//! 5. Tell what has been counted.
//! 6. Let runs end within the grace period; give up the others, and tell that.
//! 7. Tell `Stopping`, whose handlers are the last: they may flush a database that all others write to.
//! 8. Remove all triggers, and finish the recording.

use std::{
    future::Future,
    sync::{Arc, PoisonError, atomic::Ordering, mpsc::Sender},
    time::Duration,
};

use auraxis_core::event::{
    Event, EventKind,
    signal::{Started, Stopping},
};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::Instrument;

use super::{
    client::Client,
    plan::{Origin, Plan},
    shared::Shared,
};
use crate::{
    config::{LONGEST_ANSWER, LONGEST_WAIT},
    dispatch::{inbox::WaitsForItself, stall::watch},
    error::{Error, ErrorKind, Result},
    real_time::passed_really,
    recording::Recorder,
    source::{Source, link::Link},
    stream::{driver::Driver, stream::Order},
};

/// How much of the grace period is left for the handlers of `Stopping`, if there are any, and at most how long.
const FOR_STOPPING: (u32, Duration) = (5, Duration::from_secs(2));

/// How long something may take that is done at once: runs that are ended, a stream that nobody holds up.
const AT_ONCE: Duration = Duration::from_millis(300);

impl Client {
    /// Runs until the client is told to stop, by [`shutdown`](Self::shutdown), or at the end of a replay. A client
    /// runs once.
    ///
    /// Handlers that still run then have the grace period to end.
    ///
    /// # Errors
    ///
    /// If the event stream refuses the service id at the start, if a recording cannot be read, if a handler calls
    /// [`fail`](Self::fail), if a handler does not return and so holds up the stream for longer than the grace period,
    /// or if the client has run before.
    ///
    /// # Cancel safety
    ///
    /// Dropping this stops the client without a grace period: runs end at their next wait, and triggers are removed.
    pub async fn run(&self) -> Result {
        let plan = self.shared.plan.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(plan) = plan else {
            return Err(Error::new(ErrorKind::State, "a client runs once: build another one"));
        };
        let run = async move {
            #[cfg(feature = "replay")]
            if self.shared.replay.is_some() {
                return self.run_apart(plan).await;
            }
            self.run_here(plan).await
        };
        run.instrument(self.shared.span.clone()).await
    }

    pub(super) async fn run_here(&self, plan: Plan) -> Result {
        let shared = &self.shared;
        tokio::select! {
            result = Run::go(shared, plan) => result,
            () = shared.census.real_time().drive() => Ok(()),
        }
    }
}

/// A client that runs.
struct Run<'a> {
    shared: &'a Arc<Shared>,
    driver: Driver,
    recorder: Option<Arc<Recorder>>,
    /// Answered when `Started` has been taken.
    started: oneshot::Receiver<Result<(), WaitsForItself>>,
    /// Looks for handlers that block until it is dropped.
    _watching: Sender<()>,
    _end: End<'a>,
}

impl<'a> Run<'a> {
    async fn go(shared: &'a Arc<Shared>, plan: Plan) -> Result {
        let end = End(shared);
        let is_replay = shared.replay.is_some();
        let recorder = plan.recording.recorder(is_replay)?.map(Arc::new);
        let duration = plan.duration;
        let sources = sources(shared, plan).await?;
        let mut run = Self::start(shared, sources, recorder, end).await?;
        let result = run.listen(duration).await;
        shared.shutdown.request();
        let grace = Grace::start(shared, is_replay);
        let stopped = run.stop(&grace).await;
        result.and(shared.take_failure().map_or(Ok(()), Err)).and(stopped)
    }

    async fn start(
        shared: &'a Arc<Shared>,
        sources: Vec<Box<dyn Source>>,
        recorder: Option<Arc<Recorder>>,
        end: End<'a>,
    ) -> Result<Self> {
        shared.has_run.store(true, Ordering::Release);
        let stopped = || Error::new(ErrorKind::State, "the client has stopped");
        let mut stream = shared.seat.take_for_good().await.ok_or_else(stopped)?;
        if let Some(recorder) = &recorder {
            stream.record(Arc::clone(recorder));
        }
        if shared.replay.is_some() {
            stream.wait_for_room(shared.grace.max(AT_ONCE));
        }
        let watching = watch(
            Arc::clone(&shared.note),
            Arc::downgrade(&shared.registry),
            shared.inbox.clone(),
            shared.span.clone(),
        );
        let started = stream.begin_with(Started::new(shared.inbox.clock.update()).into());
        let driver = Driver::start(stream, sources, &shared.span);
        let driver =
            driver.map_err(|error| Error::new(ErrorKind::Setup, "the stream has no thread").caused_by(error))?;
        Ok(Self { shared, driver, recorder, started, _watching: watching, _end: end })
    }

    /// Goes on until the client is to stop.
    async fn listen(&mut self, duration: Option<Duration>) -> Result {
        let Self { shared, driver, started, .. } = self;
        let _limit = duration.map(|duration| {
            let shutdown = shared.shutdown.clone();
            let stop = async move {
                sleep(duration.min(LONGEST_WAIT)).await;
                shutdown.request();
            };
            AbortOnDropHandle::new(tokio::spawn(stop))
        });
        tokio::select! {
            biased;
            // It comes to everybody, however soon the client is stopped; but a handler that blocks keeps nobody.
            _ = started => {}
            () = async { shared.shutdown.requested().await; sleep(AT_ONCE).await } => return Ok(()),
        }
        let sources = async {
            // They have come to their end when nobody is left who could say so.
            while let Some(result) = driver.ended.recv().await {
                result?;
            }
            Ok(())
        };
        let ended = tokio::select! {
            result = sources => Some(result),
            () = shared.shutdown.requested() => None,
        };
        if matches!(ended, Some(Ok(()))) {
            // The stream may be busy with what came last.
            tokio::select! {
                () = self.drained() => self.wait_for_queues().await,
                () = self.shared.shutdown.requested() => {}
            }
        }
        ended.unwrap_or(Ok(()))
    }

    /// At the end of a replay, what has come and still waits is run, for as long as anything moves: nothing of a replay
    /// is dropped.
    async fn wait_for_queues(&self) {
        let (queued, shutdown) = (&self.shared.tasks.queued, &self.shared.shutdown);
        let grace = self.shared.grace.min(LONGEST_WAIT);
        // How long nothing has moved.
        let mut still = Duration::ZERO;
        while queued.count() > 0 {
            let (before, passed) = (queued.count(), passed_really(grace));
            tokio::pin!(passed);
            loop {
                let moved = queued.moved();
                if queued.count() == 0 {
                    return;
                }
                tokio::select! {
                    () = moved => {}
                    () = &mut passed => break,
                    () = shutdown.requested() => return,
                }
            }
            still = if queued.count() < before { Duration::ZERO } else { still + grace.max(AT_ONCE) };
            let needs_time = self.shared.census.real_time().is_needed() && still < LONGEST_ANSWER;
            if still > Duration::ZERO && !needs_time {
                return;
            }
        }
    }

    async fn stop(mut self, grace: &Grace) -> Result {
        let result = self.stop_stream(grace).await;
        if let Some(recorder) = self.recorder.take() {
            // It waits for a disk.
            let _ = tokio::task::spawn_blocking(move || recorder.finish()).await;
        }
        result
    }

    async fn stop_stream(&mut self, grace: &Grace) -> Result {
        if !self.drain(grace).await {
            return Err(self.stuck_error(&[]));
        }
        let stuck = self.finish_runs(grace).await;
        if self.shared.inbox.is_wanted(EventKind::Stopping) {
            self.run_stopping_handlers(grace).await;
        }
        self.tell().await;
        let counted = self.shared.registry.all();
        self.shared.registry.close();
        for state in counted {
            tracing::debug!("`{}` {}", state.name, state.counters.funnel());
        }
        self.shared.census.tell();
        match timeout(AT_ONCE, self.driver.end()).await {
            Ok(Ok(())) if stuck.is_empty() => Ok(()),
            Ok(Err(_)) => Err(Error::new(ErrorKind::State, "the stream panicked, which is a fault of auraxis")),
            _ => Err(self.stuck_error(&stuck)),
        }
    }

    /// Lets the runs of handlers end, and gives up those that do not. Returns the triggers of runs that could not even
    /// be ended, because they block.
    async fn finish_runs(&self, grace: &Grace) -> Vec<String> {
        let tasks = &self.shared.tasks;
        tasks.runs.close();
        let finish = async {
            loop {
                // What the last runs had to say may start others.
                self.tell().await;
                tasks.runs.wait().await;
                self.tell().await;
                if tasks.runs.is_empty() {
                    return;
                }
            }
        };
        if grace.for_runs.run_until_cancelled(finish).await.is_some() {
            return Vec::new();
        }
        tasks.abort();
        let ended = timeout(AT_ONCE, tasks.runs.wait()).await;
        self.tell().await;
        if ended.is_ok() {
            return Vec::new();
        }
        self.shared.polled()
    }

    /// Waits until the sources have stopped and everything that came has been taken. Says whether the stream still
    /// takes turns.
    async fn drain(&self, grace: &Grace) -> bool {
        if grace.for_runs.run_until_cancelled(self.drained()).await.is_some() {
            return true;
        }
        // A trigger that lets the stream wait has no room.
        let _ = self.driver.orders.try_send(Order::Abort);
        self.tell().await
    }

    /// Waits until the sources have ended and everything that came has been taken.
    async fn drained(&self) {
        let (drained, wait) = oneshot::channel();
        let _ = self.driver.orders.send(Order::Drain(drained)).await;
        let _ = wait.await;
    }

    /// Tells what has been counted, to triggers too. Says whether the stream still takes turns.
    async fn tell(&self) -> bool {
        let (told, wait) = oneshot::channel();
        let _ = self.driver.orders.try_send(Order::Tell(told));
        matches!(timeout(AT_ONCE, wait).await, Ok(Ok(())))
    }

    /// Tells `Stopping`, and waits for its handlers.
    async fn run_stopping_handlers(&self, grace: &Grace) {
        let tasks = &self.shared.tasks;
        // What was given up is over; a new start for the last ones.
        tasks.runs.reopen();
        let run = async {
            dispatch(self.shared, Stopping::new(self.shared.inbox.clock.update())).await;
            tasks.runs.close();
            tasks.runs.wait().await;
        };
        if grace.for_all.run_until_cancelled(run).await.is_none() {
            tasks.runs.close();
            tasks.abort();
            let _ = timeout(AT_ONCE, tasks.runs.wait()).await;
        }
    }

    /// Why the client cannot stop: handlers of these triggers do not return, or of the one that holds up the stream.
    fn stuck_error(&self, triggers: &[String]) -> Error {
        Error::new(ErrorKind::Stuck, self.shared.cannot_stop(triggers))
    }
}

async fn dispatch(shared: &Arc<Shared>, signal: impl Into<Event>) {
    // It can only fail if the stream is over.
    let _ = Client::of_a_trigger(shared).dispatch(signal).await;
}

/// The grace period. Both end in any case, whatever becomes of the run.
struct Grace {
    /// Until then runs may go on.
    for_runs: CancellationToken,
    /// Until then everything is over.
    for_all: CancellationToken,
}

impl Grace {
    /// In a replay it is as long as it really is, while the clock jumps on to whatever handlers wait for.
    fn start(shared: &Shared, is_replay: bool) -> Self {
        let this = Self { for_runs: CancellationToken::new(), for_all: CancellationToken::new() };
        let (for_runs, for_all) = (this.for_runs.clone(), this.for_all.clone());
        let grace = shared.grace.min(LONGEST_WAIT);
        let has_goodbye = shared.inbox.is_wanted(EventKind::Stopping);
        let last = if has_goodbye { (grace / FOR_STOPPING.0).min(FOR_STOPPING.1) } else { Duration::ZERO };
        tokio::spawn(async move {
            pass(grace.saturating_sub(last), is_replay).await;
            for_runs.cancel();
            pass(last, is_replay).await;
            for_all.cancel();
        });
        this
    }
}

fn pass(time: Duration, really: bool) -> impl Future<Output = ()> + Send {
    let (really, sleeping) = if really { (Some(passed_really(time)), None) } else { (None, Some(sleep(time))) };
    async move {
        if let Some(passed) = really {
            passed.await;
        }
        if let Some(sleeping) = sleeping {
            sleeping.await;
        }
    }
}

/// Ends the client with its run, however that ends: nobody waits for what does not come, and triggers that own the
/// client let go of it. The stream ends with its driver.
struct End<'a>(&'a Arc<Shared>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.shutdown.request();
        self.0.tasks.abort();
        self.0.has_run.store(true, Ordering::Release);
        self.0.close();
    }
}

/// Where the events come from.
#[cfg_attr(not(feature = "replay"), allow(clippy::unused_async))] // As with recordings.
async fn sources(shared: &Shared, plan: Plan) -> Result<Vec<Box<dyn Source>>> {
    Ok(match plan.origin {
        Origin::Stream => {
            warn_of_the_example_id(shared);
            vec![Box::new(Link {
                config: Arc::clone(&shared.config),
                number: 0,
                linger: plan.linger,
                is_proven: Arc::default(),
            })]
        }
        #[cfg(feature = "replay")]
        Origin::Replay(replay) => vec![super::replay::open(replay, &shared.inbox.clock).await?],
        Origin::Sources(sources) => sources,
        #[cfg(feature = "test")]
        Origin::Hand => vec![Box::new(crate::source::idle::Idle)],
    })
}

fn warn_of_the_example_id(shared: &Shared) {
    if shared.config.service_id.is_example() && shared.config.is_official() {
        tracing::warn!(
            "no service id is given, so `s:example` is used, which all share: ten REST requests a minute. Get one of \
             your own at https://census.daybreakgames.com/#service-id, free, and pass it with --service-id, \
             AURAXIS_SERVICE_ID or `run!(service_id = …)`"
        );
    }
}
