//! Runs of one trigger's handler.
//!
//! Each trigger has its own lane, so a slow trigger does not affect the others. A run starts on the dispatcher's thread
//! and is polled there once; most runs finish with that. A pending run becomes a task. While as many tasks run as the
//! trigger allows, further events are queued. A task whose run finishes takes the next queued event, so no separate
//! worker is needed. The [`scheduler`](super::scheduler) decides which event that is.

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
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, Span};

use super::{
    attempts::{Handled, RunError},
    order::{Limits, OverflowPolicy},
    panics::{CatchOnDrop, panic_message},
    run::{Action, OUTSIDE_OF_RUNTIME, Run},
    run_span::{Cause, RunSpan},
    scheduler::{Admission, Scheduler, TaskAborted, TaskFinished},
    state::TriggerState,
    thread_context::ThreadContext,
    ticket::{RunFailure, Ticket},
};

/// The tasks of all triggers of a client, to wait for them and to abort them.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    pub(crate) runs: TaskTracker,
    pub(crate) queued: Arc<QueuedEvents>,
    abort: Arc<Mutex<CancellationToken>>,
    /// The span in which the tasks run.
    span: Span,
}

impl Tasks {
    pub(crate) fn new(span: Span) -> Self {
        Self { runs: TaskTracker::new(), queued: Arc::default(), abort: Arc::default(), span }
    }

    /// Aborts all current runs at their next `.await`.
    pub(crate) fn abort(&self) {
        mem::take(&mut *self.abort.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }

    fn abort_token(&self) -> CancellationToken {
        self.abort.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The number of queued events in all lanes.
#[derive(Debug, Default)]
pub(crate) struct QueuedEvents {
    /// Can be one too low for a moment, if a run finishes before the event that waits for it is counted.
    count: AtomicI64,
    changed: Notify,
}

impl QueuedEvents {
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.count.load(Ordering::Acquire)).unwrap_or(0)
    }

    /// Waits until an event leaves a queue, or a full queue may have capacity again.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    fn add(&self, events: i64) {
        self.count.fetch_add(events, Ordering::AcqRel);
        if events < 0 {
            self.changed.notify_waiters();
        }
    }
}

/// The runs and the queue of one trigger.
pub(crate) struct Lane<E> {
    overflow: OverflowPolicy,
    action: CatchOnDrop<Action<E>>,
    /// Returns the number of events in an item that is not run: more than one only if it is a batch, which this closes.
    discard: fn(&E) -> u64,
    state: Arc<TriggerState>,
    tasks: Tasks,
    scheduler: Scheduler<Queued<E>>,
    /// Whether a lossless stream stopped holding events of this lane, because no run finished in time. Reset when a
    /// run finishes.
    holding_timed_out: AtomicBool,
}

/// An event, when it was received, and its ticket.
struct Queued<E> {
    event: E,
    received_ms: i64,
    ticket: Ticket,
    cause: Cause,
}

/// An event that the stream holds because its lane is full.
pub(crate) trait Held: Send {
    fn trigger(&self) -> &Arc<TriggerState>;

    /// Retries, and returns whether the lane took the event. Only the dispatcher calls this.
    fn retry(&mut self) -> bool;

    /// Stops holding the event: the overflow policy applies to it, and to later events of the lane until a run
    /// finishes. Only the dispatcher calls this.
    fn apply_overflow_policy(self: Box<Self>);
}

struct HeldEvent<E: Send + 'static> {
    lane: Arc<Lane<E>>,
    event: Option<Queued<E>>,
    key: u64,
}

impl<E: Send + 'static> Held for HeldEvent<E> {
    fn trigger(&self) -> &Arc<TriggerState> {
        &self.lane.state
    }

    fn retry(&mut self) -> bool {
        if let Some(event) = self.event.take() {
            self.event = self.lane.admit(event, self.key, true).err();
        }
        self.event.is_none()
    }

    fn apply_overflow_policy(mut self: Box<Self>) {
        self.lane.holding_timed_out.store(true, Ordering::Relaxed);
        if let Some(event) = self.event.take()
            && let Err(dropped) = self.lane.admit(event, self.key, false)
        {
            self.lane.drop_by_policy(dropped);
        }
    }
}

