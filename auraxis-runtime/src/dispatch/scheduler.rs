//! Concurrency limit and queue of one trigger.
//!
//! The scheduler is the decision-making part of a [lane](super::lane): events and finished runs go in, decisions come
//! out. It uses neither tasks nor clocks, so `tests/model` can check it in every possible interleaving of threads.
//!
//! The dispatcher, of which there is one, calls [`Scheduler::admit`], [`Scheduler::became_task`] and
//! [`Scheduler::finished`]. Runs that have become tasks call [`Scheduler::task_finished`] and
//! [`Scheduler::task_aborted`] from any thread.

use super::{
    queue::Queue,
    sync::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError},
};

/// The scheduler of one trigger.
pub(crate) struct Scheduler<T> {
    concurrency: usize,
    queue_limit: usize,
    keyed: bool,
    drops_oldest: bool,
    /// Runs that have become tasks. Incremented only by the dispatcher, decremented only under the lock of `queue`.
    running: AtomicUsize,
    queue: Mutex<Queue<T>>,
    /// Whether the dispatcher holds an event that did not fit into the queue, and retries it when a run finishes.
    holds_event: AtomicBool,
}

/// What to do with a new event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission<T> {
    /// The event starts now.
    Start(T),
    /// The event was queued.
    Queued,
    /// The event was queued, and the oldest queued event, returned here, was dropped.
    QueuedDropping(T),
    /// The queue is full.
    Full(T),
}

/// What follows a finished task run.
pub(crate) struct TaskFinished<T> {
    /// The event that the task runs next, and its key. If `None`, the task finishes as well.
    pub(crate) next: Option<(T, u64)>,
    /// Whether to retry held events.
    pub(crate) retry_held: bool,
}

/// What follows an aborted task run.
pub(crate) struct TaskAborted<T> {
    /// The queued events, in order of arrival. They are never started.
    pub(crate) events: Vec<T>,
    /// Whether to retry held events.
    pub(crate) retry_held: bool,
}

impl<T> Scheduler<T> {
    /// Creates a scheduler for at most `concurrency` concurrent runs (keys if `keyed`) and `queue_limit` queued events.
    pub(crate) fn new(concurrency: usize, queue_limit: usize, keyed: bool, drops_oldest: bool) -> Self {
        Self {
            concurrency,
            queue_limit,
            keyed,
            drops_oldest,
            running: AtomicUsize::new(0),
            queue: Mutex::new(Queue::new(keyed)),
            holds_event: AtomicBool::new(false),
        }
    }

    /// Admits a new event. If the queue is full, `hold_if_full` returns the event to be held and retried; otherwise
    /// the overflow policy applies.
    pub(crate) fn admit(&self, event: T, key: u64, hold_if_full: bool) -> Admission<T> {
        // Without keys and below the limit the queue is empty, so the order is preserved without the lock.
        if !self.keyed && self.running.load(Ordering::Acquire) < self.concurrency {
            return Admission::Start(event);
        }
        let mut queue = self.queue();
        if self.running.load(Ordering::Acquire) < self.concurrency && queue.start_key(key) {
            return Admission::Start(event);
        }
        if queue.len() < self.queue_limit {
            queue.push(event, key);
            return Admission::Queued;
        }
        if hold_if_full {
            // Set under the lock, so that no run can finish without seeing it.
            self.holds_event.store(true, Ordering::Relaxed);
            return Admission::Full(event);
        }
        match self.drops_oldest.then(|| queue.drop_oldest()).flatten() {
            Some(oldest) => {
                queue.push(event, key);
                Admission::QueuedDropping(oldest)
            }
            None => Admission::Full(event),
        }
    }

    /// The started run is pending and becomes a task.
    pub(crate) fn became_task(&self) {
        self.running.fetch_add(1, Ordering::AcqRel);
    }

    /// The started run has finished without becoming a task.
    pub(crate) fn finished(&self, key: u64) {
        if self.keyed {
            // No event of this key is queued, because only the caller, the dispatcher, adds events.
            self.queue().finish_key(key);
        }
    }

    /// The run of a task has finished.
    pub(crate) fn task_finished(&self, key: u64) -> TaskFinished<T> {
        let mut queue = self.queue();
        queue.finish_key(key);
        let next = queue.pop();
        if next.is_none() {
            self.running.fetch_sub(1, Ordering::AcqRel);
        }
        TaskFinished { next, retry_held: self.holds_event.swap(false, Ordering::Relaxed) }
    }

    /// The run of a task was aborted. All queued events are aborted with it.
    pub(crate) fn task_aborted(&self, key: u64) -> TaskAborted<T> {
        let mut queue = self.queue();
        queue.finish_key(key);
        let events = queue.drain();
        self.running.fetch_sub(1, Ordering::AcqRel);
        TaskAborted { events, retry_held: self.holds_event.swap(false, Ordering::Relaxed) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
