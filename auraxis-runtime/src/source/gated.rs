//! Sources that wait for required handlers.

use tokio::sync::watch;

use super::feed::{Feed, Running, Source};

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
