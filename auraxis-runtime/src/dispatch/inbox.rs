//! Requests to the stream from any thread: events dispatched by hand, and signals.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use auraxis_core::{
    event::{Event, EventKind, MetagameEvent, Payload, Selector},
    frame::Frame,
    interest::Interest,
    stream::Recency,
    time::Timestamp,
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{clock::Clock, tap::Tap};

/// The capacity of the request channel. If it is full, `Client::dispatch` waits; signals, which are rare, are counted
/// as lost.
const CAPACITY: usize = 1_024;

/// A request to the stream.
#[derive(Debug)]
pub(crate) enum Request {
    /// Dispatch a signal.
    Signal(Event),
    /// Handle a frame as if a source had received it.
    Dispatch {
        frame: Frame,
        /// The number of the trigger whose run made the request; 0 if it was not made by a run.
        from_trigger: u64,
        /// Answered when all triggers have taken the frame's event.
        done: oneshot::Sender<Result<(), WouldDeadlock>>,
    },
    /// Pass everything that is delivered from now on to this tap.
    Tap(Box<dyn Tap>),
    /// Derive the alerts that are running according to these events from REST.
    RunningAlerts(Vec<MetagameEvent>),
    /// Handle an event from REST, unless it was delivered before.
    Backfill {
        event: Event,
        /// Answered with whether it was delivered before.
        recency: oneshot::Sender<Recency>,
        /// Answered when all triggers have taken the event, if it is new.
        done: oneshot::Sender<Result<(), WouldDeadlock>>,
    },
}

/// The error of a run that dispatches an event to its own trigger, named here, while that is full: the run would wait
/// for itself.
#[derive(Debug)]
pub(crate) struct WouldDeadlock(pub(crate) Arc<str>);

/// The sender of requests. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    requests: mpsc::Sender<Request>,
    shared: Arc<Shared>,
    pub(crate) clock: Clock,
}

#[derive(Debug, Default)]
struct Shared {
    /// One bit for each kind that any trigger listens or has listened to. Signals of other kinds are not even created.
    listened_to: AtomicU64,
    lost: AtomicU64,
    /// The number of events that triggers have dropped.
    dropped: AtomicU64,
    /// Whether any counter has changed since the last report.
    unreported: AtomicBool,
    wake: Notify,
}

impl Inbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Request>) {
        const { assert!(EventKind::COUNT <= u64::BITS as usize) };
        let (requests, receiver) = mpsc::channel(CAPACITY);
        (Self { requests, shared: Arc::default(), clock: Clock::default() }, receiver)
    }

    /// Raises a signal if any trigger listens to it.
    pub(crate) fn raise<S: Payload + Into<Event>>(&self, make: impl FnOnce(Timestamp) -> S) {
        if !S::selector().kind().is_some_and(|kind| self.has_listeners(kind)) {
            return;
        }
        if self.requests.try_send(Request::Signal(make(self.clock.update()).into())).is_err() {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
        self.wake();
    }

    /// Raises an event of the program. Returns false if the channel is full.
    pub(crate) fn emit(&self, event: Event) -> bool {
        let is_sent = self.requests.try_send(Request::Signal(event)).is_ok();
        self.wake();
        is_sent
    }

    /// Adds a tap. Returns false if the stream is gone, or the channel is full.
    pub(crate) fn add_tap(&self, tap: Box<dyn Tap>) -> bool {
        let is_sent = self.requests.try_send(Request::Tap(tap)).is_ok();
        self.wake();
        is_sent
    }

    /// Returns whether the stream is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }

    /// Sends a request. Waits while the channel is full.
    pub(crate) async fn send(&self, request: Request) {
        // Fails only if the stream is gone. That drops the request and with it the sender of its answer.
        let _ = self.requests.send(request).await;
        self.wake();
    }

    /// Wakes the stream to check for requests, changed triggers and queues with new capacity.
    pub(crate) fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Waits for a [`wake`](Self::wake).
    pub(crate) async fn woken(&self) {
        self.shared.wake.notified().await;
    }

    /// Schedules a report of the counters.
    pub(crate) fn schedule_report(&self) {
        if !self.shared.unreported.load(Ordering::Relaxed) && !self.shared.unreported.swap(true, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Counts events that a trigger has dropped.
    pub(crate) fn record_drop(&self, events: u64) {
        self.shared.dropped.fetch_add(events, Ordering::Relaxed);
        self.schedule_report();
    }

    /// Returns the number of events that triggers have dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Returns whether a report is scheduled.
    pub(crate) fn has_unreported(&self) -> bool {
        self.shared.unreported.load(Ordering::Relaxed)
    }

    /// Marks all counters as reported. Returns the number of signals lost since the last call.
    pub(crate) fn take_unreported(&self) -> u64 {
        self.shared.unreported.store(false, Ordering::Relaxed);
        self.shared.lost.swap(0, Ordering::Relaxed)
    }

    /// Returns whether any trigger listens or has listened to this kind.
    pub(crate) fn has_listeners(&self, kind: EventKind) -> bool {
        self.shared.listened_to.load(Ordering::Relaxed) & bit(kind) != 0
    }

    /// Adds kinds that are wanted even if no trigger listens to them.
    pub(crate) fn listen(&self, kinds: impl IntoIterator<Item = EventKind>) {
        self.shared.listened_to.fetch_or(kinds.into_iter().fold(0, |bits, kind| bits | bit(kind)), Ordering::Relaxed);
    }

    /// Adds the kinds that a trigger listens to.
    pub(crate) fn add_listener(&self, interest: &Interest) {
        self.listen(interest.selectors.iter().filter_map(Selector::kind));
    }
}

const fn bit(kind: EventKind) -> u64 {
    1 << kind as u8
}
