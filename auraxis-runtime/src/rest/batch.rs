//! Joins lookups of different ids into one request.
//!
//! The first lookup starts a task. It waits for others as long as they keep coming, within bounds, then for its turn to
//! send a request, and takes the lookups that have gathered until then. So the busier the client is, the more lookups
//! share a request. Those that do not fit stay for the next one, and keep their deadlines.

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
    transport::{Transport, Turn},
};

/// How many bytes the ids in one URL may take: about a hundred ids of characters. Servers and proxies refuse URLs from
/// 4 to 8 KiB on.
const MAX_IDS: usize = 2000;

/// How many batch windows a batch waits at most while lookups keep coming, or while the request before it is in flight:
/// 50 ms by default.
const MAX_WINDOWS: u32 = 10;

/// The deadline of a request is the earliest of its lookups. Lookups with a later one, by more than this fraction of the
/// whole time, wait for another request.
const TOLERANCE: u32 = 10;

/// Gathers lookups of one type.
pub(super) struct Batch<T: Collection> {
    transport: Arc<Transport>,
    gathered: Arc<Mutex<Gathered<T>>>,
}

struct Gathered<T: Collection> {
    /// In order of arrival.
    wanted: Vec<Wanted<T>>,
    /// Whether a task is running that will take them.
    is_gathering: bool,
}

/// A row that is wanted.
struct Wanted<T: Collection> {
    id: T::Id,
    asked: Instant,
    /// `None` until the quota allows a request for the first time.
    deadline: Option<Instant>,
    answer: oneshot::Sender<Result<Option<T>, Error>>,
}

impl<T: Collection> Batch<T> {
    pub(super) fn new(transport: Arc<Transport>) -> Self {
        Self { transport, gathered: Arc::new(Mutex::new(Gathered { wanted: Vec::new(), is_gathering: false })) }
    }

    /// Loads the row with this id. If this is dropped before the request is sent, the id is left out.
    pub(super) async fn load(&self, id: T::Id) -> Result<Option<T>, Error> {
        // The task answers unless its runtime stops, which may be another one than that of this call.
        for _ in 0..2 {
            let (answer, row) = oneshot::channel();
            self.want(Wanted { id, asked: Instant::now(), deadline: None, answer });
            if let Ok(row) = row.await {
                return row;
            }
        }
        Err(Error::new(ErrorKind::Stopped))
    }

    fn want(&self, wanted: Wanted<T>) {
        {
            let mut gathered = lock(&self.gathered);
            if gathered.wanted.len() == gathered.wanted.capacity() {
                // Make room by removing those that were dropped.
                gathered.wanted.retain(|wanted| !wanted.answer.is_closed());
            }
            gathered.wanted.push(wanted);
            if mem::replace(&mut gathered.is_gathering, true) {
                return;
            }
        }
        // Created here, because the task may never run.
        let end = End { batch: Arc::clone(&self.gathered), is_regular: false };
        tokio::spawn(gather(end, Arc::clone(&self.transport)));
    }
}

impl<T: Collection> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("wanted", &lock(&self.gathered).wanted.len()).finish_non_exhaustive()
    }
}

fn lock<T: Collection>(gathered: &Mutex<Gathered<T>>) -> MutexGuard<'_, Gathered<T>> {
    gathered.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn gather<T: Collection>(mut end: End<T>, transport: Arc<Transport>) {
    let (window, limit) = (transport.limits().batch_window, transport.limits().deadline);
    loop {
        settle(&end.batch, window).await;
        let (allowance, delay) = transport.allowance(transport.preferred()).await;
        let allowed = Instant::now();
        let first = first_deadline(&mut lock(&end.batch).wanted, [allowed; 2], delay, limit);
        let turn = transport.turn(allowance, first).await;
        let (taken, is_more) = {
            let mut gathered = lock(&end.batch);
            // More may have arrived.
            first_deadline(&mut gathered.wanted, [allowed, Instant::now()], Duration::ZERO, limit);
            let taken = match turn {
                Ok(_) => take(&mut gathered.wanted, first + limit / TOLERANCE),
                Err(_) => take_late(&mut gathered.wanted, first),
            };
            (taken, !gathered.wanted.is_empty())
        };
        match turn {
            Ok(turn) => {
                let answered = tokio::spawn(answer(taken, turn, Arc::clone(&transport)));
                if !is_more {
                    // Lookups that arrive while a request is in flight share the next one, unless it takes long.
                    let _ = timeout(window * MAX_WINDOWS, answered).await;
                }
            }
            Err(error) => {
                transport.counters().failed();
                fail(taken, &error);
            }
        }
        let mut gathered = lock(&end.batch);
        if gathered.wanted.is_empty() {
            gathered.is_gathering = false;
            drop(gathered);
            end.is_regular = true;
            return;
        }
    }
}

/// Fails the lookups of a task that ended with its runtime.
struct End<T: Collection> {
    batch: Arc<Mutex<Gathered<T>>>,
    is_regular: bool,
}

impl<T: Collection> Drop for End<T> {
    fn drop(&mut self) {
        if !self.is_regular {
            let abandoned = {
                let mut gathered = lock(&self.batch);
                gathered.is_gathering = false;
                mem::take(&mut gathered.wanted)
            };
            drop(abandoned);
        }
    }
}

/// Waits until no more lookups arrive, within bounds.
async fn settle<T: Collection>(gathered: &Mutex<Gathered<T>>, window: Duration) {
    let mut size = lock(gathered).wanted.len();
    for _ in 0..MAX_WINDOWS {
        sleep(window).await;
        let grown = lock(gathered).wanted.len();
        if grown == size {
            return;
        }
        size = grown;
    }
}

