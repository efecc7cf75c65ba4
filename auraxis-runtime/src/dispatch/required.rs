//! The option `required`: handlers of `Started` that the client cannot do without.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use crate::error::{Error, Result};

/// The runs of required handlers. Sources wait until they have finished.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequiredRuns(Arc<Runs>);

#[derive(Debug, Default)]
struct Runs {
    /// Whether any trigger is required.
    any: AtomicBool,
    pending: watch::Sender<usize>,
    failure: Mutex<Option<Error>>,
}

/// Counts a run as pending until dropped.
pub(crate) struct Pending(RequiredRuns);

impl RequiredRuns {
    pub(crate) fn add_trigger(&self) {
        self.0.any.store(true, Ordering::Relaxed);
    }

    pub(crate) fn any(&self) -> bool {
        self.0.any.load(Ordering::Relaxed)
    }

    pub(crate) fn start(&self) -> Pending {
        self.0.pending.send_modify(|pending| *pending += 1);
        Pending(self.clone())
    }

    /// Sets the error that the client's run returns, unless one is set.
    pub(crate) fn fail(&self, error: Error) {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Waits until no run is pending.
    ///
    /// # Errors
    ///
    /// Returns the error of the first run that failed.
    pub(crate) async fn finished(&self) -> Result {
        // Cannot fail, because the sender is in `self`.
        let _ = self.0.pending.subscribe().wait_for(|pending| *pending == 0).await;
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.0.pending.send_modify(|pending| *pending -= 1);
    }
}
