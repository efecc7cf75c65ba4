//! Counts of requests.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Counts of the requests of a [`Census`](crate::census::Census). [`Display`](fmt::Display) writes them in one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestStats {
    /// Requests that were sent, retries included.
    pub requests: u64,
    /// Retries among them.
    pub retries: u64,
    /// Calls that failed. Lookups that shared a request count as one.
    pub failures: u64,
    /// The mean time from a request to its answer, of whatever kind. `None` before the first.
    pub latency: Option<Duration>,
}

impl fmt::Display for RequestStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, retries, failures, latency } = self;
        write!(f, "{requests} requests, {retries} of them retries, {failures} failed calls")?;
        match latency {
            Some(latency) => write!(f, "; answers took {} ms on average", latency.as_millis()),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    failures: AtomicU64,
    answers: AtomicU64,
    micros: AtomicU64,
}

impl Counters {
    /// A request is sent.
    pub(super) fn asked(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    /// A request was answered after this time.
    pub(super) fn answered(&self, time: Duration) {
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.answers.fetch_add(1, Relaxed);
    }

    /// A request is about to be retried.
    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// A call failed.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> RequestStats {
        let latency = self.micros.load(Relaxed).checked_div(self.answers.load(Relaxed));
        RequestStats {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failures: self.failures.load(Relaxed),
            latency: latency.map(Duration::from_micros),
        }
    }
}
