//! Whether this process is running a client.

use std::sync::atomic::{AtomicUsize, Ordering};

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Counts as a run until it is dropped.
pub(super) struct Running(());

impl Running {
    pub(super) fn new() -> Self {
        RUNS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNS.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) fn is_running() -> bool {
    RUNS.load(Ordering::Relaxed) > 0
}
