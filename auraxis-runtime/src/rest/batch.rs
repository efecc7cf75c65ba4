//! Batches lookups of different ids into one request.
//!
//! The first lookup spawns a task. The task waits while more lookups arrive, up to a limit, then for permission to send
//! a request, and takes the lookups that are queued by then. So the busier the client is, the more lookups share a
//! request. Lookups that do not fit stay queued for the next request and keep their deadlines.

use std::{
    collections::HashMap,
    fmt, mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auraxis_core::census::{Collection, FaultKind, Query, Reply, ToValue, Verb};
use futures_util::FutureExt;
use serde_json::Value;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep, timeout},
};

use super::{
    error::{Error, ErrorKind},
    transport::{SendPermit, Transport},
};

/// The maximum length of the ids in one URL, in bytes: about a hundred character ids. Some servers and proxies refuse
/// URLs of more than 4 KiB, others of more than 8 KiB.
const MAX_IDS_LENGTH: usize = 2000;

/// The maximum number of batch windows that a batch waits while more lookups arrive, or while the previous request is
/// in flight: 50 ms by default.
const MAX_WINDOWS: u32 = 10;

/// The deadline of a request is the earliest of its lookups. Lookups whose deadline is later by more than this fraction
/// of the time limit, a tenth, wait for another request.
const DEADLINE_TOLERANCE: u32 = 10;

/// Batches lookups of one type.
pub(super) struct Batch<T: Collection> {
    transport: Arc<Transport>,
    queue: Arc<Mutex<Queue<T>>>,
}

struct Queue<T: Collection> {
    /// In order of arrival.
    lookups: Vec<PendingLookup<T>>,
    /// Whether a task is running that sends them.
    has_task: bool,
}

struct PendingLookup<T: Collection> {
    id: T::Id,
    requested_at: Instant,
    /// `None` until the quota allows a request for the first time.
    deadline: Option<Instant>,
    reply: oneshot::Sender<Result<Option<T>, Error>>,
}

impl<T: Collection> Batch<T> {
    pub(super) fn new(transport: Arc<Transport>) -> Self {
        Self { transport, queue: Arc::new(Mutex::new(Queue { lookups: Vec::new(), has_task: false })) }
    }

    /// Loads the row with this id. If the future is dropped before the request is sent, the id is left out.
    pub(super) async fn load(&self, id: T::Id) -> Result<Option<T>, Error> {
        // The task replies unless its runtime stops, which may not be the runtime of this call.
        for _ in 0..2 {
            let (reply, row) = oneshot::channel();
            self.enqueue(PendingLookup { id, requested_at: Instant::now(), deadline: None, reply });
            if let Ok(row) = row.await {
                return row;
            }
        }
        Err(Error::new(ErrorKind::Stopped))
    }

    fn enqueue(&self, lookup: PendingLookup<T>) {
        {
            let mut queue = lock(&self.queue);
            if queue.lookups.len() == queue.lookups.capacity() {
                // Remove canceled lookups before growing.
                queue.lookups.retain(|lookup| !lookup.reply.is_closed());
            }
            queue.lookups.push(lookup);
            if mem::replace(&mut queue.has_task, true) {
                return;
            }
        }
        // Created outside of the task, which may be dropped before it is ever polled.
        let guard = TaskGuard { queue: Arc::clone(&self.queue), is_finished: false };
        tokio::spawn(send_queued(guard, Arc::clone(&self.transport)));
    }
}

impl<T: Collection> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("lookups", &lock(&self.queue).lookups.len()).finish_non_exhaustive()
    }
}

