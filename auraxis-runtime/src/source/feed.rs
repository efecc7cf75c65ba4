//! The connection between a source and the stream.

use std::{
    any::Any,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use auraxis_core::{environment::Environment, subscription::Subscription};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use super::batch::Batch;
use crate::{
    dispatch::registry::{Interests, Requirements},
    error::Result,
    shutdown::Shutdown,
};

/// A source of events, such as the event stream, a recording or a message broker.
///
/// Pass it to [`ClientBuilder::source`](crate::ClientBuilder::source). It runs on the thread that processes the stream.
/// If a handler blocks that thread, the source is not polled, and incoming data waits in the operating system's
/// buffers.
///
/// ```
/// use auraxis_runtime::source::{Batch, Feed, Running, Source};
///
/// /// Repeats one frame.
/// struct Repeat(String);
///
/// impl Source for Repeat {
///     fn run(self: Box<Self>, feed: Feed) -> Running {
///         Box::pin(async move {
///             loop {
///                 let mut batch = Batch::new(0);
///                 batch.text(&self.0);
///                 if !feed.send(batch).await {
///                     return Ok(());
///                 }
///             }
///         })
///     }
/// }
/// ```
pub trait Source: Any + Send {
    /// Sends batches until the client is [stopping](Feed::stopping) or the source has no more data. When all sources
    /// have returned, the client stops.
    ///
    /// # Errors
    ///
    /// Returns an error if the source cannot continue. The client stops with this error.
    fn run(self: Box<Self>, feed: Feed) -> Running;

    /// Returns whether this is a message broker. Default: `false`.
    ///
    /// A broker delivers derived events itself, so the client does not derive them. By default, triggers have
    /// `overflow = block`, so that the source waits when they are full, and a `timeout` of a minute, so that none makes it
    /// wait forever.
    fn is_broker(&self) -> bool {
        false
    }

    /// Returns a function that describes what the source reads, for [`Client::explain`](crate::Client::explain). Default:
    /// `None`, for the subscription of the event stream.
    fn explain(&self) -> Option<Explain> {
        None
    }
}

/// Describes what a source reads for what the triggers listen to.
pub type Explain = Arc<dyn Fn(Environment, &Interests) -> String + Send + Sync>;

/// The future of a running source.
pub type Running = Pin<Box<dyn Future<Output = Result> + Send>>;

/// A source's handle to the stream. It takes batches, and notifies of changes of the subscription and of the shutdown.
#[derive(Debug)]
pub struct Feed {
    batches: mpsc::Sender<Batch>,
    requirements: Mutex<watch::Receiver<Arc<Requirements>>>,
    interests: Mutex<watch::Receiver<Arc<Interests>>>,
    shutdown: Shutdown,
    environment: Environment,
    finishing: TaskTracker,
    probe: Arc<Probe>,
    /// Whether the texts of frames may be recorded.
    pub(super) keeps_text: bool,
}

/// What is the same for all feeds of a client.
#[derive(Clone, Debug)]
pub(crate) struct FeedContext {
    pub(crate) environment: Environment,
    pub(crate) shutdown: Shutdown,
    /// Sources that have to finish something after the triggers.
    pub(crate) finishing: TaskTracker,
    /// Whether the texts of frames may be recorded.
    pub(crate) keeps_text: bool,
}

/// A guard for which the client waits: see [`Feed::finishing`].
#[derive(Debug)]
pub struct Finishing {
    _token: TaskTrackerToken,
}

/// Requests of the stream to a link, and the link's address.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    step: AtomicU8,
    requested: Notify,
    /// Connections with lower numbers than this are no longer needed, because another one has replaced them.
    replaced_below: watch::Sender<u32>,
    /// The address of the server that the link connects to.
    address: Mutex<Option<String>>,
}

/// What a link does about events that stay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeStep {
    /// Verify the subscription.
    Verify,
    /// Send the whole subscription again.
    Resubscribe,
    /// Replace the connection, by one to the next candidate if there are several.
    Reconnect,
}

impl Probe {
    pub(crate) fn request(&self, step: ProbeStep) {
        self.step.store(step as u8, Ordering::Relaxed);
        self.requested.notify_one();
    }

    /// Reports that this connection has replaced those before it.
    pub(crate) fn release_replaced(&self, connection: u32) {
        self.replaced_below.send_if_modified(|below| {
            let is_modified = connection > *below;
            *below = connection.max(*below);
            is_modified
        });
    }