impl<E: Send + 'static> Drop for HeldEvent<E> {
    fn drop(&mut self) {
        if let Some(event) = &self.event {
            self.lane.state.record_drop((self.lane.discard)(&event.event), event.received_ms);
        }
    }
}

/// A run after its first poll.
enum FirstPoll {
    Finished(Result<(), Failed>),
    Pending(BoxFuture<'static, anyhow::Result<()>>),
}

/// A pending run, when it started, and the ticket of its event.
type PendingRun = (BoxFuture<'static, anyhow::Result<()>>, Instant, Ticket);

/// The run that a task is polling.
struct CurrentRun {
    key: u64,
    span: RunSpan,
}

/// A failed run.
struct Failed {
    failure: Failure,
    message: String,
    /// Whether it was passed to `on_error`.
    is_handled: bool,
}

impl<E: Send + 'static> Lane<E> {
    pub(crate) fn new(
        limits: Limits,
        action: Action<E>,
        discard: fn(&E) -> u64,
        state: Arc<TriggerState>,
        tasks: Tasks,
    ) -> Arc<Self> {
        let Limits { concurrency, queue, is_keyed, overflow, .. } = limits;
        let scheduler = Scheduler::new(concurrency, queue, is_keyed, overflow == OverflowPolicy::DropOldest);
        let action = CatchOnDrop::new(action, Arc::clone(&state));
        let holding_timed_out = AtomicBool::new(false);
        Arc::new(Self { overflow, action, discard, state, tasks, scheduler, holding_timed_out })
    }

    /// Starts a run of the handler, or queues the event. Only the dispatcher calls this.
    ///
    /// Returns the event, to be held, if the queue is full and the stream has to wait: if the policy is `Block` or the
    /// stream is `lossless`.
    pub(crate) fn offer(
        self: &Arc<Self>,
        event: E,
        key: u64,
        ticket: Ticket,
        cause: Cause,
        lossless: bool,
    ) -> Option<Box<dyn Held>> {
        let hold_if_full = self.holds_if_full(lossless);
        // The clock was last updated when the event was read.
        let received_ms = self.state.inbox.clock.now_ms();
        match self.admit(Queued { event, received_ms, ticket, cause }, key, hold_if_full) {
            Err(event) if hold_if_full => Some(Box::new(HeldEvent { lane: Arc::clone(self), event: Some(event), key })),
            Err(event) => {
                self.drop_by_policy(event);
                None
            }
            Ok(()) => None,
        }
    }

    /// Returns whether the stream waits if the queue is full, instead of dropping an event.
    pub(crate) fn holds_if_full(&self, lossless: bool) -> bool {
        (lossless && !self.holding_timed_out.load(Ordering::Relaxed)) || self.overflow == OverflowPolicy::Block
    }

    /// Starts or queues a turn, and returns false if the queue is full. Only the dispatcher calls this.
    pub(crate) fn try_start(self: &Arc<Self>, event: E, key: u64) -> bool {
        let received_ms = self.state.inbox.clock.now_ms();
        self.admit(Queued { event, received_ms, ticket: Ticket::NONE, cause: Cause::TICK }, key, true).is_ok()
    }

    /// Starts or queues the event. Returns it if the queue is full.
    fn admit(self: &Arc<Self>, event: Queued<E>, key: u64, hold_if_full: bool) -> Result<(), Queued<E>> {
        match self.scheduler.admit(event, key, hold_if_full) {
            Admission::Start(event) => self.start(event, key),
            Admission::Queued => {
                self.add_queued(1);
                self.state.counters.queued.add_unshared();
            }
            Admission::QueuedDropping(oldest) => {
                self.state.counters.queued.add_unshared();
                self.drop_by_policy(oldest);
            }
            Admission::Full(event) => return Err(event),
        }
        Ok(())
    }

    fn add_queued(&self, events: i64) {
        self.state.add_waiting(events);
        self.tasks.queued.add(events);
    }

    fn drop_by_policy(&self, Queued { event, received_ms, ticket, .. }: Queued<E>) {
        self.state.record_drop((self.discard)(&event), received_ms);
        ticket.settle();
    }

    fn start(self: &Arc<Self>, event: Queued<E>, key: u64) {
        let started = self.state.run_times.start(self.state.inbox.clock.now_ms());
        let (polled, ticket, span) = self.poll_first(event, false);
        match polled {
            FirstPoll::Finished(result) => {
                self.state.run_times.finished_at_once(started);
                self.record_result(result, ticket, span);
                self.scheduler.finished(key);
            }
            FirstPoll::Pending(run) => {
                let Ok(runtime) = Handle::try_current() else {
                    self.scheduler.finished(key);
                    let (failure, message) = (Failure::Error, OUTSIDE_OF_RUNTIME.into());
                    return self.record_result(Err(Failed { failure, message, is_handled: false }), ticket, span);
                };
                self.scheduler.became_task();
                // Most runs that wait take much longer than their first poll.
                let run = (run, started.unwrap_or_else(Instant::now), ticket);
                let (lane, abort) = (Arc::clone(self), self.tasks.abort_token());
                let current = CurrentRun { key, span };
                let task = async move { lane.run_task(run, current, abort).await };
                self.tasks.runs.spawn_on(task.instrument(self.tasks.span.clone()), &runtime);
            }
        }
    }

    /// Calls the handler and polls the returned future once.
    fn poll_first(&self, queued: Queued<E>, was_queued: bool) -> (FirstPoll, Ticket, RunSpan) {
        let Queued { event, received_ms, ticket, cause } = queued;
        let waited_ms = self.state.run_started(received_ms, was_queued);
        let span = RunSpan::new(&self.state.name, cause, waited_ms);
        let entered = span.enter();
        let polled = catch_unwind(AssertUnwindSafe(|| match (self.action)(event) {
            Run::Done(result) => FirstPoll::Finished(result.map_err(Failed::from)),
            Run::Later(mut run) => {
                let _scope = ThreadContext::polling(self.state.number);
                match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(result) => FirstPoll::Finished(result.map_err(Failed::from)),
                    Poll::Pending => FirstPoll::Pending(run),
                }
            }
        }));
        drop(entered);
        (polled.unwrap_or_else(|panic| FirstPoll::Finished(Err(Failed::panic(&*panic)))), ticket, span)
    }

