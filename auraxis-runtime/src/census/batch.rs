//! Look-ups of different ids as one request.
//!
//! The first look-up starts a task that waits a moment for others, and another one while they keep coming; then it
//! waits for the turn of a request, and takes whatever has gathered by then. So the busier it is, the more look-ups
//! share a request. Those that did not fit go with the next one, and keep their deadline.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auraxis_core::census::{Collection, Fault, FaultKind, Query, Reply, ToValue, Verb};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tokio::{
    sync::oneshot,
    task::AbortHandle,
    time::{Instant, sleep, timeout},
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
        let (answer, row) = oneshot::channel();
        self.want(Wanted { id, deadline: None, answer });
        // The task answers, unless the runtime stops.
        row.await.unwrap_or(Err(Error::new(ErrorKind::Stopped)))
    }

    fn want(&self, wanted: Wanted<T>) {
        let mut gathered = lock(&self.gathered);
        if gathered.wanted.len() == gathered.wanted.capacity() {
            // Those that were given up need no room.
            gathered.wanted.retain(|wanted| !wanted.answer.is_closed());
        }
        gathered.wanted.push(wanted);
        // A task that has ended and is still here went down with its runtime.
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

async fn gather<T: Collection>(gathered: Arc<Mutex<Gathered<T>>>, carrier: Arc<Carrier>) {
    let moment = carrier.limits().batch_window;
    loop {
        settle(&gathered, moment).await;
        let (at, delay) = carrier.allowance().await;
        let first = first_deadline(&mut lock(&gathered).wanted, delay, carrier.limits().deadline);
        match carrier.turn(at, first).await {
            Ok(turn) => {
                let (wanted, is_more) = {
                    let mut gathered = lock(&gathered);
                    (take(&mut gathered.wanted), !gathered.wanted.is_empty())
                };
                let answered = tokio::spawn(answer(wanted, turn, Arc::clone(&carrier)));
                if !is_more {
                    // Those who come while a request is under way go together, unless it takes long.
                    let _ = timeout(moment * MOMENTS, answered).await;
                }
            }
            Err(error) => {
                let is_late = |wanted: &mut Wanted<T>| wanted.deadline.is_some_and(|deadline| deadline <= first);
                let late = lock(&gathered).wanted.extract_if(.., is_late).collect();
                carrier.counters().failed();
                fail(late, &error);
            }
        }
        let mut gathered = lock(&gathered);
        if gathered.wanted.is_empty() {
            gathered.task = None;
            return;
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

async fn answer<T: Collection>(wanted: Vec<Wanted<T>>, turn: Turn, carrier: Arc<Carrier>) {
    let ids: Vec<_> = wanted.iter().map(|wanted| wanted.id).collect();
    if ids.is_empty() {
        return;
    }
    match carrier.carry(turn, T::query_all(&ids), Verb::Get, read::<T>).await {
        Ok((rows, fault)) => {
            let rows: HashMap<T::Id, T> = rows.into_iter().map(|row| (row.id(), row)).collect();
            for Wanted { id, answer, .. } in wanted {
                let row = rows.get(&id).cloned();
                // Whoever has gone meanwhile misses nothing.
                let _ = answer.send(match (&row, &fault) {
                    (None, Some(fault)) => Err(fault.clone().into()),
                    _ => Ok(row),
                });
            }
        }
        Err(error) => fail(wanted, &error),
    }
}

fn fail<T: Collection>(wanted: Vec<Wanted<T>>, error: &Error) {
    for Wanted { answer, .. } in wanted {
        let _ = answer.send(Err(error.clone()));
    }
}

/// Reads the rows. One that cannot be read is left out, so that it costs nobody else theirs; what is wrong with it is
/// told to those whose rows are missing then.
fn read<T: Collection>(reply: Reply<'_>, query: &Query) -> Result<(Vec<T>, Option<Fault>), Fault> {
    match reply.rows(query) {
        Ok(answer) => Ok((answer.rows, None)),
        Err(fault) if matches!(fault.kind(), FaultKind::Payload { .. }) => {
            let Ok(answer) = reply.rows::<Readable<T>>(query) else { return Err(fault) };
            Ok((answer.rows.into_iter().filter_map(|row| row.0).collect(), Some(fault)))
        }
        Err(fault) => Err(fault),
    }
}

/// A row, if it can be read.
struct Readable<T>(Option<T>);

impl<'de, T: Collection> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(text.get()).ok()))
    }
}
