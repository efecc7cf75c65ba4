//! Publishes messages in order, each until the broker has confirmed it.
//!
//! A dedicated thread owns the connection. Messages wait in a bounded channel, then in a bounded backlog until they are
//! confirmed. Several are in flight at a time. If the connection is lost, the server reports an error, a confirmation does
//! not arrive, or the stream is missing, the session ends: its connection is dropped with everything that it has not sent.
//! The next session opens another connection, checks the streams, and publishes everything that is not confirmed again, in
//! the same order and with the same message ids, so the broker drops what it has stored.
//!
//! This requires that no message is older than the broker's memory of ids. Older messages are dropped, and reported as a
//! [`Gap`] when the broker is back. The gap can include events that the broker has stored: from another relay, or because
//! only the confirmation was lost.
//!
//! [`Gap`]: auraxis_core::event::Gap

use std::{
    collections::VecDeque,
    future::pending,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use async_nats::jetstream::{
    Context, ErrorCode,
    context::{ContextBuilder, PublishError, PublishErrorKind},
    publish::PublishAck,
};
use auraxis_core::{environment::Environment, time::Timestamp};
use futures_util::{future::BoxFuture, poll};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};
use tracing::{error, info, warn};

use crate::{
    Broker, Error, ErrorKind, Result,
    backlog::{Backlog, Limits},
    connect::{Failure, Reconnect, chain, reconnect_delay},
    losses::Losses,
    outgoing::Outgoing,
    stream::{self, EVENTS, StreamSettings},
};

/// The number of messages that are taken from the channel at a time.
const CHUNK: usize = 512;

/// The time in seconds without any event before this relay's first one that is reported as a gap. With another relay,
/// there are events all the time, except on a platform where nobody plays.
const MAX_SILENCE: i64 = 10;

/// How often drops are checked for.
const TICK: Duration = Duration::from_secs(1);

/// Settings of a [`Publisher`].
#[derive(Clone, Debug)]
pub struct PublisherSettings {
    /// The streams.
    pub streams: StreamSettings,
    /// The maximum number of messages in flight: published, and not confirmed. Default: 2,048.
    pub max_in_flight: usize,
    /// The maximum number of messages that wait for the broker. Default: 250,000, two minutes of 2,000 events per second.
    pub max_backlog: usize,
    /// The maximum size of the messages that wait for the broker, in bytes. Default: 192 MiB.
    pub max_backlog_bytes: usize,
    /// How long the broker can take to confirm a message. Default: 5 seconds.
    pub ack_timeout: Duration,
    /// The maximum number of messages that wait for the publisher's thread. Default: 32,768.
    pub channel: usize,
}

impl Default for PublisherSettings {
    fn default() -> Self {
        Self {
            streams: StreamSettings::default(),
            max_in_flight: 2_048,
            max_backlog: 250_000,
            max_backlog_bytes: 192 << 20,
            ack_timeout: Duration::from_secs(5),
            channel: 32_768,
        }
    }
}

/// Counters of a [`Publisher`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublisherStats {
    /// Messages that the broker has confirmed.
    pub published: u64,
    /// Of these, messages that the broker had already, from another relay or an earlier attempt.
    pub duplicates: u64,
    /// Messages that were dropped: too old, too many, or too large.
    pub dropped: u64,
    /// Sessions that have begun: 1, and one more after each failure.
    pub sessions: u64,
    /// Messages that wait for the broker now.
    pub backlog: usize,
}

/// Publishes messages to the broker. Dropping it stops it without waiting for what is not published: see
/// [`finish`](Self::finish).
#[derive(Debug)]
pub struct Publisher {
    sender: PublishSender,
    stop: watch::Sender<Option<Instant>>,
    finished: oneshot::Receiver<()>,
    duplicate_window: Duration,
}

/// Passes messages to a [`Publisher`], without waiting.
#[derive(Clone, Debug)]
pub struct PublishSender {
    messages: mpsc::Sender<Outgoing>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    losses: Mutex<Losses>,
    published: AtomicU64,
    duplicates: AtomicU64,
    dropped: AtomicU64,
    sessions: AtomicU64,
    backlog: AtomicUsize,
}

