//! Statistics of requests.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use auraxis_core::histogram::{Histogram, Recorder};

/// Statistics of the requests of a [`Census`](crate::census::Census). [`Display`](fmt::Display) writes them in one
/// line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestStats {
    /// The number of requests sent, including retries.
    pub requests: u64,
    /// The number of retries.
    pub retries: u64,
    /// The number of calls that failed. Lookups that shared a request count as one call.
    pub failed_calls: u64,
    /// The mean time from a request to its response, including error responses. `None` before the first response.
    pub mean_latency: Option<Duration>,
    /// The times from requests to their responses, including error responses.
    pub latency: Histogram,
    /// The number of lookups that were answered from the cache.
    pub cache_hits: u64,
    /// The number of lookups that were not answered from the cache, including those that shared another one's request.
    pub cache_misses: u64,
}

impl fmt::Display for RequestStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, retries, failed_calls, mean_latency, .. } = self;
        write!(f, "{requests} requests ({retries} retries), {failed_calls} failed calls")?;
        match mean_latency {
            Some(latency) => write!(f, ", mean latency {} ms", latency.as_millis()),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    failed_calls: AtomicU64,
    latency: Recorder,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
}

impl Counters {
    /// Counts a request that is sent.
    pub(super) fn sent(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    /// Counts an answer.
    pub(super) fn answered(&self, latency: Duration) {
        self.latency.record(latency, 1);
    }

    /// Counts a retry.
    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// Counts a call that failed.
    pub(super) fn failed(&self) {
        self.failed_calls.fetch_add(1, Relaxed);
    }

    /// Counts a lookup, and whether it was answered from the cache.
    pub(super) fn looked_up(&self, is_cached: bool) {
        let counter = if is_cached { &self.cache_hits } else { &self.cache_misses };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> RequestStats {
        let latency = self.latency.read();
        RequestStats {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failed_calls: self.failed_calls.load(Relaxed),
            mean_latency: latency.mean(),
            latency,
            cache_hits: self.cache_hits.load(Relaxed),
            cache_misses: self.cache_misses.load(Relaxed),
        }
    }
}
