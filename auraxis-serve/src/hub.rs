//! Everything that the stream delivers, for those who read it over HTTP.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use auraxis_core::{delivery::Delivery, event::Event, message};
use auraxis_runtime::{Client, Tap};
use tokio::sync::broadcast;

/// The number of batches that a slow reader can be behind. What is older is lost to it, and counted.
const CAPACITY: usize = 128;

/// An event, and its frame in the protocol of the event stream.
#[derive(Debug)]
pub(crate) struct Served {
    /// Counts the served events, from 1.
    pub(crate) id: u64,
    pub(crate) event: Event,
    pub(crate) frame: String,
}

/// What one turn of the stream has delivered.
pub(crate) type Batch = Arc<[Served]>;

/// Passes events to readers. Without readers, an event costs one atomic load.
#[derive(Clone, Debug)]
pub(crate) struct Hub(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    batches: broadcast::Sender<Batch>,
    readers: AtomicUsize,
    /// The number of events that slow readers have lost.
    lost: AtomicU64,
}

struct HubTap {
    shared: Arc<Shared>,
    next_id: u64,
    batch: Vec<Served>,
}

/// A reader of everything that is delivered.
#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    batches: broadcast::Receiver<Batch>,
}

impl Hub {
    pub(crate) fn new(client: &Client) -> Self {
        let (batches, _) = broadcast::channel(CAPACITY);
        let shared = Arc::new(Shared { batches, readers: AtomicUsize::new(0), lost: AtomicU64::new(0) });
        let tap = HubTap { shared: Arc::clone(&shared), next_id: 1, batch: Vec::new() };
        if let Err(error) = client.tap(tap) {
            tracing::warn!("events are not served: {error}");
        }
        Self(shared)
    }

    /// Returns the number of readers.
    pub(crate) fn readers(&self) -> u64 {
        self.0.readers.load(Ordering::Relaxed) as u64
    }

    /// Returns the number of events that slow readers have lost.
    pub(crate) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Starts to read.
    pub(crate) fn read(&self) -> Reader {
        self.0.readers.fetch_add(1, Ordering::Relaxed);
        Reader { shared: Arc::clone(&self.0), batches: self.0.batches.subscribe() }
    }
}

impl Tap for HubTap {
    fn event(&mut self, event: &Event, _: Option<&str>, _: &Delivery) {
        if self.shared.readers.load(Ordering::Relaxed) == 0 {
            return;
        }
        let Some(frame) = message::encode(event) else { return };
        self.batch.push(Served { id: self.next_id, event: event.clone(), frame });
        self.next_id += 1;
    }

    fn flush(&mut self) {
        if !self.batch.is_empty() {
            // Fails only without readers.
            let _ = self.shared.batches.send(self.batch.drain(..).collect());
        }
    }

    fn needs_text(&self) -> bool {
        false
    }
}

impl Reader {
    /// Returns the next batch; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Batch> {
        loop {
            match self.batches.recv().await {
                Ok(batch) => return Some(batch),
                Err(broadcast::error::RecvError::Lagged(batches)) => {
                    self.shared.lost.fetch_add(batches, Ordering::Relaxed);
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.readers.fetch_sub(1, Ordering::Relaxed);
    }
}