/// Sets the deadlines of new lookups, and extends the others by the time that the quota took. Returns the earliest.
///
/// The time of a lookup starts when the quota allowed a request, or when it was asked if that was later; but no later
/// than now: the clock of a replay is ahead.
fn first_deadline<T: Collection>(
    gathered: &mut [Wanted<T>],
    [allowed, now]: [Instant; 2],
    delay: Duration,
    limit: Duration,
) -> Instant {
    for wanted in &mut *gathered {
        let new = wanted.asked.clamp(allowed, now) + limit;
        wanted.deadline = Some(wanted.deadline.map_or(new, |deadline| deadline + delay));
    }
    gathered.iter().filter_map(|wanted| wanted.deadline).min().unwrap_or(allowed + limit)
}

/// Takes the lookups whose deadline is not after `time`.
fn take_late<T: Collection>(gathered: &mut Vec<Wanted<T>>, time: Instant) -> Vec<Wanted<T>> {
    gathered.extract_if(.., |wanted| wanted.deadline.is_some_and(|deadline| deadline <= time)).collect()
}

/// Takes as many lookups as fit into a URL, none with a deadline after `latest`. Removes those that were dropped.
fn take<T: Collection>(gathered: &mut Vec<Wanted<T>>, latest: Instant) -> Vec<Wanted<T>> {
    gathered.retain(|wanted| !wanted.answer.is_closed());
    let mut length = 0;
    let fit = gathered.iter().take_while(|wanted| {
        length += wanted.id.to_value().len() + 1;
        length <= MAX_IDS && wanted.deadline.is_some_and(|deadline| deadline <= latest)
    });
    let fit = fit.count();
    gathered.drain(..fit).collect()
}

async fn answer<T: Collection>(mut wanted: Vec<Wanted<T>>, turn: Turn, transport: Arc<Transport>) {
    if wanted.is_empty() {
        return;
    }
    let ids: Vec<_> = wanted.iter().map(|wanted| wanted.id).collect();
    let readable = Mutex::new(None);
    let read = |reply: Reply<'_>, query: &Query| {
        reply.rows::<T>(query).map(|answer| answer.rows).inspect_err(|fault| {
            if matches!(fault.kind(), FaultKind::Payload { .. }) {
                *readable.lock().unwrap_or_else(PoisonError::into_inner) = Readable::read(reply, query);
            }
        })
    };
    let nobody_waits = async {
        for wanted in &mut wanted {
            wanted.answer.closed().await;
        }
    };
    let answer = tokio::select! {
        biased;
        answer = AssertUnwindSafe(transport.send(turn, T::query_all(&ids), Verb::Get, read)).catch_unwind() => {
            answer.unwrap_or_else(|_| Err(Error::panicked()))
        }
        () = nobody_waits => return,
    };
    let readable = readable.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (rows, error) = match (answer, readable) {
        (Ok(rows), _) => (Readable { rows, unread: Vec::new() }, None),
        (Err(error), Some(readable)) => (readable, Some(error)),
        (Err(error), None) => return fail(wanted, &error),
    };
    let by_id: HashMap<T::Id, T> = rows.rows.into_iter().map(|row| (row.id(), row)).collect();
    for Wanted { id, answer, .. } in wanted {
        let row = by_id.get(&id).cloned();
        let is_unread = row.is_none() && rows.unread.iter().any(|unread| unread.is_none_or(|unread| unread == id));
        // The receiver may have been dropped.
        let _ = answer.send(match &error {
            Some(error) if is_unread => Err(error.clone()),
            _ => Ok(row),
        });
    }
}

fn fail<T: Collection>(wanted: Vec<Wanted<T>>, error: &Error) {
    for Wanted { answer, .. } in wanted {
        let _ = answer.send(Err(error.clone()));
    }
}

/// The rows of an answer in which some cannot be read: only the lookups of those fail.
struct Readable<T: Collection> {
    rows: Vec<T>,
    /// The ids of the others; `None` where the id cannot be read either.
    unread: Vec<Option<T::Id>>,
}

impl<T: Collection> Readable<T> {
    /// `None` if the answer is not a list of rows.
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

    fn wanted(id: u32, asked: Instant, deadline: Option<Instant>) -> Wanted<Title> {
        Wanted { id: TitleId(id), asked, deadline, answer: oneshot::channel().0 }
    }

    #[test]
    fn the_time_of_a_lookup_does_not_include_that_of_the_quota() {
        let start = Instant::now();
        let allowed = start + 60 * SECOND;
        let mut gathered = [
            wanted(1, start, Some(start + 5 * SECOND)),
            wanted(2, start, None),
            wanted(3, allowed + SECOND, None),
            wanted(4, allowed + 3600 * SECOND, None),
        ];
        let first = first_deadline(&mut gathered, [allowed, allowed + 2 * SECOND], 60 * SECOND, 30 * SECOND);
        let deadlines = gathered.map(|wanted| wanted.deadline.unwrap() - start);
        assert_eq!(deadlines, [65, 90, 91, 92].map(|seconds| seconds * SECOND));
        assert_eq!(first, start + 65 * SECOND);
    }

    #[test]
    fn a_request_takes_lookups_with_about_the_same_deadline_and_none_that_were_dropped() {
        let start = Instant::now();
        let (answer, _row) = oneshot::channel();
        let mut gathered =
            vec![wanted(1, start, Some(start)), Wanted { answer, ..wanted(2, start, Some(start + SECOND)) }];
        assert!(take(&mut gathered, start).is_empty());
        assert_eq!(take(&mut gathered, start + SECOND)[0].id, TitleId(2));
        assert!(gathered.is_empty(), "nobody waited for the other");
    }
}
