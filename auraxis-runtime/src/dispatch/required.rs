//! The option `required`: handlers of `Started` that the client cannot do without.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use crate::source::{Feed, Running, Source};

/// The runs of required handlers. Sources wait until they have finished.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequiredRuns(Arc<Runs>);

#[derive(Debug, Default)]
struct Runs {
    /// Whether any trigger is required.
    any: AtomicBool,
    pending: watch::Sender<usize>,
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

    /// Waits until no run is pending.
    pub(crate) async fn finished(&self) {
        // Cannot fail, because the sender is in `self`.
        let _ = self.0.pending.subscribe().wait_for(|pending| *pending == 0).await;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.0.pending.send_modify(|pending| *pending -= 1);
    }
}

/// A source that starts when the required handlers have succeeded.
pub(crate) struct Gated {
    pub(crate) source: Box<dyn Source>,
    pub(crate) is_open: watch::Receiver<bool>,
}

impl Source for Gated {
    fn run(mut self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            // Fails only if the run was dropped.
            let is_open = tokio::select! {
                biased;
                () = feed.stopping() => false,
                open = self.is_open.wait_for(|is_open| *is_open) => open.is_ok(),
            };
            if is_open { self.source.run(feed).await } else { Ok(()) }
        })
    }
}
