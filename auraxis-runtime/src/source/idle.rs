//! A source without events, for tests that dispatch events by hand.

use super::{
    batch::Batch,
    feed::{Feed, Running, Source},
};

/// A source that is connected but receives nothing.
pub(crate) struct Idle;

impl Source for Idle {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let mut batch = Batch::new(0);
            batch.connected(1);
            feed.send(batch).await;
            feed.stopping().await;
            let mut batch = Batch::new(0);
            batch.disconnected("the client is stopping", None);
            feed.send(batch).await;
            Ok(())
        })
    }
}
