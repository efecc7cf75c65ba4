//! How the runs of one trigger are ordered and bounded.
//!
//! Each trigger has a lane of its own, so a slow one costs the others nothing. A run starts where the dispatcher
//! stands and is polled there once; most are over then. One that has to wait becomes a task, and while as many tasks
//! run as the trigger allows, further events wait in the lane. A task that ends takes the next event that may start,
//! so nobody has to watch over the lane.

use std::{
    any::Any,
    fmt,
    hash::{BuildHasher, Hash},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use auraxis_core::event::signal::Failure;
use futures_util::{FutureExt, future::BoxFuture};
use rustc_hash::FxBuildHasher;
use tokio::{
    sync::{Notify, futures::Notified},
    time::timeout,
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    handler::{Action, Run},
    meta::Meta,
    waiting::Waiting,
};

/// What happens to an event when the lane of a trigger is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OverflowPolicy {
    /// The stream waits, and with it every other trigger. For programs that would rather be late than miss one.
    ///
    /// What handlers [dispatch](crate::Client::dispatch) themselves goes on meanwhile. But a handler that dispatches
    /// an event to its own trigger, which is full of runs that do so too, waits for itself: give it a `timeout`.
    Block,
    /// The event that has waited longest is dropped.
    #[default]
    DropOldest,
    /// The event that has just come is dropped.
    DropNewest,
}

/// How a trigger wants its runs ordered and bounded.
pub(crate) struct Order<E> {
    /// How many runs may be under way.
    pub(crate) concurrency: usize,
    /// How many events may wait.
    pub(crate) queue: usize,
    pub(crate) overflow: OverflowPolicy,
    /// Events with equal numbers run one after another. Numbers are hashes: should two keys share one, they only wait
    /// for each other.
    pub(crate) key: Option<Key<E>>,
    pub(crate) timeout: Option<Duration>,
}

pub(crate) type Key<E> = Box<dyn Fn(&E) -> u64 + Send + Sync>;

pub(crate) fn key<E, K: Hash>(key: impl Fn(&E) -> K + Send + Sync + 'static) -> Key<E> {
    Box::new(move |event| FxBuildHasher.hash_one(key(event)))
}

impl<E> Default for Order<E> {
    /// 1,024 runs, each a boxed future and a task of about 1 KB, and 16,384 events of about 100 bytes: a handler that
    /// never returns costs some 3 MB.
    fn default() -> Self {
        Self { concurrency: 1_024, queue: 16_384, overflow: OverflowPolicy::default(), key: None, timeout: None }
    }
}

impl<E> fmt::Display for Order<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.concurrency, &self.key) {
            (1, None) => f.write_str("one at a time")?,
            (n, None) => write!(f, "at most {n} at once")?,
            (n, Some(_)) => write!(f, "in order for each key, at most {n} keys at once")?,
        }
        write!(f, ", {} may wait, then ", self.queue)?;
        f.write_str(match self.overflow {
            OverflowPolicy::Block => "the stream waits",
            OverflowPolicy::DropOldest => "the oldest is dropped",
            OverflowPolicy::DropNewest => "the newest is dropped",
        })?;
        match self.timeout {
            Some(timeout) => write!(f, ", each at most {timeout:?}"),
            None => Ok(()),
        }
    }
}

/// The tasks of all triggers of a client, so that it can wait for them and end them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    pub(crate) runs: TaskTracker,
    /// The events that wait for runs to end, a token each.
    pub(crate) waiting: TaskTracker,
    pub(crate) abort: CancellationToken,
}

/// The runs of one trigger.
pub(crate) struct Lane<E> {
    pub(crate) order: Order<E>,
    action: Action<E>,
    meta: Arc<Meta>,
    tasks: Tasks,
    /// Runs that have become tasks. Rises only where the dispatcher stands, falls only under the lock of `waiting`.
    running: AtomicUsize,
    waiting: Mutex<Waiting<(E, TaskTrackerToken)>>,
    /// Notified when a run is over, and passed on by whoever was woken.
    room: Notify,
}

/// An event that waits for room in its lane.
pub(crate) trait Held: Send {
    /// Waits until there may be room.
    fn room(&self) -> Notified<'_>;

    /// Tries again. Only the dispatcher calls this.
    fn enter(&mut self) -> bool;
}

struct HeldEvent<E: Send + 'static> {
    lane: Arc<Lane<E>>,
    event: Option<E>,
    key: u64,
}

impl<E: Send + 'static> Held for HeldEvent<E> {
    fn room(&self) -> Notified<'_> {
        self.lane.room.notified()
    }

    fn enter(&mut self) -> bool {
        self.event = self.event.take().and_then(|event| self.lane.enter(event, self.key, true));
        self.event.is_none()
    }
}

impl<E: Send + 'static> Drop for HeldEvent<E> {
    fn drop(&mut self) {
        // There may be room for another as well, and two notifications may have become one.
        self.lane.room.notify_one();
    }
}