fn lock<T: Collection>(queue: &Mutex<Queue<T>>) -> MutexGuard<'_, Queue<T>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn send_queued<T: Collection>(mut guard: TaskGuard<T>, transport: Arc<Transport>) {
    let (window, limit) = (transport.limits().batch_window, transport.limits().deadline);
    loop {
        collect(&guard.queue, window).await;
        let (reservation, delay) = transport.reserve(transport.preferred()).await;
        let reserved_at = Instant::now();
        let deadline = update_deadlines(&mut lock(&guard.queue).lookups, [reserved_at; 2], delay, limit);
        let permit = transport.permit(reservation, deadline).await;
        let (batch, has_more) = {
            let mut queue = lock(&guard.queue);
            // More may have arrived.
            update_deadlines(&mut queue.lookups, [reserved_at, Instant::now()], Duration::ZERO, limit);
            let batch = match permit {
                Ok(_) => take_batch(&mut queue.lookups, deadline + limit / DEADLINE_TOLERANCE),
                Err(_) => take_expired(&mut queue.lookups, deadline),
            };
            (batch, !queue.lookups.is_empty())
        };
        match permit {
            Ok(permit) => {
                let sending = tokio::spawn(send(batch, permit, Arc::clone(&transport)));
                if !has_more {
                    // Lookups that arrive while a request is in flight share the next one, unless it takes long.
                    let _ = timeout(window * MAX_WINDOWS, sending).await;
                }
            }
            Err(error) => {
                transport.counters().failed();
                fail(batch, &error);
            }
        }
        let mut queue = lock(&guard.queue);
        if queue.lookups.is_empty() {
            queue.has_task = false;
            drop(queue);
            guard.is_finished = true;
            return;
        }
    }
}

/// Fails the queued lookups if the task is dropped with its runtime.
struct TaskGuard<T: Collection> {
    queue: Arc<Mutex<Queue<T>>>,
    is_finished: bool,
}

impl<T: Collection> Drop for TaskGuard<T> {
    fn drop(&mut self) {
        if !self.is_finished {
            let abandoned = {
                let mut queue = lock(&self.queue);
                queue.has_task = false;
                mem::take(&mut queue.lookups)
            };
            drop(abandoned);
        }
    }
}

/// Waits until no more lookups arrive, but no longer than [`MAX_WINDOWS`].
async fn collect<T: Collection>(queue: &Mutex<Queue<T>>, window: Duration) {
    let mut length = lock(queue).lookups.len();
    for _ in 0..MAX_WINDOWS {
        sleep(window).await;
        let grown = lock(queue).lookups.len();
        if grown == length {
            return;
        }
        length = grown;
    }
}

/// Sets the deadlines of new lookups, extends the others by `delay`, the time spent waiting for the quota, and returns
/// the earliest.
///
/// The time limit of a lookup starts when the quota permit was reserved, or when the lookup was requested if that was
/// later, but never after `now`, because the clock of a replay may run ahead.
fn update_deadlines<T: Collection>(
    lookups: &mut [PendingLookup<T>],
    [reserved_at, now]: [Instant; 2],
    delay: Duration,
    limit: Duration,
) -> Instant {
    for lookup in &mut *lookups {
        let new = lookup.requested_at.clamp(reserved_at, now) + limit;
        lookup.deadline = Some(lookup.deadline.map_or(new, |deadline| deadline + delay));
    }
    lookups.iter().filter_map(|lookup| lookup.deadline).min().unwrap_or(reserved_at + limit)
}

/// Takes the lookups whose deadline is not after `time`.
fn take_expired<T: Collection>(lookups: &mut Vec<PendingLookup<T>>, time: Instant) -> Vec<PendingLookup<T>> {
    lookups.extract_if(.., |lookup| lookup.deadline.is_some_and(|deadline| deadline <= time)).collect()
}

/// Takes as many lookups as fit into a URL, none with a deadline after `latest`. Removes canceled lookups.
fn take_batch<T: Collection>(lookups: &mut Vec<PendingLookup<T>>, latest: Instant) -> Vec<PendingLookup<T>> {
    lookups.retain(|lookup| !lookup.reply.is_closed());
    let mut length = 0;
    let fit = lookups.iter().take_while(|lookup| {
        length += lookup.id.to_value().len() + 1;
        length <= MAX_IDS_LENGTH && lookup.deadline.is_some_and(|deadline| deadline <= latest)
    });
    let fit = fit.count();
    lookups.drain(..fit).collect()
}

