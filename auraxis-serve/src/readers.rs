//! The limit on the readers of a route, and what became of them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// The readers of a route.
#[derive(Clone, Debug)]
pub(crate) struct Readers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    path: &'static str,
    limit: usize,
    current: AtomicUsize,
    refused: AtomicU64,
    timed_out: AtomicU64,
    lost: AtomicU64,
}

/// The counters of the readers of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReaderCounts {
    /// The current number of readers.
    pub(crate) current: usize,
    /// The number of readers that were refused because there were too many.
    pub(crate) refused: u64,
    /// The number of readers that were dropped because they did not read.
    pub(crate) timed_out: u64,
    /// The number of events that readers have lost, because they were too slow or away for too long.
    pub(crate) lost: u64,
}

/// The place of a reader, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Readers);

impl Readers {
    /// `path` is that of the route, for the log.
    pub(crate) fn new(path: &'static str, limit: usize) -> Self {
        let [refused, timed_out, lost] = [0; 3].map(AtomicU64::new);
        Self(Arc::new(Shared { path, limit, current: AtomicUsize::new(0), refused, timed_out, lost }))
    }

    /// Returns a place, or `None` if there are too many readers, which is counted.
    pub(crate) fn enter(&self) -> Option<Place> {
        let Shared { limit, current, refused, .. } = &*self.0;
        let more = |readers| (readers < *limit).then_some(readers + 1);
        if current.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(Place(self.clone()))
    }

    /// Returns the path of the route.
    pub(crate) fn path(&self) -> &'static str {
        self.0.path
    }

    /// Returns the counters.
    pub(crate) fn counts(&self) -> ReaderCounts {
        let Shared { current, refused, timed_out, lost, .. } = &*self.0;
        ReaderCounts {
            current: current.load(Ordering::Relaxed),
            refused: refused.load(Ordering::Relaxed),
            timed_out: timed_out.load(Ordering::Relaxed),
            lost: lost.load(Ordering::Relaxed),
        }
    }
}

impl Place {
    /// Counts that the reader was dropped because it did not read.
    pub(crate) fn time_out(&self) {
        self.0.0.timed_out.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts events that the reader has lost.
    pub(crate) fn lose(&self, events: u64) {
        self.0.0.lost.fetch_add(events, Ordering::Relaxed);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let [refused, timed_out, lost] =
            [&mut self.refused, &mut self.timed_out, &mut self.lost].map(|count| *count.get_mut());
        if refused + timed_out + lost > 0 {
            let path = self.path;
            tracing::info!(
                "{path}: {refused} readers were refused, {timed_out} did not read, and {lost} events were lost to readers"
            );
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.current.fetch_sub(1, Ordering::Relaxed);
    }
}