    async fn run_task(self: Arc<Self>, run: PendingRun, mut current: CurrentRun, abort: CancellationToken) {
        // An aborted run is dropped inside of `catch_unwind`, because its destructors may panic.
        let run = async { abort.run_until_cancelled(self.run_until_idle(run, &mut current)).await };
        match AssertUnwindSafe(run).catch_unwind().await {
            Ok(Some(())) => return,
            Ok(None) => {}
            Err(panic) => self.state.destructor_panicked(panic_message(&*panic)),
        }
        current.span.abort();
        let TaskAborted { events, retry_held } = self.scheduler.task_aborted(current.key);
        self.add_queued(-i64::try_from(events.len()).unwrap_or(i64::MAX));
        self.state.record_abort(events.iter().map(|queued| (self.discard)(&queued.event)).sum());
        self.run_finished(retry_held);
    }

    /// Runs to completion, then runs queued events until none can start.
    async fn run_until_idle(&self, (mut run, mut started, mut ticket): PendingRun, current: &mut CurrentRun) {
        loop {
            let result = self.complete(run, &current.span).await;
            self.state.run_times.finished(started);
            self.record_result(result, ticket, mem::take(&mut current.span));
            (run, started, ticket) = loop {
                let TaskFinished { next, retry_held } = self.scheduler.task_finished(current.key);
                self.run_finished(retry_held);
                let Some((event, next)) = next else { return };
                current.key = next;
                self.add_queued(-1);
                self.state.inbox.clock.update();
                let started = Instant::now();
                let polled = {
                    let _guard = self.state.start_polling();
                    self.poll_first(event, true)
                };
                match polled {
                    (FirstPoll::Pending(run), ticket, span) => {
                        current.span = span;
                        break (run, started, ticket);
                    }
                    (FirstPoll::Finished(result), ticket, span) => {
                        self.state.run_times.finished(started);
                        self.record_result(result, ticket, span);
                    }
                }
                // Many runs that finish immediately must not starve other tasks.
                tokio::task::consume_budget().await;
            };
        }
    }

