//! The option `batch`: a handler that takes several events at once.
//!
//! The first event of a batch opens it. The open batch is admitted to the trigger's [lane](super::lane), whose run first
//! waits until the batch is full, its time has passed or the client is stopping, and then calls the handler. Later events
//! join the open batch, even while it is queued behind other runs.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustc_hash::FxHashMap;
use tokio::{
    runtime::Handle,
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    run::{Action, OUTSIDE_OF_RUNTIME, Run},
    ticket::{Ticket, Tickets},
};
use crate::shutdown::Shutdown;

/// When a batch is complete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchLimits {
    /// The maximum number of events.
    pub(crate) events: usize,
    /// The maximum time since the first event.
    pub(crate) within: Duration,
}

/// The open batches of a trigger.
pub(crate) struct OpenBatches<E> {
    limits: BatchLimits,
    /// The maximum number of events in batches that do not run yet.
    max_waiting: usize,
    open: Arc<Open<E>>,
}

struct Open<E> {
    by_key: Mutex<FxHashMap<u64, Arc<Collected<E>>>>,
    /// The number of events in batches that do not run yet.
    waiting: AtomicUsize,
}

/// What becomes of an event.
pub(crate) enum Added<E> {
    /// It joined a batch.
    Joined,
    /// It opened this batch, whose events share this ticket.
    Opened(Batch<E>, Ticket),
    /// Too many events wait.
    Full,
}

/// A batch that has been opened.
pub(crate) struct Batch<E> {
    key: u64,
    opened: Instant,
    collected: Arc<Collected<E>>,
    open: Arc<Open<E>>,
}

/// The events of a batch.
struct Collected<E> {
    /// `None` when the batch is closed.
    events: Mutex<Option<Vec<E>>>,
    tickets: Tickets,
    full: Notify,
}

impl<E> OpenBatches<E> {
    /// At most about `queue` events wait, in whole batches.
    pub(crate) fn new(limits: BatchLimits, queue: usize) -> Self {
        // The lane applies the overflow policy to whole batches, and this must not come before it.
        let max_waiting = queue.saturating_add(limits.events.saturating_mul(2));
        let open = Open { by_key: Mutex::default(), waiting: AtomicUsize::new(0) };
        Self { limits, max_waiting, open: Arc::new(open) }
    }

    /// Adds an event to the open batch of its key, or opens one. If the lane makes the stream wait, only the number of
    /// batches is limited.
    pub(crate) fn add(&self, mut event: E, key: u64, ticket: &Ticket, lane_holds: bool) -> Added<E> {
        let Open { by_key, waiting } = &*self.open;
        if !lane_holds && waiting.load(Ordering::Relaxed) >= self.max_waiting {
            return Added::Full;
        }
        waiting.fetch_add(1, Ordering::Relaxed);
        let mut by_key = lock(by_key);
        if let Some(open) = by_key.get(&key) {
            match open.add(event, ticket, self.limits.events) {
                Ok(is_full) => {
                    if is_full {
                        by_key.remove(&key);
                    }
                    return Added::Joined;
                }
                // It was closed meanwhile.
                Err(returned) => event = returned,
            }
        }
        let tickets = Tickets::default();
        let ticket_of_batch = Ticket::new(Box::new(tickets.clone()));
        tickets.add(ticket.share());
        let collected = Arc::new(Collected { events: Mutex::new(Some(vec![event])), tickets, full: Notify::new() });
        if self.limits.events > 1 {
            by_key.insert(key, Arc::clone(&collected));
        } else {
            collected.full.notify_one();
        }
        Added::Opened(Batch { key, opened: Instant::now(), collected, open: Arc::clone(&self.open) }, ticket_of_batch)
    }
}

impl<E> Collected<E> {
    /// Adds an event, and returns whether the batch is full. Returns the event if the batch is closed.
    fn add(&self, event: E, ticket: &Ticket, limit: usize) -> Result<bool, E> {
        let mut events = lock(&self.events);
        let Some(events) = &mut *events else { return Err(event) };
        events.push(event);
        self.tickets.add(ticket.share());
        let is_full = events.len() >= limit;
        if is_full {
            self.full.notify_one();
        }
        Ok(is_full)
    }
}

impl<E> Batch<E> {
    /// Closes the batch without a run, and returns the number of its events.
    pub(crate) fn discard(&self) -> u64 {
        self.take().len() as u64
    }

    /// Closes the batch, and returns its events.
    fn take(&self) -> Vec<E> {
        let events = lock(&self.collected.events).take().unwrap_or_default();
        self.open.waiting.fetch_sub(events.len(), Ordering::Relaxed);
        events
    }

    /// Waits until the batch is complete, and closes it.
    async fn complete(self, within: Duration, shutdown: &Shutdown) -> Vec<E> {
        let overdue = async {
            match self.opened.checked_add(within) {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.collected.full.notified() => {}
            () = shutdown.requested() => {}
            () = overdue => {}
        }
        self.take()
    }
}

impl<E> Drop for Batch<E> {
    fn drop(&mut self) {
        self.discard();
        let mut by_key = lock(&self.open.by_key);
        if by_key.get(&self.key).is_some_and(|open| Arc::ptr_eq(open, &self.collected)) {
            by_key.remove(&self.key);
        }
    }
}

/// Makes an action on batches from the handler's.
pub(crate) fn collecting<E: Send + 'static>(
    action: Action<Vec<E>>,
    within: Duration,
    shutdown: Shutdown,
) -> Action<Batch<E>> {
    let action: Arc<dyn Fn(Vec<E>) -> Run + Send + Sync> = action.into();
    Box::new(move |batch: Batch<E>| {
        if Handle::try_current().is_err() {
            return Run::Done(Err(anyhow::Error::msg(OUTSIDE_OF_RUNTIME)));
        }
        let (action, shutdown) = (Arc::clone(&action), shutdown.clone());
        Run::Later(Box::pin(async move {
            match action(batch.complete(within, &shutdown).await) {
                Run::Done(result) => result,
                Run::Later(run) => run.await,
            }
        }))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
