//! What went to the servers and came back.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// What a [`Census`](crate::census::Census) has asked so far. [`Display`](fmt::Display) says it in one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Requests that were made.
    pub requests: u64,
    /// Those of them that repeated one that had failed.
    pub retries: u64,
    /// Questions that were given up, because they failed for good or had no answer in time. Look-ups that were asked as
    /// one count as one.
    pub failures: u64,
    /// How long it took on average until an answer was there, whatever it was. `None` before the first.
    pub latency: Option<Duration>,
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, retries, failures, latency } = self;
        write!(f, "{requests} requests, {retries} of them repeated, {failures} questions without an answer")?;
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
    /// A request is made.
    pub(super) fn asked(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    /// It was answered in so long.
    pub(super) fn answered(&self, time: Duration) {
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.answers.fetch_add(1, Relaxed);
    }

    /// A request is about to be repeated.
    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// A question was given up.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> Traffic {
        let latency = self.micros.load(Relaxed).checked_div(self.answers.load(Relaxed));
        Traffic {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failures: self.failures.load(Relaxed),
            latency: latency.map(Duration::from_micros),
        }
    }
}