    /// A run has finished or was aborted.
    fn run_finished(&self, retry_held: bool) {
        self.holding_timed_out.store(false, Ordering::Relaxed);
        if retry_held {
            self.tasks.queued.changed.notify_waiters();
            self.state.inbox.wake();
        }
    }

    async fn complete(&self, mut run: BoxFuture<'static, anyhow::Result<()>>, span: &RunSpan) -> Result<(), Failed> {
        let state = &self.state;
        // The run is dropped and its error is formatted inside of `catch_unwind`, because both may panic.
        let run = async move {
            let run = poll_fn(|context| {
                let (_guard, _scope) = (state.start_polling(), ThreadContext::polling(state.number));
                let _span = span.enter();
                run.as_mut().poll(context)
            });
            run.await.map_err(Failed::from)
        };
        AssertUnwindSafe(run).catch_unwind().await.unwrap_or_else(|panic| Err(Failed::panic(&*panic)))
    }

    fn record_result(&self, result: Result<(), Failed>, ticket: Ticket, span: RunSpan) {
        let Err(Failed { failure, message, is_handled }) = result else { return ticket.settle() };
        span.fail(failure, &message);
        let _span = span.enter();
        if is_handled {
            self.state.run_failure_handled(failure, &message);
        } else {
            self.state.run_failed(failure, &message);
        }
        ticket.fail(|| RunFailure { trigger: Arc::clone(&self.state.name), failure, message: message.into() });
    }
}

impl Failed {
    fn panic(panic: &(dyn Any + Send)) -> Self {
        Self { failure: Failure::Panic, message: panic_message(panic).to_owned(), is_handled: false }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        let (error, is_handled) = match error.downcast::<Handled>() {
            Ok(Handled(error)) => (error, true),
            Err(error) => (error, false),
        };
        let (failure, message) = match error.downcast_ref::<RunError>() {
            Some(RunError::Panicked(message)) => (Failure::Panic, message.clone()),
            Some(RunError::TimedOut(_)) => (Failure::Timeout, format!("{error:#}")),
            None => (Failure::Error, format!("{error:#}")),
        };
        Self { failure, message, is_handled }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, panic::Location, time::Duration};

    use auraxis_core::interest::Interest;
    use tokio::time::timeout;

    use super::*;
    use crate::dispatch::{inbox::Inbox, order::Order};

    #[tokio::test]
    async fn a_task_that_has_not_been_polled_yet_is_aborted_too() {
        let inbox = Inbox::new().0;
        let state = TriggerState::new("a".into(), Location::caller().into(), Interest::new([]), false, inbox);
        let (tasks, action): (Tasks, Action<()>) =
            (Tasks::new(Span::none()), Box::new(|()| Run::Later(Box::pin(pending()))));
        let lane = Lane::new(Order::<()>::default().limits(), action, |()| 1, Arc::new(state), tasks.clone());
        assert!(lane.offer((), 0, Ticket::NONE, Cause::TICK, false).is_none());
        tasks.abort();
        tasks.runs.close();
        timeout(Duration::from_secs(10), tasks.runs.wait()).await.expect("it is aborted immediately");
    }
}