impl Shared {
    fn losses(&self) -> MutexGuard<'_, Losses> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self, message: &Outgoing) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        self.losses().add(message);
    }
}

impl PublishSender {
    /// Passes a message on. If the channel is full, the message is dropped, counted, and reported with the next gap.
    pub fn send(&self, message: Outgoing) {
        if let Err(error) = self.messages.try_send(message) {
            self.shared.lose(&error.into_inner());
        }
    }

    /// Returns the counters.
    #[must_use]
    pub fn stats(&self) -> PublisherStats {
        let Shared { published, duplicates, dropped, sessions, backlog, .. } = &*self.shared;
        PublisherStats {
            published: published.load(Ordering::Relaxed),
            duplicates: duplicates.load(Ordering::Relaxed),
            dropped: dropped.load(Ordering::Relaxed),
            sessions: sessions.load(Ordering::Relaxed),
            backlog: backlog.load(Ordering::Relaxed) + self.messages.max_capacity() - self.messages.capacity(),
        }
    }
}

impl Publisher {
    /// Connects to the broker, creates or checks the streams, and starts. If the broker cannot be reached yet, the
    /// publisher starts nevertheless and keeps trying.
    ///
    /// # Errors
    ///
    /// Returns an error if the broker cannot be used: a wrong login, an old server, no JetStream, or a stream with other
    /// settings.
    pub async fn start(broker: Broker, environment: Environment, settings: PublisherSettings) -> Result<Self> {
        let (messages, receiver) = mpsc::channel(settings.channel.max(1));
        let shared = Arc::new(Shared {
            losses: Mutex::new(Losses::new(environment)),
            published: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            backlog: AtomicUsize::new(0),
        });
        let (stop, is_stopped) = watch::channel(None);
        let (ready, is_ready) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let worker = Worker {
            backlog: Backlog::new(Limits {
                messages: settings.max_backlog.max(1),
                bytes: settings.max_backlog_bytes.max(1),
                age: age_limit(settings.streams.duplicate_window),
            }),
            broker,
            settings,
            messages: receiver,
            is_closed: false,
            shared: shared.clone(),
            ready: Some(ready),
            failures: 0,
            silent_since: None,
            reported: None,
        };
        let spawned = thread::Builder::new().name("auraxis-publisher".into()).spawn(move || {
            worker.run(is_stopped);
            let _ = finish.send(());
        });
        spawned
            .map_err(|error| Error::new(ErrorKind::Setup, format!("cannot start the publisher's thread: {error}")))?;
        let stopped = || Error::new(ErrorKind::Setup, "cannot start the publisher: its thread has stopped");
        let duplicate_window = is_ready.await.map_err(|_| stopped())??;
        Ok(Self { sender: PublishSender { messages, shared }, stop, finished, duplicate_window })
    }

    /// Returns a sender, which passes messages to the publisher.
    #[must_use]
    pub fn sender(&self) -> PublishSender {
        self.sender.clone()
    }

    /// Returns how long the broker remembers message ids.
    #[must_use]
    pub const fn duplicate_window(&self) -> Duration {
        self.duplicate_window
    }

    /// Accepts no more messages, and waits until all are confirmed, at most for `grace`. The rest is dropped and logged.
    /// Returns the counters.
    pub async fn finish(self, grace: Duration) -> PublisherStats {
        self.stop.send_replace(Some(Instant::now() + grace));
        let _ = self.finished.await;
        self.sender.stats()
    }
}

/// No message is published later than this after it was received. Shorter than the window, because relays do not receive
/// an event at the same moment, and a message can be on its way for a while.
fn age_limit(duplicate_window: Duration) -> Duration {
    duplicate_window.mul_f64(0.9)
}

/// What the thread of a publisher owns.
struct Worker {
    broker: Broker,
    settings: PublisherSettings,
    messages: mpsc::Receiver<Outgoing>,
    is_closed: bool,
    backlog: Backlog,
    shared: Arc<Shared>,
    /// Reports the result of the first session.
    ready: Option<oneshot::Sender<Result<Duration>>>,
    /// Sessions that have failed since a message was confirmed.
    failures: usize,
    /// When an event was last published before this relay started, until its first event.
    silent_since: Option<Timestamp>,
    /// The failure that was logged last, until a message is confirmed.
    reported: Option<String>,
}