async fn send<T: Collection>(mut batch: Vec<PendingLookup<T>>, permit: SendPermit, transport: Arc<Transport>) {
    if batch.is_empty() {
        return;
    }
    let ids: Vec<_> = batch.iter().map(|lookup| lookup.id).collect();
    let partial = Mutex::new(None);
    let read = |reply: Reply<'_>, query: &Query| {
        reply.rows::<T>(query).map(|answer| answer.rows).inspect_err(|fault| {
            if matches!(fault.kind(), FaultKind::Payload { .. }) {
                *partial.lock().unwrap_or_else(PoisonError::into_inner) = PartialAnswer::read(reply, query);
            }
        })
    };
    let all_canceled = async {
        for lookup in &mut batch {
            lookup.reply.closed().await;
        }
    };
    let answer = tokio::select! {
        biased;
        answer = AssertUnwindSafe(transport.send(permit, T::query_all(&ids), Verb::Get, read)).catch_unwind() => {
            answer.unwrap_or_else(|_| Err(Error::panicked()))
        }
        () = all_canceled => return,
    };
    let partial = partial.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (answer, error) = match (answer, partial) {
        (Ok(rows), _) => (PartialAnswer { rows, unread: Vec::new() }, None),
        (Err(error), Some(partial)) => (partial, Some(error)),
        (Err(error), None) => return fail(batch, &error),
    };
    let by_id: HashMap<T::Id, T> = answer.rows.into_iter().map(|row| (row.id(), row)).collect();
    for PendingLookup { id, reply, .. } in batch {
        let row = by_id.get(&id).cloned();
        let is_unread = row.is_none() && answer.unread.iter().any(|unread| unread.is_none_or(|unread| unread == id));
        // The receiver may have been dropped.
        let _ = reply.send(match &error {
            Some(error) if is_unread => Err(error.clone()),
            _ => Ok(row),
        });
    }
}

fn fail<T: Collection>(batch: Vec<PendingLookup<T>>, error: &Error) {
    for PendingLookup { reply, .. } in batch {
        let _ = reply.send(Err(error.clone()));
    }
}

/// An answer with rows that cannot be read. Only the lookups of those rows fail.
struct PartialAnswer<T: Collection> {
    rows: Vec<T>,
    /// The ids of the rows that cannot be read; `None` if the id cannot be read either.
    unread: Vec<Option<T::Id>>,
}

impl<T: Collection> PartialAnswer<T> {
    /// Returns `None` if the answer is not a list of rows.
    fn read(reply: Reply<'_>, query: &Query) -> Option<Self> {
        let (mut rows, mut unread) = (Vec::new(), Vec::new());
        for row in reply.rows::<Value>(query).ok()?.rows {
            let id = row.get(T::ID_FIELD).map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
            match T::deserialize(row) {
                Ok(row) => rows.push(row),
                Err(_) => unread.push(id.and_then(|id| id.parse().ok())),
            }
        }
        Some(Self { rows, unread })
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::{id::TitleId, ps2::Title};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pending(id: u32, requested_at: Instant, deadline: Option<Instant>) -> PendingLookup<Title> {
        PendingLookup { id: TitleId(id), requested_at, deadline, reply: oneshot::channel().0 }
    }

    #[test]
    fn time_spent_waiting_for_the_quota_does_not_count_towards_deadlines() {
        let start = Instant::now();
        let reserved_at = start + 60 * SECOND;
        let mut lookups = [
            pending(1, start, Some(start + 5 * SECOND)),
            pending(2, start, None),
            pending(3, reserved_at + SECOND, None),
            pending(4, reserved_at + 3600 * SECOND, None),
        ];
        let times = [reserved_at, reserved_at + 2 * SECOND];
        let earliest = update_deadlines(&mut lookups, times, 60 * SECOND, 30 * SECOND);
        let deadlines = lookups.map(|lookup| lookup.deadline.unwrap() - start);
        assert_eq!(deadlines, [65, 90, 91, 92].map(|seconds| seconds * SECOND));
        assert_eq!(earliest, start + 65 * SECOND);
    }

    #[test]
    fn a_batch_has_lookups_with_about_the_same_deadline_and_no_canceled_ones() {
        let start = Instant::now();
        let (reply, _row) = oneshot::channel();
        let mut lookups =
            vec![pending(1, start, Some(start)), PendingLookup { reply, ..pending(2, start, Some(start + SECOND)) }];
        assert!(take_batch(&mut lookups, start).is_empty());
        assert_eq!(take_batch(&mut lookups, start + SECOND)[0].id, TitleId(2));
        assert!(lookups.is_empty(), "the canceled lookup was removed");
    }
}
