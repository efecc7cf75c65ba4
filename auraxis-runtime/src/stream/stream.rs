//! The stream: passes events from sources and requests to the triggers.

use std::{
    fmt, mem,
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use auraxis_core::{
    delivery::Delivery,
    environment::Environment,
    event::{Event, EventKind, signal::WorldStateChanged},
    frame::{Frame, ServiceState},
    stream::{Recency, Verdict},
    time::Timestamp,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};
use tokio_util::task::TaskTracker;

use super::{
    backfill::Backfill,
    delivery::{Deliveries, DeliveryCounts},
    derivation::{self, Derivation},
    links::{Links, Receipt},
    parse_errors::ParseErrors,
    source_input::{SourceInput, wait_for_batch},
    statistics::Statistics,
    status::Status,
    world_reports::WorldReports,
};
use crate::{
    dispatch::{
        dispatcher::Dispatcher,
        envelope::{Audience, Envelope},
        inbox::{Inbox, Request, WouldDeadlock},
        lane::Held,
        registry::{Registry, Requirements},
        stall::StallMonitor,
    },
    real_time::RealTime,
    recording::Recorder,
    service_id::ServiceId,
    shutdown::Shutdown,
    source::{BatchItem, Feed, FeedContext, Interests, Recipients, Route, Source},
    tap::Tap,
};

/// The maximum number of requests, and of frames of each source, that one turn processes, for fairness.
const BUDGET: usize = 256;

/// The delay between the first of several changes of triggers and the update of the subscription.
const DEBOUNCE: Duration = Duration::from_millis(20);

/// The maximum number of signals that are held for full triggers with `overflow = block`. Others are counted as dropped.
const MAX_HELD_SIGNALS: usize = 1_024;

/// The minimum delay before counters are reported. Reports are at least a second apart.
const REPORT_DELAY: Duration = Duration::from_millis(950);

/// The interval between checks for silence.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The event loop. See the [module](super).
pub(crate) struct Stream {
    registry: Arc<Registry>,
    dispatcher: Dispatcher,
    inbox: Inbox,
    requests: mpsc::Receiver<Request>,
    /// Whether a full queue may have capacity again.
    is_woken: bool,
    /// A request that was received while waiting.
    next_request: Option<Request>,
    inputs: Vec<SourceInput>,
    /// Events of requests whose triggers are full.
    held_requests: Vec<HeldRequest>,
    commands: Option<mpsc::Receiver<Command>>,
    /// A command that was received while waiting.
    next_command: Option<Command>,
    /// Answered when everything has been processed.
    on_drained: Vec<oneshot::Sender<()>>,
    /// What the triggers require of each planned link.
    requirements: Vec<watch::Sender<Arc<Requirements>>>,
    /// What the triggers listen to, if the source is a broker.
    broker: Option<BrokerInterests>,
    /// The generation of the registry when its requirements were last published.
    generation: Option<u64>,
    version: u64,
    resubscribe_at: Option<Instant>,
    report_at: Option<Instant>,
    reported_at: Option<Instant>,
    status: Arc<Status>,
    monitor: Arc<StallMonitor>,
    parse_errors: ParseErrors,
    recorder: Option<Arc<Recorder>>,
    taps: Vec<Box<dyn Tap>>,
    shutdown: Shutdown,
    environment: Environment,
    finishing: TaskTracker,
    real_time: RealTime,
    links: Links,
    deliveries: Deliveries,
    derivation: Derivation,
    backfill: Option<Backfill>,
    statistics: Statistics,
    world_reports: WorldReports,
    check_at: Option<Instant>,
    /// Set in a replay: how long events are held for a full trigger that makes no progress.
    hold_timeout: Option<Duration>,
    /// Whether the required handlers have succeeded.
    is_open: watch::Receiver<bool>,
}

/// What the triggers of a broker's client listen to.
#[derive(Debug, Default)]
struct BrokerInterests {
    /// The number of the last trigger that was added before the source started.
    startup_until: u64,
    interests: watch::Sender<Arc<Interests>>,
}

impl BrokerInterests {
    fn watch(&self) -> watch::Receiver<Arc<Interests>> {
        self.interests.subscribe()
    }

    fn publish(&self, registry: &Registry) {
        let interests = registry.interests(self.startup_until);
        self.interests.send_if_modified(|last| {
            let is_modified = **last != interests;
            if is_modified {
                *last = Arc::new(interests);
            }
            is_modified
        });
    }
}

/// A command of the client's run to its stream.
#[derive(Debug)]
pub(crate) enum Command {
    /// Answer when all sources have ended and everything they received and all requests have been processed.
    NotifyDrained(oneshot::Sender<()>),
    /// Stop processing sources, and discard what they have received.
    Discard,
    /// Report all counters, then answer.
    Report(oneshot::Sender<()>),
}

/// An event of a request that is held because triggers are full.
struct HeldRequest {
    held: Vec<Box<dyn Held>>,
    /// Answered when all triggers have taken the event; `None` for signals.
    done: Option<oneshot::Sender<Result<(), WouldDeadlock>>>,
}

/// The result of handling a frame of a request.
pub(crate) enum Handled {
    /// All triggers have taken the event.
    Done,
    WouldDeadlock(WouldDeadlock),
    /// The event is held for full triggers.
    Held(oneshot::Receiver<Result<(), WouldDeadlock>>),
}

/// The parts of a stream.
pub(crate) struct Parts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) status: Arc<Status>,
    pub(crate) monitor: Arc<StallMonitor>,
    pub(crate) shutdown: Shutdown,
    pub(crate) real_time: RealTime,
    pub(crate) service_id: ServiceId,
    pub(crate) environment: Environment,
    pub(crate) finishing: TaskTracker,
}