    pub(crate) fn address(&self) -> Option<String> {
        self.address.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Feed {
    pub(crate) fn new(
        batches: mpsc::Sender<Batch>,
        requirements: watch::Receiver<Arc<Requirements>>,
        interests: watch::Receiver<Arc<Interests>>,
        FeedContext { environment, shutdown, finishing, keeps_text }: FeedContext,
    ) -> Self {
        let (requirements, interests) = (Mutex::new(requirements), Mutex::new(interests));
        let probe = Arc::default();
        Self { batches, requirements, interests, shutdown, environment, finishing, probe, keeps_text }
    }

    /// Returns the platform whose events the client wants.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Makes the client wait, at the end of its run, until the guard is dropped, but not for more than a second. By then all
    /// triggers have finished, so that a broker can be told about their last events.
    #[must_use]
    pub fn finishing(&self) -> Finishing {
        Finishing { _token: self.finishing.token() }
    }

    /// Sends a batch to the stream. Waits while the stream processes earlier batches, and while a trigger with
    /// `overflow = block` is full. Returns false if the client is stopping.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the batch is lost. To avoid this, await [`ready`](Self::ready) first.
    pub async fn send(&self, batch: Batch) -> bool {
        self.batches.send(batch).await.is_ok() && !self.is_stopping()
    }

    /// Waits until the stream has capacity for a batch, which [`send`](Self::send) then sends without waiting.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn ready(&self) {
        drop(self.batches.reserve().await);
    }

    /// Waits until the client is stopping. Batches sent until the source returns are still processed.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn stopping(&self) {
        self.shutdown.requested().await;
    }

    /// Returns the subscription that the triggers need. Sources that cannot select events can ignore it.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        self.requirements().subscription.clone()
    }

    /// Waits until the [`subscription`](Self::subscription) has changed since it was last read.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn subscription_changed(&self) {
        changed(&mut self.watch_requirements()).await;
    }

    /// Returns what the triggers listen to. Empty unless the source is a [broker](Source::is_broker).
    #[must_use]
    pub fn interests(&self) -> Arc<Interests> {
        Arc::clone(&lock(&self.interests).borrow_and_update())
    }

    /// Waits until the [`interests`](Self::interests) have changed since they were last read.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn interests_changed(&self) {
        let mut interests = lock(&self.interests).clone();
        changed(&mut interests).await;
    }

    /// Returns whether frames are recorded, so that [`Message::text`](super::Message::text) is needed.
    #[must_use]
    pub const fn keeps_text(&self) -> bool {
        self.keeps_text
    }

    /// Returns a receiver of the requirements, which has seen what this handle has seen.
    pub(crate) fn watch_requirements(&self) -> watch::Receiver<Arc<Requirements>> {
        lock(&self.requirements).clone()
    }

    pub(crate) fn probe(&self) -> Arc<Probe> {
        Arc::clone(&self.probe)
    }

    /// Waits until the stream requests a step against silence.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub(crate) async fn probed(&self) -> ProbeStep {
        self.probe.requested.notified().await;
        match self.probe.step.load(Ordering::Relaxed) {
            0 => ProbeStep::Verify,
            1 => ProbeStep::Resubscribe,
            _ => ProbeStep::Reconnect,
        }
    }

    /// Waits until the stream no longer needs this connection, because another one has replaced it.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub(crate) async fn replaced(&self, connection: u32) {
        // Cannot fail, because the sender is in `self`.
        let _ = self.probe.replaced_below.subscribe().wait_for(|below| connection < *below).await;
    }

    /// Sets the address of the server that the source connects to, without its query.
    pub(crate) fn set_address(&self, address: &str) {
        *self.probe.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address.into());
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.shutdown.is_requested()
    }

    /// Returns the current requirements, and marks them as seen.
    pub(crate) fn requirements(&self) -> Arc<Requirements> {
        Arc::clone(&lock(&self.requirements).borrow_and_update())
    }
}

fn lock<T>(receiver: &Mutex<T>) -> MutexGuard<'_, T> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the value has changed.
pub(super) async fn changed<T>(receiver: &mut watch::Receiver<T>) {
    if receiver.changed().await.is_err() {
        // The stream is gone, so there are no further changes.
        std::future::pending::<()>().await;
    }
}
