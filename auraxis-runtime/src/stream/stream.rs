//! The stream: sources, requests and timers in, events out to the triggers.

use std::{
    fmt,
    future::poll_fn,
    mem,
    ops::ControlFlow,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::{Duration, Instant as RealInstant},
    vec,
};

use auraxis_core::{
    event::{
        Event,
        signal::{Connected, Disconnected, WorldStateChanged},
    },
    frame::{Frame, ServiceState},
};
use futures_util::FutureExt;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};
use tokio_util::task::AbortOnDropHandle;

use super::{faults::Faults, status::Status};
use crate::{
    config::LONGEST_ANSWER,
    dispatch::{
        dispatcher::Dispatcher,
        inbox::{Inbox, Request, WaitsForItself},
        lane::Held,
        registry::{Needs, Registry},
        stall::StallMonitor,
    },
    error::{Error, ErrorKind},
    real_time::RealTime,
    recording::Recorder,
    service_id::ServiceId,
    shutdown::Shutdown,
    source::{Batch, Content, Feed, Source},
};

/// So many requests, and so many frames of each source, are taken in one turn, so that nobody is starved.
const BUDGET: usize = 256;

/// How long after the first of many changes of triggers the subscription follows, in one step.
const DEBOUNCE: Duration = Duration::from_millis(20);

/// So many signals wait for room in triggers that let the stream wait; further ones are dropped, which is counted.
const SIGNALS: usize = 1_024;

/// How long what is counted may wait to be told: nearly as long as must be between two reports.
const REPORT_AFTER: Duration = Duration::from_millis(950);

/// The one loop. See the [module](super).
pub(crate) struct Stream {
    registry: Arc<Registry>,
    dispatcher: Dispatcher,
    inbox: Inbox,
    requests: mpsc::Receiver<Request>,
    /// There may be room where there was none.
    is_woken: bool,
    /// A request that came while nothing else did.
    request: Option<Request>,
    inputs: Vec<Input>,
    /// What was dispatched by hand and waits for room.
    waiting: Vec<Waiting>,
    commands: Option<mpsc::Receiver<Command>>,
    command: Option<Command>,
    /// Who waits until nothing is left.
    drained: Vec<oneshot::Sender<()>>,
    needs: watch::Sender<Arc<Needs>>,
    /// Of the registry, when its needs were last passed on.
    generation: u64,
    version: u64,
    resubscribe_at: Option<Instant>,
    report_at: Option<Instant>,
    reported_at: Option<Instant>,
    status: Arc<Status>,
    monitor: Arc<StallMonitor>,
    faults: Faults,
    events: u64,
    recorder: Option<Arc<Recorder>>,
    shutdown: Shutdown,
    real_time: RealTime,
    /// In a replay, for how long it waits for a trigger that has no room while nothing happens.
    patience: Option<Duration>,
}

/// What a run tells its stream.
#[derive(Debug)]
pub(crate) enum Command {
    /// Say when nothing is left: no source, nothing that waits, no request.
    Drain(oneshot::Sender<()>),
    /// Take nothing more from sources, and drop what they have waiting.
    Abort,
    /// Tell everything that has been counted.
    Report(oneshot::Sender<()>),
}

/// A source, and what has come from it.
struct Input {
    batches: mpsc::Receiver<Batch>,
    /// What is being taken.
    batch: Option<PartialBatch>,
    /// An event that waits for room, and the source with it.
    held: Vec<Box<dyn Held>>,
    held_since: RealInstant,
    /// When one of its triggers last had room, or something outside was waited for.
    moved: RealInstant,
    has_ended: bool,
    _task: AbortOnDropHandle<()>,
}

/// A batch of which a part has been taken.
struct PartialBatch {
    link: u32,
    received_ms: i64,
    contents: vec::IntoIter<Content>,
}

/// An event that no source brought and that waits for room, and whoever waits until it has been taken.
struct Waiting {
    held: Vec<Box<dyn Held>>,
    taken: Option<oneshot::Sender<Result<(), WaitsForItself>>>,
}

