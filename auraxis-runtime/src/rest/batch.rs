//! Look-ups of different ids as one request.
//!
//! The first look-up starts a task that waits a moment for others, and another one while they keep coming; then it
//! waits for the turn of a request, and takes whatever has gathered by then. So the busier it is, the more look-ups
//! share a request. Those that did not fit go with the next one, and keep their deadline.

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

/// How long the ids of one address may be together: about a hundred characters. Servers and proxies refuse addresses
/// from 4 to 8 KiB on.
const LONGEST: usize = 2000;

/// How many moments a batch waits at most while others keep coming, or while a request is under way with which it
/// missed to go. Ten of them are 50 ms by default.
const MOMENTS: u32 = 10;

/// A request has the time of the look-up that has the least. Those that have more, by one part in so many of the whole,
/// go with another one.
const TOLERANCE: u32 = 10;

/// Gathers look-ups of one type.
pub(super) struct Batch<T: Collection> {
    transport: Arc<Transport>,
    gathered: Arc<Mutex<Gathered<T>>>,
}

struct Gathered<T: Collection> {
    /// In the order in which they came.
    wanted: Vec<Wanted<T>>,
    /// Whether there is a task that will take them.
    is_gathering: bool,
}

/// A row that somebody waits for.
struct Wanted<T: Collection> {
    id: T::Id,
    asked: Instant,
    /// `None` until the quota has first allowed a request.
    deadline: Option<Instant>,
    answer: oneshot::Sender<Result<Option<T>, Error>>,
}

impl<T: Collection> Batch<T> {
    pub(super) fn new(transport: Arc<Transport>) -> Self {
        Self { transport, gathered: Arc::new(Mutex::new(Gathered { wanted: Vec::new(), is_gathering: false })) }
    }

    /// The row with this id. If this is dropped, the id is not asked for, unless it has been already.
    pub(super) async fn load(&self, id: T::Id) -> Result<Option<T>, Error> {
        // The task answers, unless its runtime stops; it may have been another one than that of this call.
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
                // Those that were given up need no room.
                gathered.wanted.retain(|wanted| !wanted.answer.is_closed());
            }
            gathered.wanted.push(wanted);
            if mem::replace(&mut gathered.is_gathering, true) {
                return;
            }
        }
        // It is there before the task is, which may never run.
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
    let (moment, limit) = (transport.limits().batch_window, transport.limits().deadline);
    loop {
        settle(&end.batch, moment).await;
        let (allowance, delay) = transport.allowance(transport.preferred()).await;
        let allowed = Instant::now();
        let first = first_deadline(&mut lock(&end.batch).wanted, [allowed; 2], delay, limit);
        let turn = transport.turn(allowance, first).await;
        let (taken, is_more) = {
            let mut gathered = lock(&end.batch);
            // Some have come meanwhile.
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
                    // Those who come while a request is under way go together, unless it takes long.
                    let _ = timeout(moment * MOMENTS, answered).await;
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
                gathered.is_gathering = false;
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
///
/// Their time begins when the quota allowed a request, or when they asked after that; but not later than now, as it would
/// for those who ask from within a replay, whose clock is ahead.
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

/// Takes those whose deadline is no later than this.
fn take_late<T: Collection>(gathered: &mut Vec<Wanted<T>>, time: Instant) -> Vec<Wanted<T>> {
    gathered.extract_if(.., |wanted| wanted.deadline.is_some_and(|deadline| deadline <= time)).collect()
}

/// Takes as many as fit into an address, none whose deadline is later than this, and leaves out those that nobody waits
/// for any more.
fn take<T: Collection>(gathered: &mut Vec<Wanted<T>>, latest: Instant) -> Vec<Wanted<T>> {
    gathered.retain(|wanted| !wanted.answer.is_closed());
    let mut length = 0;
    let fit = gathered.iter().take_while(|wanted| {
        length += wanted.id.to_value().len() + 1;
        length <= LONGEST && wanted.deadline.is_some_and(|deadline| deadline <= latest)
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

#[cfg(test)]
mod tests {
    use auraxis_core::{id::TitleId, ps2::Title};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn wanted(id: u32, asked: Instant, deadline: Option<Instant>) -> Wanted<Title> {
        Wanted { id: TitleId(id), asked, deadline, answer: oneshot::channel().0 }
    }

    #[test]
    fn a_call_has_its_time_from_when_it_asked_without_the_time_of_the_quota() {
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
    fn a_request_takes_those_who_wait_and_have_about_as_much_time() {
        let start = Instant::now();
        let (answer, _row) = oneshot::channel();
        let mut gathered =
            vec![wanted(1, start, Some(start)), Wanted { answer, ..wanted(2, start, Some(start + SECOND)) }];
        assert!(take(&mut gathered, start).is_empty());
        assert_eq!(take(&mut gathered, start + SECOND)[0].id, TitleId(2));
        assert!(gathered.is_empty(), "nobody waited for the other");
    }
}