impl Stream {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            registry,
            inbox,
            requests,
            status,
            monitor,
            shutdown,
            real_time,
            service_id,
            environment,
            finishing,
        } = parts;
        Self {
            dispatcher: Dispatcher::new(Arc::clone(&registry), Arc::clone(&monitor)),
            registry,
            inbox,
            requests,
            is_woken: false,
            next_request: None,
            inputs: Vec::new(),
            held_requests: Vec::new(),
            commands: None,
            next_command: None,
            on_drained: Vec::new(),
            requirements: Vec::new(),
            broker: None,
            generation: None,
            version: 0,
            resubscribe_at: None,
            report_at: None,
            reported_at: None,
            status,
            monitor,
            parse_errors: ParseErrors::new(service_id),
            recorder: None,
            taps: Vec::new(),
            shutdown,
            environment,
            finishing,
            real_time,
            links: Links::new(),
            deliveries: Deliveries::new(),
            derivation: Derivation::default(),
            backfill: None,
            statistics: Statistics::new(),
            world_reports: WorldReports::default(),
            check_at: None,
            hold_timeout: None,
            is_open: watch::channel(true).1,
        }
    }

    /// Watches the links for silence, and merges their events. Each subscription is carried by this many links.
    pub(crate) fn watch_links(&mut self, redundancy: u32) {
        self.links.watch(redundancy);
    }

    /// Recovers the events of gaps from REST.
    pub(crate) fn set_backfill(&mut self, backfill: Backfill) {
        self.backfill = Some(backfill);
    }

    /// Records all frames.
    pub(crate) fn set_recorder(&mut self, recorder: Arc<Recorder>) {
        self.recorder = Some(recorder);
    }

    /// Passes everything on that is delivered.
    pub(crate) fn add_tap(&mut self, tap: Box<dyn Tap>) {
        // A tap has to know which events a trigger has dropped.
        self.inbox.listen([EventKind::Gap, EventKind::Overflow]);
        self.taps.push(tap);
    }

    /// Takes derived events from the source, instead of deriving them.
    pub(crate) fn set_broker(&mut self) {
        self.dispatcher.derives = false;
        self.broker = Some(BrokerInterests::default());
    }

    /// Holds events of full triggers instead of dropping them, as a replay does, for up to `hold_timeout` without
    /// progress.
    pub(crate) fn set_lossless(&mut self, hold_timeout: Duration) {
        self.dispatcher.lossless = true;
        self.links.replay();
        self.hold_timeout = Some(hold_timeout);
    }

    /// Dispatches this signal before anything else. The receiver is answered when all triggers have taken it.
    pub(crate) fn dispatch_first(&mut self, signal: Event) -> oneshot::Receiver<Result<(), WouldDeadlock>> {
        let (done, wait) = oneshot::channel();
        self.next_request = Some(Request::Dispatch { frame: Frame::Event(signal), from_trigger: 0, done });
        self.inbox.wake();
        wait
    }

    /// Starts the sources in this runtime, and accepts commands. Returns a receiver of the sources' results.
    pub(crate) fn start(
        &mut self,
        sources: Vec<Box<dyn Source>>,
        commands: mpsc::Receiver<Command>,
        runtime: &Handle,
    ) -> mpsc::Receiver<crate::Result> {
        self.commands = Some(commands);
        self.statistics.start();
        if let Some(broker) = &mut self.broker {
            broker.startup_until = self.registry.all().last().map_or(0, |state| state.number);
        }
        self.publish_requirements();
        let (sender, results) = mpsc::channel(sources.len().max(1));
        let context = FeedContext {
            environment: self.environment,
            shutdown: self.shutdown.clone(),
            finishing: self.finishing.clone(),
            keeps_text: self.recorder.is_some() || self.taps.iter().any(|tap| tap.needs_text()),
        };
        for (link, source) in (0..).zip(sources) {
            let requirements = &self.requirements[self.links.planned(link)];
            let interests =
                self.broker.as_ref().map_or_else(|| watch::channel(Arc::default()).1, BrokerInterests::watch);
            let feed = |batches| Feed::new(batches, requirements.subscribe(), interests, context.clone());
            self.inputs.push(SourceInput::start(source, feed, sender.clone(), runtime));
        }
        results
    }

    /// Returns whether periodic triggers have turns: not before required handlers have succeeded, nor when stopping.
    fn ticks(&self) -> bool {
        *self.is_open.borrow() && !self.shutdown.is_requested()
    }

    /// Lets periodic triggers wait until this is true.
    pub(crate) fn set_gate(&mut self, is_open: watch::Receiver<bool>) {
        self.is_open = is_open;
    }

    /// Waits until there is something to do.
    pub(crate) async fn ready(&mut self) {
        let snapshot_at = self.statistics.snapshot_at();
        let ticks_at = if self.ticks() { self.dispatcher.ticks_at() } else { None };
        let advance_at = self.derivation.advance_at();
        let next_timer = [self.resubscribe_at, self.report_at, self.check_at, snapshot_at, ticks_at, advance_at]
            .into_iter()
            .flatten()
            .min();
        let timer = async {
            match next_timer {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let Self { requests, inputs, commands, inbox, is_woken, is_open, .. } = self;
        let command = async {
            match commands {
                Some(commands) => commands.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wait_for_batch(inputs) => {}
            () = inbox.woken() => *is_woken = true,
            Some(request) = requests.recv() => self.next_request = Some(request),
            command = command => match command {
                Some(command) => self.next_command = Some(command),
                // The driver was stopped.
                None => self.commands = None,
            },
            () = timer => {}
            // Fails once the client has stopped.
            Ok(()) = is_open.changed() => {}
        }
    }

    /// Processes everything that is ready, up to a limit for each source. Breaks when the driver was stopped.
    pub(crate) fn turn(&mut self) -> ControlFlow<()> {
        self.monitor.count_turn();
        self.inbox.clock.update();
        self.dispatcher.refresh();
        if mem::take(&mut self.is_woken) {
            self.retry_held();
        }
        self.process_requests(BUDGET);
        if self.ticks() {
            self.dispatcher.tick(&self.inbox.clock);
        }
        for index in 0..self.inputs.len() {
            self.process_batch(index);
        }
        self.run_timers();
        for tap in &mut self.taps {
            tap.flush();
        }
        self.process_commands()
    }

    /// Handles a frame as if a source had received it. `from_trigger` is the number of the trigger whose run made the
    /// request.
    pub(crate) fn handle_request(&mut self, frame: Frame, from_trigger: u64) -> Handled {
        self.inbox.clock.update();
        let mut held = self.handle_frame(&frame, None);
        let own = held.iter().position(|held| held.trigger().number == from_trigger);
        match own.map(|own| held.swap_remove(own)) {
            Some(own) => {
                self.hold_request(held, None);
                Handled::WouldDeadlock(WouldDeadlock(Arc::clone(&own.trigger().name)))
            }
            None if held.is_empty() => Handled::Done,
            None => {
                let (done, wait) = oneshot::channel();
                self.hold_request(held, Some(done));
                Handled::Held(wait)
            }
        }
    }

    /// Retries held events and processes all current requests.
    pub(crate) fn catch_up(&mut self) {
        self.inbox.clock.update();
        self.dispatcher.refresh();
        self.retry_held();
        // Requests that handlers make meanwhile are processed later.
        self.process_requests(self.requests.len() + 1);
    }

    pub(crate) fn has_requests(&self) -> bool {
        self.next_request.is_some() || !self.requests.is_empty()
    }

    /// Returns whether any event of a request is held for a full trigger.
    pub(crate) fn has_held_requests(&self) -> bool {
        !self.held_requests.is_empty()
    }

    /// Reports all counters.
    pub(crate) fn report(&mut self) {
        let lost_signals = self.inbox.take_unreported();
        for state in self.registry.with_removed() {
            state.report();
        }
        self.registry.drop_removed();
        self.parse_errors.report(&self.inbox);
        if lost_signals > 0 {
            tracing::warn!("{lost_signals} signals were lost because they were raised faster than handled");
        }
    }

    fn retry_held(&mut self) {
        let Self { dispatcher, held_requests, inputs, hold_timeout, real_time, monitor, .. } = self;
        held_requests.retain_mut(|request| {
            // The caller no longer waits. The held events are dropped, and counted as such.
            if request.done.as_ref().is_some_and(oneshot::Sender::is_closed) {
                return false;
            }
            dispatcher.retry(&mut request.held);
            if request.held.is_empty() {
                let _ = request.done.take().map(|done| done.send(Ok(())));
            }
            !request.held.is_empty()
        });
        for input in inputs.iter_mut().filter(|input| input.holds_events()) {
            input.retry_held(dispatcher, *hold_timeout, real_time);
        }
        monitor.sources_wait.store(inputs.iter().any(SourceInput::holds_events), Ordering::Relaxed);
    }

    fn process_requests(&mut self, limit: usize) {
        for _ in 0..limit {
            let Some(request) = self.next_request.take().or_else(|| self.requests.try_recv().ok()) else { return };
            match request {
                Request::Signal(event) => {
                    let event = match event {
                        Event::Gap(gap) => {
                            self.update_clock_of_links(Instant::now());
                            self.links.dropped(gap).into()
                        }
                        event => event,
                    };
                    let held = self.dispatch_signal(&event);
                    self.hold_request(held, None);
                }
                Request::Tap(tap) => self.add_tap(tap),
                Request::RunningAlerts(events) => {
                    let now = self.inbox.clock.now();
                    let (offset, _) = self.deliveries.clock_offset(now, Instant::now());
                    let event_time = Timestamp(now.0.saturating_add(offset));
                    let derived = self.derivation.recover_alerts(&mut self.dispatcher.trackers, &events, event_time);
                    let held = self.dispatch_derived(&derived);
                    self.hold_request(held, None);
                }
                // The caller no longer waits.
                Request::Dispatch { done, .. } | Request::Backfill { done, .. } if done.is_closed() => {}
                Request::Dispatch { frame, from_trigger, done } => match self.handle_request(frame, from_trigger) {
                    Handled::Done => drop(done.send(Ok(()))),
                    Handled::WouldDeadlock(error) => drop(done.send(Err(error))),
                    Handled::Held(_) => {
                        if let Some(request) = self.held_requests.last_mut() {
                            request.done = Some(done);
                        }
                    }
                },
                Request::Backfill { event, recency, done } => {
                    let known = self.backfill.as_mut().map(|backfill| backfill.check(&event, self.inbox.clock.now()));
                    let _ = recency.send(known.unwrap_or(Recency::Forgotten));
                    if known == Some(Recency::New) {
                        let held = self.handle_backfilled(&event);
                        if held.is_empty() {
                            let _ = done.send(Ok(()));
                        } else {
                            self.hold_request(held, Some(done));
                        }
                    }
                }
            }
        }
    }

    fn hold_request(&mut self, held: Vec<Box<dyn Held>>, done: Option<oneshot::Sender<Result<(), WouldDeadlock>>>) {
        if !held.is_empty() && (done.is_some() || self.held_requests.len() < MAX_HELD_SIGNALS) {
            self.held_requests.push(HeldRequest { held, done });
        }
    }

    /// Processes items of a source until a trigger is full.
    fn process_batch(&mut self, index: usize) {
        if self.inputs[index].holds_events() {
            return;
        }
        let Some(mut batch) = self.inputs[index].take_batch() else { return };
        if self.hold_timeout.is_some() {
            self.inbox.clock.follow(batch.received_ms);
        }
        let receipt = Receipt {
            link: batch.link,
            connection: batch.connection,
            at: Instant::now(),
            local: self.inbox.clock.now(),
        };
        self.deliveries.begin(&batch, receipt.at);
        self.statistics.batch(receipt);
        if let Some(items) = batch.take_unmerged() {
            self.links.merge(items, receipt);
        }
        let received_ms = batch.received_ms;
        for _ in 0..BUDGET {
            let Some(item) = batch.next() else { return };
            let held = self.handle_item(item, received_ms, receipt);
            if !held.is_empty() {
                let input = &mut self.inputs[index];
                input.hold(held);
                input.put_back(batch);
                self.monitor.sources_wait.store(true, Ordering::Relaxed);
                return;
            }
        }
        self.inputs[index].put_back(batch);
    }

    fn handle_item(&mut self, item: &mut BatchItem, received_ms: i64, receipt: Receipt) -> Vec<Box<dyn Held>> {
        let signals = match item {
            BatchItem::Frame { frame, text, verdict } => {
                let verdict = *verdict;
                self.observe(frame, receipt);
                if verdict != Verdict::Duplicate || !self.links.has_another_connection(receipt) {
                    self.record_text(text.as_deref(), receipt.link, received_ms);
                }
                return self.handle_received(frame, text.as_deref(), verdict, receipt);
            }
            BatchItem::Message { event, text, route } => {
                if !route.is_copy {
                    self.record_text(text.as_deref(), receipt.link, received_ms);
                    self.statistics.received(receipt);
                    self.links.observe(event, receipt);
                    self.observe_message(event, text.as_deref(), &route.delivery);
                }
                return self.handle_message(event, route);
            }
            BatchItem::Fault { fault, text, line } => {
                self.record_text(text.as_deref(), receipt.link, received_ms);
                self.parse_errors.add(fault, line.as_deref(), &self.inbox);
                return Vec::new();
            }
            item => {
                self.update_clock_of_links(receipt.at);
                self.handle_change(item, received_ms, receipt)
            }
        };
        if self.links.needs_check() {
            self.check_at.get_or_insert(receipt.at + CHECK_INTERVAL);
        }
        signals.iter().flat_map(|signal| self.handle_link_signal(signal)).collect()
    }

    /// Handles a change of a connection. Returns signals.
    fn handle_change(&mut self, item: &mut BatchItem, received_ms: i64, receipt: Receipt) -> Vec<Event> {
        // A connection that takes over from another one does not change the link.
        let is_handover = match item {
            BatchItem::Connected(_) => self.links.is_up(receipt.link),
            BatchItem::Disconnected { .. } => self.links.has_another_connection(receipt),
            _ => false,
        };
        if !is_handover {
            self.record_change(item, receipt.link, received_ms);
        }
        match item {
            BatchItem::Connected(count) => {
                self.status.set_link_up(receipt.link);
                self.statistics.connected(receipt, self.address(receipt.link), *count);
                self.links.connected(receipt, *count)
            }
            BatchItem::Disconnected { reason, last_heard, is_final } => {
                // A broker continues where it was.
                let misses_nothing = *is_final || self.broker.is_some();
                let signals = self.links.disconnected(receipt, Arc::clone(reason), *last_heard, misses_nothing);
                if !self.links.is_up(receipt.link) {
                    self.status.set_link_down(receipt.link);
                    self.statistics.disconnected(receipt, *is_final);
                    self.world_reports.disconnected(receipt.link);
                }
                signals
            }
            BatchItem::Drift { drift, since } => self.links.drifted(receipt, mem::take(drift), *since),
            BatchItem::DriftRepaired => self.links.repaired(receipt),
            BatchItem::Frame { .. } | BatchItem::Message { .. } | BatchItem::Fault { .. } => Vec::new(),
        }
    }

    fn handle_link_signal(&mut self, signal: &Event) -> Vec<Box<dyn Held>> {
        if let (Some(backfill), Event::Gap(gap)) = (&mut self.backfill, signal) {
            backfill.request(gap);
        }
        self.dispatch_signal(signal)
    }

    /// Learns from a received frame.
    fn observe(&mut self, frame: &Frame, receipt: Receipt) {
        let Frame::Event(event) = frame else { return };
        self.statistics.received(receipt);
        self.links.observe(event, receipt);
    }

    fn handle_received(
        &mut self,
        frame: &Frame,
        text: Option<&str>,
        verdict: Verdict,
        receipt: Receipt,
    ) -> Vec<Box<dyn Held>> {
        if let Frame::Event(event) = frame {
            if verdict == Verdict::Duplicate {
                if self.links.takes_over(event, receipt) {
                    self.release_replaced(receipt.link, receipt.connection);
                }
                return Vec::new();
            }
            if !self.is_new(event, receipt) {
                return Vec::new();
            }
            let delivery = self.deliveries.received(event);
            self.statistics.event(event, &delivery, self.inbox.clock.now_ms());
            self.tap(event, text, &delivery);
            return self.handle_event(&Envelope::new(event, &delivery));
        }
        if let Frame::Heartbeat(heartbeat) = frame {
            self.deliveries.heartbeat(heartbeat);
        }
        self.handle_frame(frame, Some(receipt.link))
    }

    /// Reports to a link that its new connection has taken over from the one that it replaces.
    fn release_replaced(&self, link: u32, connection: u32) {
        if let Some(input) = usize::try_from(link).ok().and_then(|link| self.inputs.get(link)) {
            input.release_replaced(connection);
        }
    }

    /// Gaps are in event time.
    fn update_clock_of_links(&mut self, now: Instant) {
        self.links.set_clock_offset(self.deliveries.clock_offset(self.inbox.clock.now(), now));
    }

    /// Returns whether REST has not delivered this event.
    fn is_new(&mut self, event: &Event, receipt: Receipt) -> bool {
        self.backfill.as_mut().is_none_or(|backfill| backfill.observe(event, receipt.local))
    }

    /// Checks the links for silence.
    fn check_links(&mut self, now: Instant) {
        let local = self.inbox.clock.now();
        self.update_clock_of_links(now);
        for (link, connection) in self.links.take_overdue_handovers(now) {
            self.release_replaced(link, connection);
        }
        let inputs = &self.inputs;
        let is_held = |link: u32| {
            let input = usize::try_from(link).ok().and_then(|link| inputs.get(link));
            input.is_some_and(SourceInput::holds_events)
        };
        let (signals, steps) = self.links.check(now, local, is_held);
        for (link, step) in steps {
            if let Some(input) = usize::try_from(link).ok().and_then(|link| self.inputs.get(link)) {
                input.probe(step);
            }
        }
        for signal in signals {
            let held = self.handle_link_signal(&signal);
            self.hold_request(held, None);
        }
        self.check_at = self.links.needs_check().then(|| now + CHECK_INTERVAL);
        self.statistics.schedule(now);
    }

    /// Writes the text of a frame to the recording, if there is one.
    fn record_text(&self, text: Option<&str>, link: u32, received_ms: i64) {
        if let (Some(recorder), Some(text)) = (&self.recorder, text) {
            recorder.frame(u64::try_from(received_ms).unwrap_or(0), link, text);
        }
    }

    /// Writes a change of a connection to the recording, if there is one.
    fn record_change(&self, item: &BatchItem, link: u32, received_ms: i64) {
        let Some(recorder) = &self.recorder else { return };
        let at_ms = u64::try_from(received_ms).unwrap_or(0);
        match item {
            BatchItem::Connected(count) => recorder.connected(at_ms, link, *count),
            BatchItem::Disconnected { reason, last_heard, .. } => {
                let heard_ms =
                    last_heard.map_or(at_ms, |heard| u64::try_from(heard.0).unwrap_or(0).saturating_mul(1_000));
                recorder.disconnected(at_ms, link, reason, heard_ms);
            }
            _ => {}
        }
    }

    /// Learns from a message of a broker.
    fn observe_message(&mut self, event: &Event, text: Option<&str>, delivery: &Delivery) {
        match event {
            Event::Gap(gap) => self.links.relayed(gap),
            Event::WorldStateChanged(change) => {
                self.links.set_online(change.world_id, change.online);
                self.status.set_world(change.world_id, change.online);
            }
            _ => self.statistics.event(event, delivery, self.inbox.clock.now_ms()),
        }
        self.tap(event, text, delivery);
    }

    /// Handles a message of a broker, which is settled when all triggers that take its event have settled it.
    fn handle_message(&mut self, event: &Event, route: &mut Route) -> Vec<Box<dyn Held>> {
        let Route { delivery, recipients, ticket, .. } = route;
        let ticket = mem::take(ticket);
        let startup_until = self.broker.as_ref().map_or(u64::MAX, |broker| broker.startup_until);
        let audience = match recipients {
            Recipients::All | Recipients::Trigger(_) => Audience::ALL,
            Recipients::Startup => Audience { to: startup_until, ..Audience::ALL },
            Recipients::Later => Audience { from: startup_until.saturating_add(1), ..Audience::ALL },
        };
        let envelope = Envelope { event, delivery, ticket: &ticket, audience };
        let held = match recipients {
            Recipients::Trigger(name) => match self.dispatcher.dispatch_again(name, &envelope) {
                Some(held) => held,
                // Dropping the ticket returns the message.
                None => return Vec::new(),
            },
            _ => self.handle_event(&envelope),
        };
        ticket.settle();
        held
    }

    fn handle_event(&mut self, envelope: &Envelope<'_>) -> Vec<Box<dyn Held>> {
        if let Event::Unknown(event) = envelope.event {
            self.parse_errors.add_field(event, &self.inbox);
        }
        self.dispatch(envelope)
    }

    /// Dispatches an event or signal, and then what is derived from it.
    fn dispatch(&mut self, envelope: &Envelope<'_>) -> Vec<Box<dyn Held>> {
        let mut held = self.dispatcher.dispatch(envelope);
        if self.dispatcher.trackers.is_needed() {
            self.derive(envelope.event, envelope.delivery, &mut held);
        }
        held
    }

    fn tap(&mut self, event: &Event, text: Option<&str>, delivery: &Delivery) {
        for tap in &mut self.taps {
            tap.event(event, text, delivery);
        }
    }

    /// Dispatches what is derived from an event or signal.
    #[cold] // Without triggers for derived events, it must not slow down `dispatch`.
    fn derive(&mut self, event: &Event, delivery: &Delivery, held: &mut Vec<Box<dyn Held>>) {
        let derived = self.derivation.observe(&mut self.dispatcher.trackers, event, delivery);
        held.extend(self.dispatch_derived(&derived));
    }

    fn dispatch_derived(&mut self, derived: &[Event]) -> Vec<Box<dyn Held>> {
        if derived.is_empty() {
            return Vec::new();
        }
        let now_ms = self.inbox.clock.now_ms();
        let mut held = Vec::new();
        for event in derived {
            let delivery = self.deliveries.dispatched(event, now_ms);
            self.tap(event, None, &delivery);
            held.extend(self.dispatcher.dispatch(&Envelope::new(event, &delivery)));
        }
        held
    }

    /// Handles an event that was recovered from REST.
    fn handle_backfilled(&mut self, event: &Event) -> Vec<Box<dyn Held>> {
        let delivery = self.deliveries.backfilled(event, self.inbox.clock.now_ms(), Instant::now());
        self.tap(event, None, &delivery);
        self.handle_event(&Envelope::new(event, &delivery))
    }

    /// Handles a frame of a link; `None` for frames of requests.
    fn handle_frame(&mut self, frame: &Frame, link: Option<u32>) -> Vec<Box<dyn Held>> {
        match frame {
            Frame::Event(event) => {
                let delivery = self.deliveries.dispatched(event, self.inbox.clock.now_ms());
                return self.handle_event(&Envelope::new(event, &delivery));
            }
            Frame::Heartbeat(heartbeat) => {
                return heartbeat.endpoints.iter().flat_map(|state| self.handle_service_state(state, link)).collect();
            }
            Frame::ServiceState(state) => return self.handle_service_state(state, link),
            Frame::Subscription(echo) => tracing::debug!("the server's subscription: {echo:?}"),
            Frame::ConnectionState { connected: false } => {
                tracing::warn!("the server reports that it is not connected");
            }
            _ => {}
        }
        Vec::new()
    }

    fn handle_service_state(&mut self, state: &ServiceState, link: Option<u32>) -> Vec<Box<dyn Held>> {
        let mut held = Vec::new();
        for world in state.worlds() {
            let Some(online) = self.world_reports.report(link, world, state.online) else { continue };
            self.links.set_online(world, online);
            if self.status.set_world(world, online) {
                let signal = WorldStateChanged::new(self.inbox.clock.now(), world, online);
                held.extend(self.dispatch_signal(&signal.into()));
            }
        }
        held
    }

    fn dispatch_signal(&mut self, signal: &Event) -> Vec<Box<dyn Held>> {
        let delivery = self.deliveries.dispatched(signal, self.inbox.clock.now_ms());
        self.tap(signal, None, &delivery);
        self.dispatch(&Envelope::new(signal, &delivery))
    }

    fn run_timers(&mut self) {
        let now = Instant::now();
        if self.registry.version() != self.version {
            self.version = self.registry.version();
            self.resubscribe_at.get_or_insert(now + DEBOUNCE);
        }
        if self.inbox.has_unreported() {
            let next = self.reported_at.map_or(now, |reported_at| reported_at + Duration::from_secs(1));
            self.report_at.get_or_insert(next.max(now + REPORT_DELAY));
        }
        if self.resubscribe_at.take_if(|at| *at <= now).is_some() {
            self.publish_requirements();
        }
        if self.check_at.take_if(|at| *at <= now).is_some() {
            self.check_links(now);
        }
        let derived = self.derivation.advance(&mut self.dispatcher.trackers, now);
        let held = self.dispatch_derived(&derived);
        self.hold_request(held, None);
        self.derivation.schedule(&self.dispatcher.trackers, now);
        if self.statistics.is_due(now) {
            self.publish_health(now);
        }
        if self.report_at.take_if(|at| *at <= now).is_some() {
            self.reported_at = Some(now);
            self.report();
        }
    }

    /// Records the current state for other threads.
    fn publish_health(&mut self, now: Instant) {
        let local = self.inbox.clock.now();
        for (link, input) in (0..).zip(&self.inputs) {
            // The links close when the client stops, although triggers need them.
            if let Some(is_needed) = self.links.is_needed(link).filter(|_| !self.shutdown.is_requested()) {
                self.statistics.set_needed(link, is_needed, input.address(), local);
            }
        }
        let mut health = self.statistics.snapshot(now, local);
        for (world, online) in self.status.worlds() {
            health.world(world).online = Some(online);
        }
        self.links.add_to(&mut health, local);
        health.worlds.sort_unstable_by_key(|known| known.world);
        (health.parse_errors, health.dropped_events) = (self.parse_errors.total(), self.inbox.dropped());
        let DeliveryCounts { late, early } = self.deliveries.counts();
        (health.late_events, health.early_events) = (late, early);
        self.statistics.log(&health, now);
        self.status.set_health(health);
    }

    /// Returns the address that a link connects to.
    fn address(&self, link: u32) -> Option<String> {
        self.links.is_needed(link)?;
        self.inputs.get(usize::try_from(link).ok()?)?.address()
    }

    /// Sends the triggers' requirements to the sources, if they have changed.
    fn publish_requirements(&mut self) {
        // A broker has to deliver to a new trigger even if others subscribe to the same.
        if let Some(broker) = &self.broker {
            broker.publish(&self.registry);
        }
        let generation = Some(self.registry.generation());
        if generation != self.generation {
            self.generation = generation;
            let planned: Vec<_> = self.registry.requirements().into_iter().map(Arc::new).collect();
            self.update_clock_of_links(Instant::now());
            let local = self.inbox.clock.now();
            for signal in self.links.expect(&planned, local) {
                let held = self.handle_link_signal(&signal);
                self.hold_request(held, None);
            }
            self.status.set_needed_links(self.links.needed());
            self.statistics.schedule(Instant::now());
            self.requirements.resize_with(planned.len(), watch::Sender::default);
            for (sender, requirements) in self.requirements.iter().zip(planned) {
                sender.send_if_modified(|last| {
                    let is_modified = *last != requirements;
                    *last = requirements;
                    is_modified
                });
            }
        }
    }

    fn process_commands(&mut self) -> ControlFlow<()> {
        while let Some(command) = self.next_command.take().or_else(|| self.commands.as_mut()?.try_recv().ok()) {
            match command {
                Command::NotifyDrained(on_drained) => self.on_drained.push(on_drained),
                Command::Discard => self.discard_inputs(),
                Command::Report(done) => {
                    self.report();
                    // Reports raise signals.
                    self.process_requests(self.requests.len() + 1);
                    let _ = done.send(());
                }
            }
        }
        if !self.on_drained.is_empty() && self.is_drained() {
            let derived = self.derivation.finish(&mut self.dispatcher.trackers);
            let held = self.dispatch_derived(&derived);
            self.hold_request(held, None);
        }
        if !self.on_drained.is_empty() && self.is_drained() {
            for on_drained in self.on_drained.drain(..) {
                let _ = on_drained.send(());
            }
        }
        if self.commands.is_some() {
            return ControlFlow::Continue(());
        }
        self.publish_health(Instant::now());
        self.parse_errors.log_totals();
        self.links.log_totals();
        self.deliveries.log_totals();
        derivation::log_totals(self.dispatcher.trackers.counts());
        if let Some(backfill) = &self.backfill {
            backfill.log_totals();
        }
        ControlFlow::Break(())
    }

    /// Drops the sources. What they have received is recorded but not dispatched.
    fn discard_inputs(&mut self) {
        let mut discarded = 0;
        for mut input in mem::take(&mut self.inputs) {
            while let Some(mut batch) = input.take_batch() {
                let (link, received_ms) = (batch.link, batch.received_ms);
                while let Some(item) = batch.next() {
                    match item {
                        BatchItem::Frame { text, .. } | BatchItem::Fault { text, .. } => {
                            self.record_text(text.as_deref(), link, received_ms);
                            discarded += 1;
                        }
                        // The broker delivers it again.
                        BatchItem::Message { text, route, .. } if !route.is_copy => {
                            self.record_text(text.as_deref(), link, received_ms);
                        }
                        BatchItem::Message { .. } => {}
                        change => self.record_change(change, link, received_ms),
                    }
                }
            }
        }
        self.held_requests.clear();
        if discarded > 0 {
            tracing::warn!("{discarded} received frames were not dispatched before the end of the grace period");
        }
    }

    fn is_drained(&self) -> bool {
        self.inputs.iter().all(SourceInput::is_drained) && self.held_requests.is_empty() && !self.has_requests()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("dispatcher", &self.dispatcher).finish_non_exhaustive()
    }
}