/// What has become of an event that was dispatched by hand.
pub(crate) enum Accepted {
    Taken,
    Refused(WaitsForItself),
    Waits(oneshot::Receiver<Result<(), WaitsForItself>>),
}

/// What a stream is made of.
pub(crate) struct Parts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) status: Arc<Status>,
    pub(crate) monitor: Arc<StallMonitor>,
    pub(crate) shutdown: Shutdown,
    pub(crate) real_time: RealTime,
    pub(crate) service_id: ServiceId,
}

impl Stream {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { registry, inbox, requests, status, monitor, shutdown, real_time, service_id } = parts;
        Self {
            dispatcher: Dispatcher::new(Arc::clone(&registry), Arc::clone(&monitor)),
            registry,
            inbox,
            requests,
            is_woken: false,
            request: None,
            inputs: Vec::new(),
            waiting: Vec::new(),
            commands: None,
            command: None,
            drained: Vec::new(),
            needs: watch::Sender::default(),
            generation: 0,
            version: 0,
            resubscribe_at: None,
            report_at: None,
            reported_at: None,
            status,
            monitor,
            faults: Faults::new(service_id),
            events: 0,
            recorder: None,
            shutdown,
            real_time,
            patience: None,
        }
    }

    /// Records what comes.
    pub(crate) fn record(&mut self, recorder: Arc<Recorder>) {
        self.recorder = Some(recorder);
    }

    /// Rather waits than drops, as a replay does; for so long while nothing happens.
    pub(crate) fn wait_for_room(&mut self, patience: Duration) {
        self.dispatcher.lossless = true;
        self.patience = Some(patience);
    }

    /// Lets the triggers have this before anything else. Returns when they have taken it.
    pub(crate) fn begin_with(&mut self, signal: Event) -> oneshot::Receiver<Result<(), WaitsForItself>> {
        let (taken, wait) = oneshot::channel();
        self.request = Some(Request::Dispatch { frame: Frame::Event(signal), from: 0, taken });
        self.inbox.wake();
        wait
    }

    /// Starts the sources in this runtime, and takes commands. Returns what sources come to their end with.
    pub(crate) fn start(
        &mut self,
        sources: Vec<Box<dyn Source>>,
        commands: mpsc::Receiver<Command>,
        runtime: &Handle,
    ) -> mpsc::Receiver<crate::Result> {
        self.commands = Some(commands);
        self.follow();
        let (ended, results) = mpsc::channel(sources.len().max(1));
        for source in sources {
            let (sender, batches) = mpsc::channel(1);
            let input = Feed::new(sender, self.needs.subscribe(), self.shutdown.clone());
            let ended = ended.clone();
            let run = async move {
                let result = AssertUnwindSafe(async { source.run(input).await }).catch_unwind().await;
                let failed = |_| Err(Error::new(ErrorKind::State, "a source panicked"));
                let _ = ended.send(result.unwrap_or_else(failed)).await;
            };
            self.inputs.push(Input {
                batches,
                batch: None,
                held: Vec::new(),
                held_since: RealInstant::now(),
                moved: RealInstant::now(),
                has_ended: false,
                _task: AbortOnDropHandle::new(runtime.spawn(run)),
            });
        }
        results
    }

    /// Waits until there is something to do.
    pub(crate) async fn ready(&mut self) {
        let due = self.resubscribe_at.into_iter().chain(self.report_at).min();
        let timer = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let Self { requests, inputs, commands, inbox, is_woken, .. } = self;
        let command = async {
            match commands {
                Some(commands) => commands.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = arrival(inputs) => {}
            () = inbox.woken() => *is_woken = true,
            Some(request) = requests.recv() => self.request = Some(request),
            command = command => match command {
                Some(command) => self.command = Some(command),
                // Nobody gives commands any more: the run is over.
                None => self.commands = None,
            },
            () = timer => {}
        }
    }

    /// Does all that there is to do, a little of everything. Breaks at the end of the run.
    pub(crate) fn turn(&mut self) -> ControlFlow<()> {
        self.inbox.clock.update();
        self.dispatcher.refresh();
        if mem::take(&mut self.is_woken) {
            self.retry();
        }
        self.take_requests(BUDGET);
        for at in 0..self.inputs.len() {
            self.take_batch(at);
        }
        self.run_timers();
        self.take_commands()
    }

    /// Takes what a frame says as if it had come from a source. `from` is the number of the trigger whose run asks.
    pub(crate) fn accept(&mut self, frame: Frame, from: u64) -> Accepted {
        self.inbox.clock.update();
        let mut held = self.frame(frame);
        let own = held.iter().position(|held| held.trigger().number == from).map(|own| held.swap_remove(own));
        match own {
            Some(own) => {
                self.hold(held, None);
                Accepted::Refused(WaitsForItself(Arc::clone(&own.trigger().name)))
            }
            None if held.is_empty() => Accepted::Taken,
            None => {
                let (taken, wait) = oneshot::channel();
                self.hold(held, Some(taken));
                Accepted::Waits(wait)
            }
        }
    }

    /// Takes all requests that there are, and tries again where there was no room.
    pub(crate) fn catch_up(&mut self) {
        self.inbox.clock.update();
        self.dispatcher.refresh();
        self.retry();
        // What handlers dispatch meanwhile has its turn later.
        self.take_requests(self.requests.len() + 1);
    }

    pub(crate) fn has_requests(&self) -> bool {
        self.request.is_some() || !self.requests.is_empty()
    }

    /// Whether anything that was dispatched by hand waits for room.
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Tells everything that has been counted.
    pub(crate) fn report(&mut self) {
        let lost = self.inbox.take_unreported();
        for state in self.registry.with_removed() {
            state.report();
        }
        self.registry.forget_removed();
        self.faults.report(&self.inbox);
        if lost > 0 {
            tracing::warn!("{lost} signals came faster than they were handled and are lost");
        }
    }

    /// Tries again where there was no room.
    fn retry(&mut self) {
        let Self { dispatcher, waiting, inputs, patience, real_time, monitor, .. } = self;
        waiting.retain_mut(|waiting| {
            // Who waits no longer takes the event away, and dropping it counts it.
            if waiting.taken.as_ref().is_some_and(oneshot::Sender::is_closed) {
                return false;
            }
            dispatcher.retry(&mut waiting.held);
            if waiting.held.is_empty() {
                let _ = waiting.taken.take().map(|taken| taken.send(Ok(())));
            }
            !waiting.held.is_empty()
        });
        for input in inputs.iter_mut().filter(|input| !input.held.is_empty()) {
            let before = input.held.len();
            dispatcher.retry(&mut input.held);
            if input.held.len() < before {
                input.held_since = RealInstant::now();
            }
            if input.held.len() < before || (real_time.is_needed() && input.held_since.elapsed() < LONGEST_ANSWER) {
                input.moved = RealInstant::now();
            }
            if patience.is_some_and(|patience| input.moved.elapsed() > patience) {
                for held in input.held.drain(..) {
                    tracing::warn!(
                        "the replay goes on without waiting for `{}`: none of its runs has ended for {:?}",
                        held.trigger().name,
                        patience.unwrap_or_default()
                    );
                    dispatcher.give_up(held);
                }
            }
        }
        monitor.is_resting.store(inputs.iter().any(|input| !input.held.is_empty()), Ordering::Relaxed);
    }

    fn take_requests(&mut self, most: usize) {
        for _ in 0..most {
            let Some(request) = self.request.take().or_else(|| self.requests.try_recv().ok()) else { return };
            match request {
                Request::Signal(event) => {
                    let held = self.dispatcher.dispatch(&event);
                    self.hold(held, None);
                }
                // Who gave up before its turn wants it no more.
                Request::Dispatch { taken, .. } if taken.is_closed() => {}
                Request::Dispatch { frame, from, taken } => match self.accept(frame, from) {
                    Accepted::Taken => drop(taken.send(Ok(()))),
                    Accepted::Refused(refused) => drop(taken.send(Err(refused))),
                    Accepted::Waits(_) => {
                        if let Some(waiting) = self.waiting.last_mut() {
                            waiting.taken = Some(taken);
                        }
                    }
                },
            }
        }
    }

    fn hold(&mut self, held: Vec<Box<dyn Held>>, taken: Option<oneshot::Sender<Result<(), WaitsForItself>>>) {
        if !held.is_empty() && (taken.is_some() || self.waiting.len() < SIGNALS) {
            self.waiting.push(Waiting { held, taken });
        }
    }

    /// Takes what a source has brought, until something has no room: then the source rests.
    fn take_batch(&mut self, at: usize) {
        if !self.inputs[at].held.is_empty() {
            return;
        }
        let Some(mut batch) = self.inputs[at].next() else { return };
        if self.patience.is_some() {
            self.inbox.clock.follow(batch.received_ms);
        }
        for _ in 0..BUDGET {
            let Some(content) = batch.contents.next() else { return };
            let held = self.content(content, batch.link, batch.received_ms);
            if !held.is_empty() {
                let input = &mut self.inputs[at];
                (input.held, input.batch) = (held, Some(batch));
                (input.held_since, input.moved) = (RealInstant::now(), RealInstant::now());
                self.monitor.is_resting.store(true, Ordering::Relaxed);
                return;
            }
        }
        self.inputs[at].batch = Some(batch);
    }

    fn content(&mut self, content: Content, link: u32, received_ms: i64) -> Vec<Box<dyn Held>> {
        self.record_content(&content, link, received_ms);
        match content {
            Content::Text(text) => match Frame::parse(&text) {
                Ok(frame) => return self.frame(frame),
                Err(fault) => self.faults.add(&fault, None, &self.inbox),
            },
            Content::Frame(frame) => return self.frame(frame),
            Content::Fault(fault, number) => self.faults.add(&fault, number, &self.inbox),
            Content::Connected(count) => {
                self.status.link_is_up(link);
                return self.signal(Connected::new(self.inbox.clock.now(), count));
            }
            Content::Disconnected { reason, last_heard } => {
                self.status.link_is_gone(link);
                return self.signal(Disconnected::new(self.inbox.clock.now(), reason, last_heard));
            }
        }
        Vec::new()
    }

    /// Writes down what has come, if it is recorded.
    fn record_content(&self, content: &Content, link: u32, received_ms: i64) {
        let Some(recorder) = &self.recorder else { return };
        let at_ms = u64::try_from(received_ms).unwrap_or(0);
        match content {
            Content::Text(text) => recorder.frame(at_ms, link, text),
            Content::Connected(count) => recorder.connected(at_ms, link, *count),
            Content::Disconnected { reason, last_heard } => {
                let heard_ms =
                    last_heard.map_or(at_ms, |heard| u64::try_from(heard.0).unwrap_or(0).saturating_mul(1_000));
                recorder.disconnected(at_ms, link, reason, heard_ms);
            }
            Content::Frame(_) | Content::Fault(..) => {}
        }
    }

    fn frame(&mut self, frame: Frame) -> Vec<Box<dyn Held>> {
        match frame {
            Frame::Event(event) => {
                self.events += 1;
                if let Event::Unknown(event) = &event {
                    self.faults.add_odd(event, &self.inbox);
                }
                return self.dispatcher.dispatch(&event);
            }
            Frame::Heartbeat(heartbeat) => {
                return heartbeat.endpoints.iter().flat_map(|state| self.service_state(state)).collect();
            }
            Frame::ServiceState(state) => return self.service_state(&state),
            Frame::Subscription(echo) => tracing::debug!("the server's subscription: {echo:?}"),
            Frame::ConnectionState { connected: false } => tracing::warn!("the server says that it is not connected"),
            _ => {}
        }
        Vec::new()
    }

    fn service_state(&mut self, state: &ServiceState) -> Vec<Box<dyn Held>> {
        let mut held = Vec::new();
        for world in state.worlds() {
            if self.status.set_world(world, state.online) {
                held.extend(self.signal(WorldStateChanged::new(self.inbox.clock.now(), world, state.online)));
            }
        }
        held
    }

    fn signal(&mut self, signal: impl Into<Event>) -> Vec<Box<dyn Held>> {
        self.dispatcher.dispatch(&signal.into())
    }

    fn run_timers(&mut self) {
        let now = Instant::now();
        if self.registry.version() != self.version {
            self.version = self.registry.version();
            self.resubscribe_at.get_or_insert(now + DEBOUNCE);
        }
        if self.inbox.has_unreported() {
            let next = self.reported_at.map_or(now, |told| told + Duration::from_secs(1));
            self.report_at.get_or_insert(next.max(now + REPORT_AFTER));
        }
        if self.resubscribe_at.take_if(|due| *due <= now).is_some() {
            self.follow();
        }
        if self.report_at.take_if(|due| *due <= now).is_some() {
            self.reported_at = Some(now);
            self.report();
        }
    }

    /// Passes on what the triggers need.
    fn follow(&mut self) {
        let generation = self.registry.generation();
        if generation != self.generation {
            self.generation = generation;
            self.needs.send_replace(Arc::new(self.registry.needs()));
        }
    }

    fn take_commands(&mut self) -> ControlFlow<()> {
        while let Some(command) = self.command.take().or_else(|| self.commands.as_mut()?.try_recv().ok()) {
            match command {
                Command::Drain(drained) => self.drained.push(drained),
                Command::Abort => self.abort(),
                Command::Report(told) => {
                    self.report();
                    // What is told is told to triggers as well.
                    self.take_requests(self.requests.len() + 1);
                    let _ = told.send(());
                }
            }
        }
        if !self.drained.is_empty() && self.is_drained() {
            for drained in self.drained.drain(..) {
                let _ = drained.send(());
            }
        }
        if self.commands.is_some() {
            return ControlFlow::Continue(());
        }
        self.faults.summarize();
        tracing::debug!("{} events came", self.events);
        ControlFlow::Break(())
    }

    /// Takes nothing more. What sources have handed over is recorded, but triggers do not get it.
    fn abort(&mut self) {
        let mut left = 0;
        for mut input in mem::take(&mut self.inputs) {
            while let Some(mut batch) = input.next() {
                for content in batch.contents.by_ref() {
                    self.record_content(&content, batch.link, batch.received_ms);
                    left += u64::from(matches!(content, Content::Text(_) | Content::Frame(_)));
                }
            }
        }
        self.waiting.clear();
        if left > 0 {
            tracing::warn!("{left} frames were received and did not reach the triggers before the end");
        }
    }

    fn is_drained(&self) -> bool {
        self.inputs.iter().all(|input| input.has_ended && input.batch.is_none())
            && self.waiting.is_empty()
            && !self.has_requests()
    }
}

/// Waits until a source that does not rest has brought something, or has come to its end.
async fn arrival(inputs: &mut [Input]) {
    if inputs.iter().any(|input| input.batch.is_some() && input.held.is_empty()) {
        return;
    }
    poll_fn(|context| {
        for input in inputs.iter_mut().filter(|input| input.batch.is_none() && !input.has_ended) {
            if let Poll::Ready(batch) = input.batches.poll_recv(context) {
                input.has_ended = batch.is_none();
                input.batch = batch.map(PartialBatch::from);
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
}

impl Input {
    /// The rest of the batch at hand, or another one that is there.
    fn next(&mut self) -> Option<PartialBatch> {
        self.batch.take().or_else(|| self.batches.try_recv().ok().map(PartialBatch::from))
    }
}

impl From<Batch> for PartialBatch {
    fn from(batch: Batch) -> Self {
        Self { link: batch.link, received_ms: batch.received_ms, contents: batch.contents.into_iter() }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("dispatcher", &self.dispatcher).finish_non_exhaustive()
    }
}
