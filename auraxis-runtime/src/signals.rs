//! Raising signals: events of auraxis itself, from wherever they happen to where events are dispatched.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::SystemTime,
};

use auraxis_core::{
    event::{Event, EventKind, Payload, Selector},
    interest::Interest,
    time::Timestamp,
};
use tokio::sync::mpsc;

/// How many signals may wait to be dispatched. They are rare; what fails this often is seen in the log as well.
const BACKLOG: usize = 1_024;

/// The sending side, cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    sender: mpsc::Sender<Event>,
    /// A bit for each kind that some trigger listens or has listened to, so that nothing is made for nobody.
    wanted: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
    pub(crate) clock: Clock,
}

impl Signals {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Event>) {
        const { assert!(EventKind::COUNT <= u64::BITS as usize) };
        let (sender, receiver) = mpsc::channel(BACKLOG);
        (Self { sender, wanted: Arc::default(), lost: Arc::default(), clock: Clock::default() }, receiver)
    }

    /// Raises a signal if anyone listens.
    pub(crate) fn raise<S: Payload + Into<Event>>(&self, make: impl FnOnce(Timestamp) -> S) {
        let wanted = S::selector().kind().is_some_and(|kind| self.wanted.load(Ordering::Relaxed) & bit(kind) != 0);
        if wanted && self.sender.try_send(make(self.clock.update()).into()).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes note of a trigger.
    pub(crate) fn want(&self, interest: &Interest) {
        let kinds = interest.selectors.iter().filter_map(Selector::kind);
        self.wanted.fetch_or(kinds.map(bit).fold(0, |bits, bit| bits | bit), Ordering::Relaxed);
    }

    /// How many were lost since this was asked last.
    pub(crate) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

const fn bit(kind: EventKind) -> u64 {
    1 << kind as u8
}

/// This machine's clock in whole seconds, read once for many events; in a replay, the time of the recording.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Seconds>);

#[derive(Debug, Default)]
struct Seconds {
    now: AtomicI64,
    recorded: AtomicBool,
}

impl Clock {
    /// When `update` was called last.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.0.now.load(Ordering::Relaxed))
    }

    pub(crate) fn update(&self) -> Timestamp {
        if self.0.recorded.load(Ordering::Relaxed) {
            return self.now();
        }
        let now = Timestamp::from(SystemTime::now());
        self.0.now.store(now.0, Ordering::Relaxed);
        now
    }

    /// Says what time it is, once and for all but by this.
    pub(crate) fn follow(&self, recorded: Timestamp) {
        self.0.recorded.store(true, Ordering::Relaxed);
        self.0.now.store(recorded.0, Ordering::Relaxed);
    }
}
