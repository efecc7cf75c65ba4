//! Statistics of requests.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

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
}

impl fmt::Display for RequestStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, retries, failed_calls, mean_latency } = self;
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
    answers: AtomicU64,
    /// The sum of the latencies, in microseconds.
    latency_us: AtomicU64,
}

impl Counters {
    /// Counts a request that is sent.
    pub(super) fn sent(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    /// Counts an answer.
    pub(super) fn answered(&self, latency: Duration) {
        self.latency_us.fetch_add(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.answers.fetch_add(1, Relaxed);
    }

    /// Counts a retry.
    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// Counts a call that failed.
    pub(super) fn failed(&self) {
        self.failed_calls.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> RequestStats {
        let mean_latency = self.latency_us.load(Relaxed).checked_div(self.answers.load(Relaxed));
        RequestStats {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failed_calls: self.failed_calls.load(Relaxed),
            mean_latency: mean_latency.map(Duration::from_micros),
        }
    }
}
