//! Graceful shutdown.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// An extractor that notifies long-running handlers when the client is stopping.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(
    /// Cloned for each run of a handler. Cloning a token takes a lock.
    Arc<CancellationToken>,
);

impl Shutdown {
    /// Waits until the client is stopping.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// Returns whether the client is stopping.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    pub(crate) fn request(&self) {
        self.0.cancel();
    }

    #[cfg(feature = "replay")]
    pub(crate) fn request_on_drop(&self) -> tokio_util::sync::DropGuard {
        CancellationToken::clone(&self.0).drop_guard()
    }
}
