//! Whose turn it is: which events of a trigger start at once, wait, or have no room.
//!
//! This is the part of a [lane](super::lane) that decides, and it does nothing else: events and ends of runs go in,
//! decisions come out. It knows no task and no clock, so every order in which things can happen on several threads is
//! checked as a model (`tests/model`).
//!
//! One side is the dispatcher, of which there is one at a time: [`Scheduler::arrive`], [`Scheduler::waits`] and
//! [`Scheduler::over`]. The other are the runs that have become tasks, on any thread: [`Scheduler::end`] and
//! [`Scheduler::abandon`].

use super::{
    queue::Queue,
    sync::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError},
};

/// The scheduler of one trigger.
pub(crate) struct Scheduler<T> {
    concurrency: usize,
    bound: usize,
    keyed: bool,
    drops_oldest: bool,
    /// Runs that have become tasks. Rises only where the dispatcher stands, falls only under the lock of `queue`.
    running: AtomicUsize,
    queue: Mutex<Queue<T>>,
    /// Whether an event was refused for want of room, so that the next end of a run has to say that there is some.
    refused: AtomicBool,
}

/// What becomes of an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival<T> {
    /// It starts now.
    Start(T),
    /// It waits.
    Waits,
    /// It waits, and the one that has waited longest is dropped.
    WaitsFor(T),
    /// There is no room.
    Full(T),
}

/// What comes after the end of a run.
pub(crate) struct End<T> {
    /// The event that starts now, and its key. Without one, the task is over too.
    pub(crate) next: Option<(T, u64)>,
    /// Whether there may be room for an event that was refused.
    pub(crate) room: bool,
}

/// What is left of a run that is given up.
pub(crate) struct Abandoned<T> {
    /// The events that waited, in order of arrival. Nobody starts them.
    pub(crate) events: Vec<T>,
    /// Whether there may be room for an event that was refused.
    pub(crate) room: bool,
}

impl<T> Scheduler<T> {
    /// At most `concurrency` runs at once, or keys if it is keyed, and at most `bound` events that wait.
    pub(crate) fn new(concurrency: usize, bound: usize, keyed: bool, drops_oldest: bool) -> Self {
        Self {
            concurrency,
            bound,
            keyed,
            drops_oldest,
            running: AtomicUsize::new(0),
            queue: Mutex::new(Queue::new(keyed)),
            refused: AtomicBool::new(false),
        }
    }

    /// An event comes. With `patient`, one for which there is no room is given back; otherwise the oldest that waits
    /// gives way to it, if that is what the trigger wants.
    pub(crate) fn arrive(&self, event: T, key: u64, patient: bool) -> Arrival<T> {
        // Without a key, and with room, the order is that of arrival already. The lock is for the rest.
        if !self.keyed && self.running.load(Ordering::Acquire) < self.concurrency {
            return Arrival::Start(event);
        }
        let mut queue = self.queue();
        if self.running.load(Ordering::Acquire) < self.concurrency && queue.begin(key) {
            return Arrival::Start(event);
        }
        if queue.len() < self.bound {
            queue.push(event, key);
            return Arrival::Waits;
        }
        if patient {
            // Under the lock, so that no end of a run can pass unseen.
            self.refused.store(true, Ordering::Relaxed);
            return Arrival::Full(event);
        }
        match self.drops_oldest.then(|| queue.drop_oldest()).flatten() {
            Some(oldest) => {
                queue.push(event, key);
                Arrival::WaitsFor(oldest)
            }
            None => Arrival::Full(event),
        }
    }

    /// What was started has to wait: it is a task from now on.
    pub(crate) fn waits(&self) {
        self.running.fetch_add(1, Ordering::AcqRel);
    }

    /// What was started is over, and never was a task.
    pub(crate) fn over(&self, key: u64) {
        if self.keyed {
            // Nothing of this key waits: only the dispatcher adds, and it stands here.
            self.queue().end(key);
        }
    }

    /// A run that is a task is over.
    pub(crate) fn end(&self, key: u64) -> End<T> {
        let mut queue = self.queue();
        queue.end(key);
        let next = queue.pop();
        if next.is_none() {
            self.running.fetch_sub(1, Ordering::AcqRel);
        }
        End { next, room: self.refused.swap(false, Ordering::Relaxed) }
    }

    /// A run that is a task is given up, and with it all that wait.
    pub(crate) fn abandon(&self, key: u64) -> Abandoned<T> {
        let mut queue = self.queue();
        queue.end(key);
        let events = queue.drain();
        self.running.fetch_sub(1, Ordering::AcqRel);
        Abandoned { events, room: self.refused.swap(false, Ordering::Relaxed) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
