//! What the server refuses, and for whom it does not wait.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what the server has accepted and refused.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Connections that were accepted.
    pub(crate) connections: Counter,
    /// Connections that were refused because too many were busy.
    pub(crate) refused: Counter,
    /// Idle connections that were closed to make room for new ones.
    pub(crate) evicted: Counter,
    /// Connections that did not send a request in time.
    pub(crate) slow_requests: Counter,
    /// Connections that did not read a response in time.
    pub(crate) slow_readers: Counter,
    /// Connections that did not speak HTTP/1.
    pub(crate) malformed: Counter,
    /// Requests that had to wait, because there were too many.
    pub(crate) delayed: Counter,
    /// Requests for hosts and from origins that are not allowed.
    pub(crate) foreign: Counter,
    /// Requests with a wrong token.
    pub(crate) wrong_tokens: Counter,
}

/// A counter.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Returns the new count.
    pub(crate) fn add(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
