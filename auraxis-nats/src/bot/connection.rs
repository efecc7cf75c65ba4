//! The connection of a session.

use std::collections::BTreeSet;

use async_nats::{
    Client,
    jetstream::{Context, stream::Stream},
};
use futures_util::{future::BoxFuture, stream::FuturesUnordered};

use super::handover::Handover;
use crate::{Result, dead};

/// The connection of a session.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) context: Context,
    pub(super) events: Stream,
    /// Handovers that are being stored.
    pub(super) storing: FuturesUnordered<BoxFuture<'static, (u64, Result)>>,
    /// The question to the copies of the bot.
    pub(super) asking: FuturesUnordered<BoxFuture<'static, Result<Vec<BTreeSet<String>>>>>,
}

impl Connection {
    pub(super) fn new(client: Client, context: Context, events: Stream) -> Self {
        Self { client, context, events, storing: FuturesUnordered::new(), asking: FuturesUnordered::new() }
    }

    /// Begins to store a failed event.
    pub(super) fn store(&mut self, key: u64, handover: &Handover) {
        let (context, subject, message) = (self.context.clone(), handover.subject.clone(), handover.message.clone());
        self.storing.push(Box::pin(async move { (key, dead::store(&context, subject, message).await.map(drop)) }));
    }
}
