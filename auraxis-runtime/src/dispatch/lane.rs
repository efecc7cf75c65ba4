//! The lane of a trigger: it calls the handler, and sees the runs to their end.
//!
//! Each trigger has a lane of its own, so a slow one costs the others nothing. A run starts where the dispatcher
//! stands and is polled there once; most are over then. One that has to wait becomes a task, and while as many tasks
//! run as the trigger allows, further events wait. A task that ends takes the next event that may start, so nobody has
//! to watch over the lane. Which event that is, [`scheduler`](super::scheduler) decides.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use auraxis_core::event::signal::Failure;
use futures_util::{
    FutureExt,
    future::{BoxFuture, poll_fn},
};
use tokio::{
    runtime::Handle,
    sync::{Notify, futures::Notified},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, Span};

use super::{
    order::{Key, Order, OverflowPolicy},
    panics::{CatchOnDrop, panic_message},
    run::{Action, Run},
    scheduler::{Abandoned, Arrival, End, Scheduler},
    state::TriggerState,
    thread_context::ThreadContext,
};

/// The tasks of all triggers of a client, so that it can wait for them and end them.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    pub(crate) runs: TaskTracker,
    pub(crate) queued: Arc<QueuedEvents>,
    abort: Arc<Mutex<CancellationToken>>,
    /// What they log is marked with.
    span: Span,
}

impl Tasks {
    pub(crate) fn new(span: Span) -> Self {
        Self { runs: TaskTracker::new(), queued: Arc::default(), abort: Arc::default(), span }
    }

    /// Ends the runs that are under way, at their next wait.
    pub(crate) fn abort(&self) {
        mem::take(&mut *self.abort.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }

    fn until_aborted(&self) -> CancellationToken {
        self.abort.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How many events wait for runs to end, in all lanes.
#[derive(Debug, Default)]
pub(crate) struct QueuedEvents {
    /// May be one too low for a moment, when the run that an event waits for ends before the event is counted.
    count: AtomicI64,
    moved: Notify,
}

impl QueuedEvents {
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.count.load(Ordering::Acquire)).unwrap_or(0)
    }

    /// Waits until an event waits no longer, or one for which there was no room may have some.
    pub(crate) fn moved(&self) -> Notified<'_> {
        self.moved.notified()
    }

    fn add(&self, events: i64) {
        self.count.fetch_add(events, Ordering::AcqRel);
        if events < 0 {
            self.moved.notify_waiters();
        }
    }
}

/// The runs of one trigger.
pub(crate) struct Lane<E> {
    order: Order<E>,
    code: CatchOnDrop<Code<E>>,
    state: Arc<TriggerState>,
    tasks: Tasks,
    scheduler: Scheduler<Queued<E>>,
    /// Nothing has ended since an event was no longer waited for, so others are not waited for either.
    impatient: AtomicBool,
}

/// What is the user's.
struct Code<E> {
    action: Action<E>,
    key: Option<Key<E>>,
}

/// An event that waits in the lane.
struct Queued<E> {
    event: E,
    since_ms: i64,
}

/// An event for which there is no room in its lane.
pub(crate) trait Held: Send {
    /// Whose it is.
    fn trigger(&self) -> &Arc<TriggerState>;

    /// Tries again. Only the dispatcher calls this.
    fn enter(&mut self) -> bool;

    /// Waits no longer: from now on and until a run of the lane ends, its policy applies. Only the dispatcher calls
    /// this.
    fn give_up(self: Box<Self>);
}

struct HeldEvent<E: Send + 'static> {
    lane: Arc<Lane<E>>,
    event: Option<E>,
    key: u64,
    since_ms: i64,
}