/// A run that has been polled once.
enum Step {
    Over(Result<(), Failed>),
    Waits(BoxFuture<'static, anyhow::Result<()>>),
}

/// How and why a run failed.
struct Failed(Failure, String);

impl<E: Send + 'static> Lane<E> {
    pub(crate) fn new(order: Order<E>, action: Action<E>, meta: Arc<Meta>, tasks: Tasks) -> Arc<Self> {
        let waiting = Mutex::new(Waiting::new(order.key.is_some()));
        Arc::new(Self { order, action, meta, tasks, running: AtomicUsize::new(0), waiting, room: Notify::new() })
    }

    /// Runs the handler on the event, now or when its turn comes. Only the dispatcher calls this.
    ///
    /// Gives the event back, to be held, if the lane is full and the stream is to wait.
    pub(crate) fn offer(self: &Arc<Self>, event: E, key: u64, lossless: bool) -> Option<Box<dyn Held>> {
        let event = self.enter(event, key, lossless)?;
        Some(Box::new(HeldEvent { lane: Arc::clone(self), event: Some(event), key }))
    }

    /// Gives the event back if it has to wait for room.
    fn enter(self: &Arc<Self>, event: E, key: u64, lossless: bool) -> Option<E> {
        // Without a key, and with room, the order is that of arrival already. The lock is for the rest.
        if self.order.key.is_none() && self.running.load(Ordering::Acquire) < self.order.concurrency {
            self.start(event, key);
            return None;
        }
        let mut waiting = self.waiting();
        if self.running.load(Ordering::Acquire) < self.order.concurrency && waiting.begin(key) {
            drop(waiting);
            self.start(event, key);
            return None;
        }
        if waiting.len() >= self.order.queue {
            let block = lossless || self.order.overflow == OverflowPolicy::Block;
            match self.order.overflow {
                _ if block => return Some(event),
                OverflowPolicy::DropOldest if self.order.queue > 0 => {
                    waiting.drop_oldest();
                    waiting.push((event, self.tasks.waiting.token()), key);
                }
                _ => {}
            }
            drop(waiting);
            self.meta.counters.dropped.add();
            return None;
        }
        waiting.push((event, self.tasks.waiting.token()), key);
        self.meta.counters.queued.add_alone();
        None
    }

    fn start(self: &Arc<Self>, event: E, key: u64) {
        match self.step(event) {
            Step::Over(result) => {
                self.settle(result);
                if self.order.key.is_some() {
                    // Nothing of this key waits: only the dispatcher adds, and it stands here.
                    self.waiting().end(key);
                }
            }
            Step::Waits(run) => {
                self.running.fetch_add(1, Ordering::AcqRel);
                let lane = Arc::clone(self);
                let abort = self.tasks.abort.clone();
                let task = async move { abort.run_until_cancelled(lane.drive(run, key)).await };
                self.tasks.runs.spawn(task);
            }
        }
    }

    /// Calls the handler and polls what it returns once.
    fn step(&self, event: E) -> Step {
        self.meta.run_begins();
        let stepped = catch_unwind(AssertUnwindSafe(|| match (self.action)(event) {
            Run::Done(result) => Step::Over(result.map_err(Failed::from)),
            Run::Later(mut run) => match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(result) => Step::Over(result.map_err(Failed::from)),
                Poll::Pending => Step::Waits(run),
            },
        }));
        stepped.unwrap_or_else(|panic| Step::Over(Err(Failed::panic(&*panic))))
    }

    /// Ends the run, then takes whatever may run next, until nothing may.
    async fn drive(self: Arc<Self>, mut run: BoxFuture<'static, anyhow::Result<()>>, mut key: u64) {
        loop {
            self.settle(self.finish(run).await);
            run = loop {
                let next = self.next(key);
                self.room.notify_one();
                let Some((event, next)) = next else { return };
                key = next;
                match self.step(event) {
                    Step::Waits(run) => break run,
                    Step::Over(result) => self.settle(result),
                }
                // A queue of runs that are over at once must not keep the thread from others.
                tokio::task::consume_budget().await;
            };
        }
    }

    async fn finish(&self, run: BoxFuture<'static, anyhow::Result<()>>) -> Result<(), Failed> {
        let limit = self.order.timeout;
        // The run is dropped and its error is told in here, for either may panic too.
        let run = async move {
            let result = match limit {
                None => run.await,
                Some(limit) => match timeout(limit, run).await {
                    Ok(result) => result,
                    Err(_) => return Err(Failed(Failure::Timeout, format!("did not end within {limit:?}"))),
                },
            };
            result.map_err(Failed::from)
        };
        AssertUnwindSafe(run).catch_unwind().await.unwrap_or_else(|panic| Err(Failed::panic(&*panic)))
    }

    /// The event that may run now that one of `key` is over; without one, this task is over too.
    fn next(&self, key: u64) -> Option<(E, u64)> {
        let mut waiting = self.waiting();
        waiting.end(key);
        let next = waiting.pop();
        if next.is_none() {
            self.running.fetch_sub(1, Ordering::AcqRel);
        }
        next.map(|((event, _), key)| (event, key))
    }

    fn settle(&self, result: Result<(), Failed>) {
        if let Err(Failed(failure, message)) = result {
            self.meta.run_failed(failure, &message);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<(E, TaskTrackerToken)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failed {
    fn panic(panic: &(dyn Any + Send)) -> Self {
        Self(Failure::Panic, panic_message(panic).to_owned())
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(Failure::Error, format!("{error:#}"))
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
