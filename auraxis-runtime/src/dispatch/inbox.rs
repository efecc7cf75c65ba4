//! What others want of the stream: events dispatched by hand, and signals, from whichever task they come.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use auraxis_core::{
    event::{Event, EventKind, Payload, Selector},
    frame::Frame,
    interest::Interest,
    time::Timestamp,
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::Clock;

/// How many requests may wait. Whoever dispatches waits for room; signals are rare, and one for which there is none is
/// counted as lost.
const BOUND: usize = 1_024;

/// One thing that somebody wants.
#[derive(Debug)]
pub(crate) enum Request {
    /// Let the triggers have a signal.
    Signal(Event),
    /// Let the triggers have what a frame says, and answer when all of them have taken it.
    Dispatch {
        frame: Frame,
        /// The number of the trigger whose run asks; 0 if it is somebody else.
        from: u64,
        taken: oneshot::Sender<Result<(), WaitsForItself>>,
    },
}

/// A run has dispatched an event to its own trigger, which is full, and would wait for its own end.
#[derive(Debug)]
pub(crate) struct WaitsForItself(pub(crate) Arc<str>);

/// The sending side, cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    requests: mpsc::Sender<Request>,
    shared: Arc<Shared>,
    pub(crate) clock: Clock,
}

#[derive(Debug, Default)]
struct Shared {
    /// A bit for each kind that some trigger listens or has listened to, so that nothing is made for nobody.
    wanted: AtomicU64,
    lost: AtomicU64,
    /// Something has been counted that is to be told within a second.
    unreported: AtomicBool,
    wake: Notify,
}

impl Inbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Request>) {
        const { assert!(EventKind::COUNT <= u64::BITS as usize) };
        let (requests, receiver) = mpsc::channel(BOUND);
        (Self { requests, shared: Arc::default(), clock: Clock::default() }, receiver)
    }

    /// Raises a signal if anyone listens.
    pub(crate) fn raise<S: Payload + Into<Event>>(&self, make: impl FnOnce(Timestamp) -> S) {
        if !S::selector().kind().is_some_and(|kind| self.is_wanted(kind)) {
            return;
        }
        if self.requests.try_send(Request::Signal(make(self.clock.update()).into())).is_err() {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
        self.wake();
    }

    /// Waits for room, then leaves the request.
    pub(crate) async fn leave(&self, request: Request) {
        // It only fails when the stream is gone, which drops the request and so tells whoever waits for an answer.
        let _ = self.requests.send(request).await;
        self.wake();
    }

    /// Makes the stream look at everything that may have changed: requests, triggers, room in lanes.
    pub(crate) fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Waits until there is something to look at.
    pub(crate) async fn woken(&self) {
        self.shared.wake.notified().await;
    }

    /// Says that something has been counted that is to be told.
    pub(crate) fn count(&self) {
        if !self.shared.unreported.load(Ordering::Relaxed) && !self.shared.unreported.swap(true, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Whether anything is to be told.
    pub(crate) fn has_unreported(&self) -> bool {
        self.shared.unreported.load(Ordering::Relaxed)
    }

    /// Everything is told now. How many signals were lost since then?
    pub(crate) fn take_unreported(&self) -> u64 {
        self.shared.unreported.store(false, Ordering::Relaxed);
        self.shared.lost.swap(0, Ordering::Relaxed)
    }

    /// Whether some trigger listens to this kind, or has.
    pub(crate) fn is_wanted(&self, kind: EventKind) -> bool {
        self.shared.wanted.load(Ordering::Relaxed) & bit(kind) != 0
    }

    /// Takes note of a trigger.
    pub(crate) fn want(&self, interest: &Interest) {
        let kinds = interest.selectors.iter().filter_map(Selector::kind);
        self.shared.wanted.fetch_or(kinds.map(bit).fold(0, |bits, bit| bits | bit), Ordering::Relaxed);
    }
}

const fn bit(kind: EventKind) -> u64 {
    1 << kind as u8
}
