//! Waiting for one event, or a stream of events, in the middle of other code.
//!
//! Both add a trigger, which is removed when they are dropped.

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
    trigger::{
        builder::{Parameter, TriggerBuilder},
        handle::TriggerHandle,
    },
};

impl Client {
    /// Waits for the next event of the trigger.
    ///
    /// The trigger is added by this call, not when the future is first polled. It takes a single event: in a loop,
    /// events between two calls, and events received together with the first, are missed. To handle every event, use
    /// [`events`](Self::events) or a trigger.
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
    /// Returns [`ErrorKind::Timeout`] if no event was received in time, [`ErrorKind::State`] if the client has stopped,
    /// or [`ErrorKind::Setup`] if the trigger is invalid.
    ///
    /// # Cancel safety
    ///
    /// Dropping the [`WaitFor`] or its future removes the trigger.
    #[track_caller]
    pub fn wait_for<E, H>(&self, trigger: TriggerBuilder<E, H>) -> WaitFor<H>
    where
        E: Clone + Send + Sync + 'static,
        H: Parameter<E> + Clone + Send + Sync + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let wait = WaitFor {
            client: self.clone(),
            sender: Arc::new(Mutex::new(Some(sender))),
            receiver,
            triggers: RemoveOnDrop::default(),
            timeout: None,
            fault: None,
        };
        wait.or(trigger)
    }

    /// Returns a stream of the trigger's events.
    ///
    /// The stream buffers as many events as the trigger's `queue` says, 16,384 by default. If the buffer is full, the
    /// oldest or the newest event is dropped, according to the trigger's `overflow`; [`Events::dropped`] counts them.
    /// The stream ends when the client stops or the trigger is removed. Dropping the stream removes the trigger.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Setup`] if the trigger is invalid or its `overflow` is [`OverflowPolicy::Block`], with
    /// which an unread stream would block all triggers, and [`ErrorKind::State`] if the client has stopped.
    #[track_caller]
    pub fn events<E, H>(&self, trigger: TriggerBuilder<E, H>) -> Result<Events<H>>
    where
        E: Clone + Send + Sync + 'static,
        H: Parameter<E> + Clone + Send + Sync + 'static,
    {
        let (capacity, policy) = (trigger.order.queue.max(1), trigger.order.overflow.unwrap_or_default());
        if policy == OverflowPolicy::Block {
            return Err(Error::new(
                ErrorKind::Setup,
                "a stream of events cannot use `overflow = block`: unread, it would block all triggers; use `drop_oldest` or \
                 `drop_newest`",
            ));
        }
        let buffer = Arc::new(Buffer {
            events: Mutex::default(),
            waker: AtomicWaker::new(),
            dropped: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let sender = BufferSender(Arc::clone(&buffer));
        let handle = self.add(trigger.action(move |event: H| sender.0.push(event, capacity, policy)))?;
        Ok(Events { buffer, trigger: RemoveOnDrop(vec![handle]) })
    }
}

/// Removes its triggers when dropped.
#[derive(Debug, Default)]
struct RemoveOnDrop(Vec<TriggerHandle>);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        for handle in &self.0 {
            handle.remove();
        }
    }
}

/// A future of the next event of one or more triggers. See [`Client::wait_for`].
#[must_use = "dropping a `WaitFor` removes its trigger; `.await` it"]
pub struct WaitFor<E> {
    client: Client,
    sender: Arc<Mutex<Option<oneshot::Sender<E>>>>,
    receiver: oneshot::Receiver<E>,
    triggers: RemoveOnDrop,
    timeout: Option<Duration>,
    fault: Option<Error>,
}

impl<H: Clone + Send + Sync + 'static> WaitFor<H> {
    /// Waits for an event of this trigger as well. Whichever event comes first is returned.
    #[track_caller]
    pub fn or<E: Clone + Send + Sync + 'static>(mut self, trigger: TriggerBuilder<E, H>) -> Self
    where
        H: Parameter<E>,
    {
        let sender = Arc::clone(&self.sender);
        let send = move |event: H| {
            let sender = sender.lock().unwrap_or_else(PoisonError::into_inner).take();
            // The receiver may have been dropped.
            let _ = sender.map(|sender| sender.send(event));
        };
        match self.client.add(trigger.action(send)) {
            Ok(handle) => self.triggers.0.push(handle),
            Err(error) => self.fault = Some(error),
        }
        self
    }

    /// Sets a timeout. Default: no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    async fn next(self) -> Result<H> {
        let Self { client, receiver, triggers, timeout: limit, fault, .. } = self;
        if let Some(fault) = fault {
            return Err(fault);
        }
        // Removes the triggers when the event is received or this future is dropped.
        let _triggers = triggers;
        let stopped = || Error::new(ErrorKind::State, "the client stopped before an event was received");
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
            Some(limit) => timeout(limit, event).await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Timeout, format!("no event was received within {limit:?}")))
            }),
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
    trigger: RemoveOnDrop,
}

impl<E> Events<E> {
    /// Returns the next event, or `None` at the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: no event is lost.
    pub async fn next(&mut self) -> Option<E> {
        StreamExt::next(self).await
    }

    /// Returns the number of events dropped because the buffer was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.buffer.dropped.load(Ordering::Relaxed)
    }

    /// Returns the handle of the stream's trigger, to change its filters.
    #[must_use]
    pub fn trigger(&self) -> &TriggerHandle {
        &self.trigger.0[0]
    }
}

impl<E> Stream for Events<E> {
    type Item = E;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<E>> {
        self.buffer.waker.register(context.waker());
        // Read before the queue, so that the last events are returned before the end.
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
    fn push(&self, event: E, capacity: usize, policy: OverflowPolicy) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() >= capacity {
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

/// The sender of a buffer, owned by the trigger's handler. Ends the stream when dropped.
struct BufferSender<E>(Arc<Buffer<E>>);

impl<E> Drop for BufferSender<E> {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.waker.wake();
    }
}
