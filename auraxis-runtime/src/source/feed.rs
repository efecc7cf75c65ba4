//! What ties a source to the stream.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auraxis_core::subscription::Subscription;
use tokio::sync::{mpsc, watch};

use super::batch::Batch;
use crate::{dispatch::registry::Needs, error::Result, shutdown::Shutdown};

/// Something that events come from: the event stream, a recording, a broker.
///
/// Give one to the client with [`ClientBuilder::source`](crate::ClientBuilder::source). It runs on the stream's own
/// thread, which handlers may hold up; what it reads meanwhile waits.
///
/// ```
/// use auraxis_runtime::source::{Batch, Feed, Running, Source};
///
/// /// Says the same again and again.
/// struct Parrot(String);
///
/// impl Source for Parrot {
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
pub trait Source: Send + 'static {
    /// Hands batches over until the feed is [stopping](Feed::stopping), or until there are no more. When the sources of
    /// a client have all come to their end, the client stops.
    ///
    /// # Errors
    ///
    /// What keeps the source from going on. It ends the client.
    fn run(self: Box<Self>, feed: Feed) -> Running;
}

/// A source that runs.
pub type Running = Pin<Box<dyn Future<Output = Result> + Send>>;

/// Where a source hands its batches over, and what it is told by the stream.
#[derive(Debug)]
pub struct Feed {
    batches: mpsc::Sender<Batch>,
    needs: Mutex<watch::Receiver<Arc<Needs>>>,
    shutdown: Shutdown,
}

impl Feed {
    pub(crate) const fn new(
        batches: mpsc::Sender<Batch>,
        needs: watch::Receiver<Arc<Needs>>,
        shutdown: Shutdown,
    ) -> Self {
        Self { batches, needs: Mutex::new(needs), shutdown }
    }

    /// Hands a batch over. Waits while the stream has no room: while it works on earlier ones, and while a trigger with
    /// `overflow = block` is full. Returns false if the stream takes no more.
    ///
    /// # Cancel safety
    ///
    /// The batch is lost if this is dropped; await [`ready`](Self::ready) first where that matters.
    pub async fn send(&self, batch: Batch) -> bool {
        self.batches.send(batch).await.is_ok()
    }

    /// Waits until there is room for a batch, which [`send`](Self::send) then hands over at once.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn ready(&self) {
        drop(self.batches.reserve().await);
    }

    /// Waits until the client stops. What is handed over until the source returns is still taken.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn stopping(&self) {
        self.shutdown.requested().await;
    }

    /// What the triggers need. A source that cannot choose what it brings ignores it.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        self.needs().subscription.clone()
    }

    /// Waits until the [`subscription`](Self::subscription) is another than when it was last asked for.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub async fn subscription_changed(&self) {
        let mut needs = self.receiver().clone();
        if needs.changed().await.is_err() {
            // The stream is gone, and with it whoever could want something else.
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.shutdown.is_requested()
    }

    /// What the triggers need now, which counts as seen.
    pub(crate) fn needs(&self) -> Arc<Needs> {
        Arc::clone(&self.receiver().borrow_and_update())
    }

    fn receiver(&self) -> MutexGuard<'_, watch::Receiver<Arc<Needs>>> {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
