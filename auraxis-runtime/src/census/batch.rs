//! Look-ups of different ids as one request.
//!
//! The first look-up starts a task that waits a moment for others, and another one while they keep coming; then it
//! waits for the turn of a request, and takes whatever has gathered by then. So the busier it is, the more look-ups
//! share a request. Those that did not fit go with the next one, and keep their deadline.

use std::{
    collections::HashMap,
    fmt, mem,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auraxis_core::census::{Collection, FaultKind, Query, Reply, ToValue, Verb};
use serde_json::Value;
use tokio::{
    sync::oneshot,
    task::AbortHandle,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    Error, ErrorKind,
    carrier::{Carrier, Turn},
};

/// How long the ids of one address may be together: about a hundred characters. Servers and proxies refuse addresses
/// from 4 to 8 KiB on.
const LONGEST: usize = 2000;

/// How many moments a batch waits at most while others keep coming, or while a request is under way with which it
/// missed to go. Ten of them are 50 ms by default.
const MOMENTS: u32 = 10;

/// Gathers look-ups of one type.
pub(super) struct Batch<T: Collection> {
    carrier: Arc<Carrier>,
    gathered: Arc<Mutex<Gathered<T>>>,
}

struct Gathered<T: Collection> {
    wanted: Vec<Wanted<T>>,
    /// The task that will take them.
    task: Option<AbortHandle>,
}

/// A row that somebody waits for.
struct Wanted<T: Collection> {
    id: T::Id,
    /// `None` until the quota has first allowed a request.
    deadline: Option<Instant>,
    answer: oneshot::Sender<Result<Option<T>, Error>>,
}

impl<T: Collection> Batch<T> {
    pub(super) fn new(carrier: Arc<Carrier>) -> Self {
        Self { carrier, gathered: Arc::new(Mutex::new(Gathered { wanted: Vec::new(), task: None })) }
    }

    /// The row with this id. If this is dropped, the id is not asked for, unless it has been already.
    pub(super) async fn load(&self, id: T::Id) -> Result<Option<T>, Error> {
        // The task answers, unless its runtime stops; it may have been another one than that of this call.
        for _ in 0..2 {
            let (answer, row) = oneshot::channel();
            self.want(Wanted { id, deadline: None, answer });
            if let Ok(row) = row.await {
                return row;
            }
        }
        Err(Error::new(ErrorKind::Stopped))
    }

    fn want(&self, wanted: Wanted<T>) {
        let mut gathered = lock(&self.gathered);
        if gathered.wanted.len() == gathered.wanted.capacity() {
            // Those that were given up need no room.
            gathered.wanted.retain(|wanted| !wanted.answer.is_closed());
        }
        gathered.wanted.push(wanted);
        if gathered.task.as_ref().is_none_or(AbortHandle::is_finished) {
            let task = tokio::spawn(gather(Arc::clone(&self.gathered), Arc::clone(&self.carrier)));
            gathered.task = Some(task.abort_handle());
        }
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

async fn gather<T: Collection>(batch: Arc<Mutex<Gathered<T>>>, carrier: Arc<Carrier>) {
    let moment = carrier.limits().batch_window;
    let mut end = End { batch, is_regular: false };
    loop {
        settle(&end.batch, moment).await;
        let (allowance, delay) = carrier.allowance(carrier.preferred()).await;
        let first = first_deadline(&mut lock(&end.batch).wanted, delay, carrier.limits().deadline);
        match carrier.turn(allowance, first).await {
            Ok(turn) => {
                let (wanted, is_more) = {
                    let mut gathered = lock(&end.batch);
                    // Some have come since then.
                    first_deadline(&mut gathered.wanted, Duration::ZERO, carrier.limits().deadline);
                    (take(&mut gathered.wanted), !gathered.wanted.is_empty())
                };
                let answered = tokio::spawn(answer(wanted, turn, Arc::clone(&carrier)));
                if !is_more {
                    // Those who come while a request is under way go together, unless it takes long.
                    let _ = timeout(moment * MOMENTS, answered).await;
                }
            }
            Err(error) => {
                carrier.counters().failed();
                fail(take_late(&mut lock(&end.batch).wanted, first), &error);
            }
        }
        let mut gathered = lock(&end.batch);
        if gathered.wanted.is_empty() {
            gathered.task = None;
            drop(gathered);
            end.is_regular = true;
            return;
        }
    }
}

/// Lets nobody wait for a task that went down with its runtime.
struct End<T: Collection> {
    batch: Arc<Mutex<Gathered<T>>>,
    is_regular: bool,
}

impl<T: Collection> Drop for End<T> {
    fn drop(&mut self) {
        if !self.is_regular {
            let abandoned = {
                let mut gathered = lock(&self.batch);
                gathered.task = None;
                mem::take(&mut gathered.wanted)
            };
            drop(abandoned);
        }
    }
}

/// Waits until no more look-ups come, for a while at most.
async fn settle<T: Collection>(gathered: &Mutex<Gathered<T>>, moment: Duration) {
    let mut size = lock(gathered).wanted.len();
    for _ in 0..MOMENTS {
        sleep(moment).await;
        let grown = lock(gathered).wanted.len();
        if grown == size {
            return;
        }
        size = grown;
    }
}

/// Gives those a deadline that have none yet, and the others the time that the quota took. Returns the first.
fn first_deadline<T: Collection>(gathered: &mut [Wanted<T>], delay: Duration, limit: Duration) -> Instant {
    let new = Instant::now() + limit;
    for wanted in &mut *gathered {
        wanted.deadline = Some(wanted.deadline.map_or(new, |deadline| deadline + delay));
    }
    gathered.iter().filter_map(|wanted| wanted.deadline).min().unwrap_or(new)
}

/// Takes those whose deadline is no later than this.
fn take_late<T: Collection>(wanted: &mut Vec<Wanted<T>>, time: Instant) -> Vec<Wanted<T>> {
    wanted.extract_if(.., |wanted| wanted.deadline.is_some_and(|deadline| deadline <= time)).collect()
}

/// Takes as many as fit into an address, and leaves out those that nobody waits for any more.
fn take<T: Collection>(gathered: &mut Vec<Wanted<T>>) -> Vec<Wanted<T>> {
    gathered.retain(|wanted| !wanted.answer.is_closed());
    let mut length = 0;
    let fit = gathered.iter().take_while(|wanted| {
        length += wanted.id.to_value().len() + 1;
        length <= LONGEST
    });
    let fit = fit.count().max(1).min(gathered.len());
    gathered.drain(..fit).collect()
}

async fn answer<T: Collection>(mut wanted: Vec<Wanted<T>>, turn: Turn, carrier: Arc<Carrier>) {
    let ids: Vec<_> = wanted.iter().map(|wanted| wanted.id).collect();
    let Some(last) = wanted.iter().filter_map(|wanted| wanted.deadline).max() else { return };
    let readable = Mutex::new(None);
    let read = |reply: Reply<'_>, query: &Query| {
        reply.rows::<T>(query).map(|answer| answer.rows).inspect_err(|fault| {
            if matches!(fault.kind(), FaultKind::Payload { .. }) {
                *readable.lock().unwrap_or_else(PoisonError::into_inner) = Readable::read(reply, query);
            }
        })
    };
    let mut carrying = pin!(carrier.carry(turn.until(last), T::query_all(&ids), Verb::Get, read));
    let answer = loop {
        // Those that a former batch left over have less time than the others.
        let next = wanted.iter().filter_map(|wanted| wanted.deadline).filter(|deadline| *deadline < last).min();
        let Some(next) = next else { break carrying.await };
        if let Ok(answer) = timeout_at(next, &mut carrying).await {
            break answer;
        }
        fail(take_late(&mut wanted, next), &Error::new(ErrorKind::Timeout));
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
        // Whoever has gone meanwhile misses nothing.
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

/// What can be read of an answer in which some rows cannot: those cost nobody else theirs.
struct Readable<T: Collection> {
    rows: Vec<T>,
    /// The ids of the others; `None` if not even that can be read.
    unread: Vec<Option<T::Id>>,
}

impl<T: Collection> Readable<T> {
    /// `None` if it is no list.
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