impl<E: Send + 'static> Held for HeldEvent<E> {
    fn trigger(&self) -> &Arc<TriggerState> {
        &self.lane.state
    }

    fn enter(&mut self) -> bool {
        if let Some(event) = self.event.take() {
            self.event = self.lane.enter(event, self.key, self.since_ms, true).err();
        }
        self.event.is_none()
    }

    fn give_up(mut self: Box<Self>) {
        self.lane.impatient.store(true, Ordering::Relaxed);
        if let Some(event) = self.event.take() {
            self.event = self.lane.enter(event, self.key, self.since_ms, false).err();
        }
    }
}

impl<E: Send + 'static> Drop for HeldEvent<E> {
    fn drop(&mut self) {
        if self.event.is_some() {
            self.lane.state.dropped();
        }
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
    pub(crate) fn new(mut order: Order<E>, action: Action<E>, state: Arc<TriggerState>, tasks: Tasks) -> Arc<Self> {
        let key = order.key.take();
        let drops_oldest = order.overflow == OverflowPolicy::DropOldest;
        let scheduler = Scheduler::new(order.concurrency, order.queue, key.is_some(), drops_oldest);
        let code = CatchOnDrop::new(Code { action, key }, Arc::clone(&state));
        Arc::new(Self { order, code, state, tasks, scheduler, impatient: AtomicBool::new(false) })
    }

    /// The number that orders the event among others. Calls the user's function.
    pub(crate) fn key(&self, event: &E) -> u64 {
        self.code.key.as_ref().map_or(0, |key| key(event))
    }

    /// Runs the handler on the event, now or when its turn comes. Only the dispatcher calls this.
    ///
    /// Gives the event back, to be held, if the lane is full and the stream is to wait. A `lossless` stream rather
    /// waits than drops.
    pub(crate) fn offer(self: &Arc<Self>, event: E, key: u64, lossless: bool) -> Option<Box<dyn Held>> {
        let patient =
            (lossless && !self.impatient.load(Ordering::Relaxed)) || self.order.overflow == OverflowPolicy::Block;
        // The clock is as old as the read that brought the event.
        let since_ms = self.state.inbox.clock.now_ms();
        match self.enter(event, key, since_ms, patient) {
            Err(event) if patient => {
                Some(Box::new(HeldEvent { lane: Arc::clone(self), event: Some(event), key, since_ms }))
            }
            Err(_) => {
                self.state.dropped();
                None
            }
            Ok(()) => None,
        }
    }

    /// Gives the event back if there is no room.
    fn enter(self: &Arc<Self>, event: E, key: u64, since_ms: i64, patient: bool) -> Result<(), E> {
        match self.scheduler.arrive(Queued { event, since_ms }, key, patient) {
            Arrival::Start(event) => self.start(event, key),
            Arrival::Waits => {
                self.tasks.queued.add(1);
                self.state.counters.queued.add_alone();
            }
            Arrival::WaitsFor(_oldest) => {
                self.state.counters.queued.add_alone();
                self.state.dropped();
            }
            Arrival::Full(queued) => return Err(queued.event),
        }
        Ok(())
    }

    fn start(self: &Arc<Self>, event: Queued<E>, key: u64) {
        match self.step(event) {
            Step::Over(result) => {
                self.note(result);
                self.scheduler.over(key);
            }
            Step::Waits(run) => {
                let Ok(runtime) = Handle::try_current() else {
                    self.scheduler.over(key);
                    let message = "has to wait, for which there is no runtime: dispatch within a Tokio runtime";
                    return self.note(Err(Failed(Failure::Error, message.into())));
                };
                self.scheduler.waits();
                let (lane, abort) = (Arc::clone(self), self.tasks.until_aborted());
                let task = async move { lane.run_to_end(run, key, abort).await };
                self.tasks.runs.spawn_on(task.instrument(self.tasks.span.clone()), &runtime);
            }
        }
    }

    /// Calls the handler and polls what it returns once.
    fn step(&self, Queued { event, since_ms }: Queued<E>) -> Step {
        self.state.run_begins(since_ms);
        let stepped = catch_unwind(AssertUnwindSafe(|| match (self.code.action)(event) {
            Run::Done(result) => Step::Over(result.map_err(Failed::from)),
            Run::Later(mut run) => {
                let _polling = ThreadContext::polling(self.state.number);
                match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(result) => Step::Over(result.map_err(Failed::from)),
                    Poll::Pending => Step::Waits(run),
                }
            }
        }));
        stepped.unwrap_or_else(|panic| Step::Over(Err(Failed::panic(&*panic))))
    }

    async fn run_to_end(
        self: Arc<Self>,
        run: BoxFuture<'static, anyhow::Result<()>>,
        mut key: u64,
        abort: CancellationToken,
    ) {
        // A run that is given up is dropped in here, for that may panic.
        let run = async { abort.run_until_cancelled(self.drive(run, &mut key)).await };
        match AssertUnwindSafe(run).catch_unwind().await {
            Ok(Some(())) => return,
            Ok(None) => {}
            Err(panic) => self.state.destructor_panicked(panic_message(&*panic)),
        }
        let Abandoned { events, room } = self.scheduler.abandon(key);
        self.tasks.queued.add(-i64::try_from(events.len()).unwrap_or(i64::MAX));
        self.state.aborted(events.len());
        self.notify_room(room);
    }

    /// Ends the run, then takes whatever may run next, until nothing may.
    ///
    /// `key` is always that of the run.
    async fn drive(&self, mut run: BoxFuture<'static, anyhow::Result<()>>, key: &mut u64) {
        loop {
            self.note(self.finish(run).await);
            run = loop {
                let End { next, room } = self.scheduler.end(*key);
                self.notify_room(room);
                let Some((event, next)) = next else { return };
                *key = next;
                self.tasks.queued.add(-1);
                self.state.inbox.clock.update();
                let stepped = {
                    let _polled = self.state.poll();
                    self.step(event)
                };
                match stepped {
                    Step::Waits(run) => break run,
                    Step::Over(result) => self.note(result),
                }
                // A queue of runs that are over at once must not keep the thread from others.
                tokio::task::consume_budget().await;
            };
        }
    }

    /// A run has ended, after which there may be room for an event that was refused.
    fn notify_room(&self, room: bool) {
        self.impatient.store(false, Ordering::Relaxed);
        if room {
            self.tasks.queued.moved.notify_waiters();
            self.state.inbox.wake();
        }
    }

    async fn finish(&self, mut run: BoxFuture<'static, anyhow::Result<()>>) -> Result<(), Failed> {
        let (limit, state) = (self.order.timeout, &self.state);
        // The run is dropped and its error is told in here, for either may panic too.
        let run = async move {
            let run = poll_fn(|context| {
                let (_polled, _polling) = (state.poll(), ThreadContext::polling(state.number));
                run.as_mut().poll(context)
            });
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

    fn note(&self, result: Result<(), Failed>) {
        if let Err(Failed(failure, message)) = result {
            self.state.run_failed(failure, &message);
        }
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

#[cfg(test)]
mod tests {
    use std::{future::pending, panic::Location, time::Duration};

    use auraxis_core::interest::Interest;

    use super::*;
    use crate::dispatch::inbox::Inbox;

    #[tokio::test]
    async fn a_run_that_has_not_been_polled_as_a_task_is_aborted_too() {
        let inbox = Inbox::new().0;
        let state =
            TriggerState::new("a".into(), Location::caller().into(), Interest::new([]), String::new(), false, inbox);
        let (tasks, action): (Tasks, Action<()>) =
            (Tasks::new(Span::none()), Box::new(|()| Run::Later(Box::pin(pending()))));
        let lane = Lane::new(Order::default(), action, Arc::new(state), tasks.clone());
        assert!(lane.offer((), 0, false).is_none());
        tasks.abort();
        tasks.runs.close();
        timeout(Duration::from_secs(10), tasks.runs.wait()).await.expect("it ends at once");
    }
}
