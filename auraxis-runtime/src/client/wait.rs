//! Waiting for events in the middle of other code: for one, or for a stream of them.
//!
//! Both add a trigger and remove it when they are dropped, whatever the reason.

use std::{
    collections::VecDeque,
    fmt,
    future::IntoFuture,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt, future::BoxFuture, task::AtomicWaker};
use tokio::{sync::oneshot, time::timeout};

use super::client::Client;
use crate::{
    dispatch::order::OverflowPolicy,
    error::{Error, ErrorKind, Result},
    trigger::{builder::TriggerBuilder, handle::TriggerHandle},
};

impl Client {
    /// Waits for the next event that the trigger takes.
    ///
    /// It listens from now on, not only once it is awaited. It takes one event and no other: what comes between two waits,
    /// or with the same read, is missed. To handle every event, use [`events`](Self::events) or a trigger.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use auraxis_core::{event::Death, id::CharacterId};
    /// # use auraxis_runtime::{Client, Trigger};
    /// # async fn example(client: Client) -> auraxis_runtime::Result {
    /// let revenge = Trigger::on::<Death>().characters([CharacterId(5428072203494645969)]);
    /// let death = client.wait_for(revenge).timeout(Duration::from_secs(30)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if nothing came in time, [`ErrorKind::State`] if the client stopped,
    /// [`ErrorKind::Setup`] if the trigger is impossible.
    ///
    /// # Cancel safety
    ///
    /// Dropping it, awaited or not, removes the trigger.
    #[track_caller]
    pub fn wait_for<E: Clone + Send + Sync + 'static>(&self, trigger: TriggerBuilder<E>) -> WaitFor<E> {
        let (sender, receiver) = oneshot::channel();
        let wait = WaitFor {
            client: self.clone(),
            sender: Arc::new(Mutex::new(Some(sender))),
            receiver,
            triggers: Guards::default(),
            timeout: None,
            fault: None,
        };
        wait.or(trigger)
    }

    /// A stream of the events that the trigger takes.
    ///
    /// Events that are not fetched in time wait in it: as many as the trigger's `queue` says, 16,384 by default; then
    /// its `overflow` drops the oldest or the newest, and [`Events::dropped`] counts them. The stream ends when the
    /// client stops.
    ///
    /// # Errors
    ///
    /// If the trigger is impossible, if `overflow` is [`OverflowPolicy::Block`], for a stream that nobody reads would
    /// stop everything, or if the client has stopped.
    #[track_caller]
    pub fn events<E: Clone + Send + Sync + 'static>(&self, trigger: TriggerBuilder<E>) -> Result<Events<E>> {
        let (bound, policy) = (trigger.order.queue.max(1), trigger.order.overflow);
        if policy == OverflowPolicy::Block {
            return Err(Error::new(ErrorKind::Setup, "a stream of events cannot block: choose what it drops"));
        }
        let buffer = Arc::new(Buffer {
            events: Mutex::default(),
            waker: AtomicWaker::new(),
            dropped: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let sender = Sender(Arc::clone(&buffer));
        let handle = self.add(trigger.action(move |event: E| sender.0.push(event, bound, policy)))?;
        Ok(Events { buffer, trigger: Guards(vec![handle]) })
    }
}

/// Triggers that are removed when this is dropped.
#[derive(Debug, Default)]
struct Guards(Vec<TriggerHandle>);

impl Drop for Guards {
    fn drop(&mut self) {
        for handle in &self.0 {
            handle.remove();
        }
    }
}

/// The next event of some triggers. Await it.
#[must_use = "it waits only while it is awaited, and listens only until it is dropped"]
pub struct WaitFor<E> {
    client: Client,
    sender: Arc<Mutex<Option<oneshot::Sender<E>>>>,
    receiver: oneshot::Receiver<E>,
    triggers: Guards,
    timeout: Option<Duration>,
    fault: Option<Error>,
}

impl<E: Clone + Send + Sync + 'static> WaitFor<E> {
    /// Waits for this trigger as well; whichever is first.
    #[track_caller]
    pub fn or(mut self, trigger: TriggerBuilder<E>) -> Self {
        let sender = Arc::clone(&self.sender);
        let send = move |event: E| {
            let sender = sender.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Whoever waited may have gone; then nobody misses the event.
            let _ = sender.map(|sender| sender.send(event));
        };
        match self.client.add(trigger.action(send)) {
            Ok(handle) => self.triggers.0.push(handle),
            Err(error) => self.fault = Some(error),
        }
        self
    }

    /// Waits no longer than this. By default there is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    async fn next(self) -> Result<E> {
        let Self { client, receiver, triggers, timeout: limit, fault, .. } = self;
        if let Some(fault) = fault {
            return Err(fault);
        }
        // Held until the event is here, or this future is dropped.
        let _triggers = triggers;
        let stopped = || Error::new(ErrorKind::State, "the client stopped before the event came");
        let event = async {
            let shutdown = client.shutdown_signal();
            tokio::select! {
                biased;
                event = receiver => event.map_err(|_| stopped()),
                () = shutdown.requested() => Err(stopped()),
            }
        };
        match limit {
            None => event.await,
            Some(limit) => timeout(limit, event)
                .await
                .unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, format!("no event came within {limit:?}")))),
        }
    }
}

impl<E: Clone + Send + Sync + 'static> IntoFuture for WaitFor<E> {
    type Output = Result<E>;
    type IntoFuture = BoxFuture<'static, Result<E>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.next())
    }
}

impl<E> fmt::Debug for WaitFor<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor")
            .field("triggers", &self.triggers.0)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A stream of events. See [`Client::events`].
#[must_use = "a stream does nothing unless it is read"]
pub struct Events<E> {
    buffer: Arc<Buffer<E>>,
    trigger: Guards,
}

impl<E> Events<E> {
    /// The next event; `None` when the client has stopped.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when this is dropped.
    pub async fn next(&mut self) -> Option<E> {
        StreamExt::next(self).await
    }

    /// How many events have been dropped because they were not fetched in time.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.buffer.dropped.load(Ordering::Relaxed)
    }

    /// The trigger behind it, for changing its filters.
    #[must_use]
    pub fn trigger(&self) -> &TriggerHandle {
        &self.trigger.0[0]
    }
}

impl<E> Stream for Events<E> {
    type Item = E;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<E>> {
        self.buffer.waker.register(context.waker());
        // In this order: what came before the end is there when the end is seen.
        let ended = self.buffer.ended.load(Ordering::Acquire);
        match self.buffer.events.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None if ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl<E> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("trigger", &self.trigger.0)
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

struct Buffer<E> {
    events: Mutex<VecDeque<E>>,
    waker: AtomicWaker,
    dropped: AtomicU64,
    ended: AtomicBool,
}

impl<E> Buffer<E> {
    fn push(&self, event: E, bound: usize, policy: OverflowPolicy) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() >= bound {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            if policy == OverflowPolicy::DropNewest {
                return;
            }
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        self.waker.wake();
    }
}

/// The trigger's end of a buffer. It goes with the trigger.
struct Sender<E>(Arc<Buffer<E>>);

impl<E> Drop for Sender<E> {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.waker.wake();
    }
}