impl Worker {
    fn run(mut self, mut stop: watch::Receiver<Option<Instant>>) {
        loop {
            // Each session has its own runtime, so that its connection ends with it. Otherwise, the client would reconnect
            // and send what it has buffered out of order.
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    error!("cannot start the publisher's runtime: {error}");
                    return;
                }
            };
            let is_finished = runtime.block_on(async {
                tokio::select! {
                    is_finished = self.turn(stop.clone()) => is_finished,
                    () = deadline(&mut stop) => true,
                }
            });
            runtime.shutdown_background();
            if is_finished {
                break;
            }
        }
        let left = self.backlog.len() + self.messages.len();
        if left > 0 {
            warn!("stopped before the broker had confirmed {left} messages, which may be lost");
            self.shared.dropped.fetch_add(u64::try_from(left).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        self.shared.backlog.store(0, Ordering::Relaxed);
    }

    /// Runs one session and, after a failure, waits. Returns whether the publisher has finished.
    async fn turn(&mut self, stop: watch::Receiver<Option<Instant>>) -> bool {
        let is_done = || self.backlog.len() == 0 && self.messages.is_empty() && self.shared.losses().is_empty();
        if stop.borrow().is_some() && is_done() {
            return true;
        }
        let error = match Box::pin(self.session(stop)).await {
            Ok(()) => return true,
            Err(error) => error,
        };
        self.backlog.rewind();
        if let Some(ready) = self.ready.take() {
            if !error.kind().is_temporary() {
                let _ = ready.send(Err(error));
                return true;
            }
            let _ = ready.send(Ok(self.settings.streams.duplicate_window));
        }
        let text = error.to_string();
        if self.reported.as_ref() != Some(&text) {
            warn!("{text}; events wait, {} so far", self.backlog.len());
            self.reported = Some(text);
        }
        self.failures += 1;
        let delay = reconnect_delay(self.failures);
        self.collect_during(sleep(delay)).await;
        false
    }

    /// Takes messages from the channel into the backlog until the future completes.
    async fn collect_during<T>(&mut self, future: impl Future<Output = T>) -> T {
        tokio::pin!(future);
        let mut chunk = Vec::new();
        let mut ticks = interval(TICK);
        loop {
            tokio::select! {
                biased;
                output = &mut future => return output,
                count = self.messages.recv_many(&mut chunk, CHUNK), if !self.is_closed => {
                    self.collect(&mut chunk, count);
                    while let Some(dropped) = self.backlog.overflow() {
                        self.shared.lose(&dropped);
                    }
                    self.count();
                }
                _ = ticks.tick() => self.expire(),
            }
        }
    }

    fn collect(&mut self, chunk: &mut Vec<Outgoing>, count: usize) {
        self.is_closed |= count == 0;
        chunk.drain(..).for_each(|message| self.backlog.push(message));
        self.report_outage();
        self.expire();
    }

    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(expired) = self.backlog.expire(now) {
            self.shared.lose(&expired);
        }
        self.count();
    }

    fn count(&self) {
        self.shared.backlog.store(self.backlog.len(), Ordering::Relaxed);
    }

    /// Publishes until everything is published and the channel is closed.
    async fn session(&mut self, mut stop: watch::Receiver<Option<Instant>>) -> Result {
        let failure = Arc::new(Failure::default());
        let broker = self.broker.clone();
        let settings = self.settings.clone();
        let open = async {
            let client = broker.open(Reconnect::Never(failure.clone())).await?;
            let context = ContextBuilder::new()
                .timeout(settings.ack_timeout)
                .max_ack_inflight(settings.max_in_flight + 1)
                .build(client);
            let streams = stream::ensure(&context, &settings.streams).await?;
            Ok((context, streams))
        };
        let opened = async {
            tokio::select! {
                biased;
                opened = open => opened,
                error = failure.wait(&broker) => Err(error),
            }
        };
        let (context, streams) = self.collect_during(Box::pin(opened)).await?;
        if self.shared.sessions.fetch_add(1, Ordering::Relaxed) == 0 {
            info!("publishing to the broker at {broker}");
            streams.differences.iter().for_each(|difference| warn!("{difference}"));
            self.silent_since = streams.last_published.map(Timestamp::from);
            self.report_outage();
        } else if streams.created.iter().any(|name| name == EVENTS) {
            warn!(
                "the broker at {broker} had lost the stream `{EVENTS}`, which was created again; what it held is lost"
            );
        }
        self.backlog.limits.age = age_limit(streams.duplicate_window);
        if let Some(ready) = self.ready.take() {
            let _ = ready.send(Ok(streams.duplicate_window));
        }
        self.expire();
        if let Some(report) = self.take_losses() {
            self.backlog.push_front(report);
        }

        let mut acks = Acks::default();
        let mut chunk = Vec::new();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.publish(&context, &mut acks).await?;
            while let Some(ack) = acks.next_ready().await {
                self.settle(ack, &context, &mut acks).await?;
            }
            if self.is_closed && self.backlog.len() == 0 {
                match self.take_losses() {
                    Some(report) => self.backlog.push_front(report),
                    None => return Ok(()),
                }
                continue;
            }
            let has_room = !self.is_closed && !self.backlog.is_full();
            tokio::select! {
                biased;
                error = failure.wait(&broker) => return Err(error),
                ack = acks.next(), if !acks.0.is_empty() => self.settle(ack, &context, &mut acks).await?,
                count = self.messages.recv_many(&mut chunk, CHUNK), if has_room => self.collect(&mut chunk, count),
                () = stopping(&mut stop), if !self.is_closed => self.messages.close(),
                _ = ticks.tick() => self.tick(),
            }
        }
    }

    /// Reports the time before the first event if nothing was published meanwhile, because no relay was running.
    fn report_outage(&mut self) {
        let Some(from) = self.silent_since else { return };
        let Some(to) = self.backlog.first_received() else { return };
        self.silent_since = None;
        if to.0.saturating_sub(from.0) > MAX_SILENCE {
            self.shared.losses().add_outage(from, to);
        }
    }

    /// Publishes what the limit of messages in flight allows.
    async fn publish(&mut self, context: &Context, acks: &mut Acks) -> Result {
        let now = Instant::now();
        while acks.0.len() < self.settings.max_in_flight {
            if self.backlog.in_flight() == 0 {
                self.expire();
            }
            let Some(message) = self.backlog.next(now) else { break };
            match context.send_publish(message.subject.clone(), message.to_message()).await {
                Ok(ack) => {
                    acks.0.push_back(ack.into_future());
                    self.backlog.published();
                }
                Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                    error!("dropped an event that is larger than the broker allows (`max_payload`): {error}");
                    if let Some(message) = self.backlog.skip() {
                        self.shared.lose(&message);
                    }
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Ok(())
    }

    /// The broker has answered the oldest message in flight.
    async fn settle(&mut self, answer: Result<PublishAck, PublishError>, context: &Context, acks: &mut Acks) -> Result {
        let failure = match answer {
            Ok(ack) => {
                self.confirmed(&ack);
                return Ok(());
            }
            Err(failure) => failure,
        };
        match refusal(&failure) {
            // In a cluster: another relay has published it, but a majority of the servers does not have it yet. They may
            // never have it, if they elect another leader.
            Some(ErrorCode::STREAM_DUPLICATE_MESSAGE_CONFLICT) => {
                if let Some(message) = self.backlog.oldest() {
                    let ack = context.send_publish(message.subject.clone(), message.to_message()).await;
                    acks.0.push_front(ack.map_err(|failure| self.failed(&failure))?.into_future());
                }
            }
            Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM) => {
                error!("dropped an event that is larger than the stream `{EVENTS}` allows: {}", chain(&failure));
                if let Some(message) = self.backlog.settled() {
                    self.shared.lose(&message);
                }
                self.count();
            }
            _ => return Err(self.failed(&failure)),
        }
        Ok(())
    }

    fn confirmed(&mut self, ack: &PublishAck) {
        self.shared.published.fetch_add(1, Ordering::Relaxed);
        self.shared.duplicates.fetch_add(u64::from(ack.duplicate), Ordering::Relaxed);
        self.backlog.settled();
        self.count();
        self.failures = 0;
        if self.reported.take().is_some() {
            info!("publishing again; {} events have waited", self.backlog.len() + 1);
        }
    }

    /// Reports what was dropped, if there is room.
    fn tick(&mut self) {
        if !self.backlog.is_full()
            && let Some(report) = self.take_losses()
        {
            self.backlog.push(report);
        }
    }

    /// Returns the report of what was dropped, which is logged too.
    fn take_losses(&self) -> Option<Outgoing> {
        let (gap, report) = self.shared.losses().take(Timestamp::now())?;
        let lost = gap.estimated_lost.map_or_else(|| "an unknown number of".into(), |lost| lost.to_string());
        warn!(
            "{lost} events of {} were not published; they are reported as a gap from {} to {}",
            gap.worlds.of("worlds"),
            gap.from,
            gap.to.unwrap_or(gap.from)
        );
        Some(report)
    }

    fn failed(&self, failure: &PublishError) -> Error {
        let reason = match failure.kind() {
            PublishErrorKind::StreamNotFound => {
                format!("the stream `{EVENTS}` is missing, or has no leader in its cluster")
            }
            PublishErrorKind::TimedOut => {
                let seconds = self.settings.ack_timeout.as_secs_f32();
                format!(
                    "events were not confirmed within {seconds} s; check whether its disk is full, or whether it or the \
                     connection is overloaded"
                )
            }
            _ if is_full(failure) => {
                format!("it is full ({}); give it more room, or a smaller maximum size to the stream", chain(failure))
            }
            _ => chain(failure),
        };
        Error::new(ErrorKind::Broker, format!("cannot publish to the broker at {}: {reason}", self.broker))
    }
}

