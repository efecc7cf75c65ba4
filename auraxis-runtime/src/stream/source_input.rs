//! A running source and the batch that is being processed.

use std::{
    future::poll_fn,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant as RealInstant},
};

use auraxis_core::delivery::Origin;
use futures_util::FutureExt;
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    config::MAX_EXTERNAL_WAIT,
    dispatch::{dispatcher::Dispatcher, lane::Held},
    error::{Error, ErrorKind},
    real_time::RealTime,
    source::{Batch, BatchItem, Feed, Probe, ProbeStep, Source},
};

/// A running source and the batch that is being processed.
pub(super) struct SourceInput {
    batches: mpsc::Receiver<Batch>,
    pending: Option<PendingBatch>,
    /// Events of the last processed frame whose triggers are full. While there are any, nothing more is processed.
    held: Vec<Box<dyn Held>>,
    held_since: RealInstant,
    /// When an event was last taken, or something external was last waited for.
    last_progress: RealInstant,
    has_ended: bool,
    probe: Arc<Probe>,
    _task: AbortOnDropHandle<()>,
}

/// The rest of a batch.
pub(super) struct PendingBatch {
    pub(super) link: u32,
    pub(super) connection: u32,
    pub(super) received_ms: i64,
    pub(super) origin: Origin,
    items: Vec<BatchItem>,
    /// The number of items that have been taken.
    taken: usize,
    is_merged: bool,
}

impl PendingBatch {
    /// Returns all items, the first time.
    pub(super) fn take_unmerged(&mut self) -> Option<&mut [BatchItem]> {
        (!std::mem::replace(&mut self.is_merged, true)).then_some(&mut self.items)
    }

    /// Returns the next item. It is not moved, because events are large.
    pub(super) fn next(&mut self) -> Option<&mut BatchItem> {
        let next = self.items.get_mut(self.taken);
        self.taken += 1;
        next
    }
}

impl SourceInput {
    /// Starts a source as a task of this runtime. When it ends, its result is sent to `results`.
    pub(super) fn start(
        source: Box<dyn Source>,
        feed: impl FnOnce(mpsc::Sender<Batch>) -> Feed,
        results: mpsc::Sender<crate::Result>,
        runtime: &Handle,
    ) -> Self {
        let (sender, batches) = mpsc::channel(1);
        let feed = feed(sender);
        let probe = feed.probe();
        let run = async move {
            let result = AssertUnwindSafe(async { source.run(feed).await }).catch_unwind().await;
            let panicked = |_| Err(Error::new(ErrorKind::State, "a source panicked"));
            let _ = results.send(result.unwrap_or_else(panicked)).await;
        };
        Self {
            batches,
            pending: None,
            held: Vec::new(),
            held_since: RealInstant::now(),
            last_progress: RealInstant::now(),
            has_ended: false,
            probe,
            _task: AbortOnDropHandle::new(runtime.spawn(run)),
        }
    }

    /// Takes the rest of the current batch, or the next batch if one is available.
    pub(super) fn take_batch(&mut self) -> Option<PendingBatch> {
        self.pending.take().or_else(|| self.batches.try_recv().ok().map(PendingBatch::from))
    }

    /// Puts back the rest of a batch.
    pub(super) fn put_back(&mut self, batch: PendingBatch) {
        self.pending = Some(batch);
    }

    /// Holds events, and with them the source, until their triggers have taken them.
    pub(super) fn hold(&mut self, held: Vec<Box<dyn Held>>) {
        self.held = held;
        self.held_since = RealInstant::now();
        self.last_progress = RealInstant::now();
    }

    /// Requests a step against silence from the source.
    pub(super) fn probe(&self, step: ProbeStep) {
        self.probe.request(step);
    }

    /// Returns the address of the server that the source connects to.
    pub(super) fn address(&self) -> Option<String> {
        self.probe.address()
    }

    /// Reports that this connection of the source has replaced those before it.
    pub(super) fn release_replaced(&self, connection: u32) {
        self.probe.release_replaced(connection);
    }

    pub(super) fn holds_events(&self) -> bool {
        !self.held.is_empty()
    }

    /// Retries held events. With a `timeout`, applies the overflow policy if no event was taken for that long, unless
    /// the replay waits for something external.
    pub(super) fn retry_held(&mut self, dispatcher: &mut Dispatcher, timeout: Option<Duration>, real_time: &RealTime) {
        let before = self.held.len();
        dispatcher.retry(&mut self.held);
        if self.held.len() < before {
            self.held_since = RealInstant::now();
        }
        if self.held.len() < before || (real_time.is_needed() && self.held_since.elapsed() < MAX_EXTERNAL_WAIT) {
            self.last_progress = RealInstant::now();
        }
        if let Some(timeout) = timeout
            && self.last_progress.elapsed() > timeout
        {
            for held in self.held.drain(..) {
                tracing::warn!(
                    "the replay no longer waits for `{}` ({}): none of its runs finished within {timeout:?}",
                    held.trigger().name,
                    held.trigger().location
                );
                dispatcher.apply_overflow_policy(held);
            }
        }
    }

    /// Returns whether the source has ended and all its batches have been processed.
    pub(super) fn is_drained(&self) -> bool {
        self.has_ended && self.pending.is_none()
    }
}

/// Waits until a source that is not held has a batch, or has ended.
pub(super) async fn wait_for_batch(inputs: &mut [SourceInput]) {
    if inputs.iter().any(|input| input.pending.is_some() && !input.holds_events()) {
        return;
    }
    poll_fn(|context| {
        for input in inputs.iter_mut().filter(|input| input.pending.is_none() && !input.has_ended) {
            if let Poll::Ready(batch) = input.batches.poll_recv(context) {
                input.has_ended = batch.is_none();
                input.pending = batch.map(PendingBatch::from);
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
}

impl From<Batch> for PendingBatch {
    fn from(batch: Batch) -> Self {
        let Batch { link, connection, received_ms, origin, items } = batch;
        Self { link, connection, received_ms, origin, items, taken: 0, is_merged: false }
    }
}