/// Returns whether the broker has no room for a message.
fn is_full(failure: &PublishError) -> bool {
    matches!(
        refusal(failure),
        Some(
            ErrorCode::INSUFFICIENT_RESOURCES
                | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
                | ErrorCode::STORAGE_RESOURCES_EXCEEDED
                | ErrorCode::MEMORY_RESOURCES_EXCEEDED
                | ErrorCode::STREAM_STORE_FAILED
        )
    )
}

/// Why the broker has refused a message, if it has answered.
fn refusal(failure: &PublishError) -> Option<ErrorCode> {
    let source = std::error::Error::source(failure)?;
    source.downcast_ref::<async_nats::jetstream::Error>().map(async_nats::jetstream::Error::error_code)
}

/// Waits until the publisher is asked to finish, or dropped.
async fn stopping(stop: &mut watch::Receiver<Option<Instant>>) {
    let _ = stop.wait_for(Option::is_some).await;
}

/// Waits until the time to finish has passed. A publisher that was dropped does not finish its work.
async fn deadline(stop: &mut watch::Receiver<Option<Instant>>) {
    let until = stop.wait_for(Option::is_some).await.map(|until| *until);
    match until {
        Ok(Some(until)) => sleep_until(until.into()).await,
        Ok(None) => pending().await,
        Err(_) => {}
    }
}

/// The answers to the messages in flight, in their order, which is that of the broker too.
#[derive(Default)]
struct Acks(VecDeque<BoxFuture<'static, Result<PublishAck, PublishError>>>);

impl Acks {
    /// Waits for the first answer.
    async fn next(&mut self) -> Result<PublishAck, PublishError> {
        let Some(first) = self.0.front_mut() else { return pending().await };
        let answer = first.await;
        self.0.pop_front();
        answer
    }

    /// Returns the first answer if it has arrived.
    async fn next_ready(&mut self) -> Option<Result<PublishAck, PublishError>> {
        let next = self.next();
        tokio::pin!(next);
        match poll!(next) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }
}
