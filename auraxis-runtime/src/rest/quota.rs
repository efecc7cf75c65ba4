//! How many requests a server allows in a period.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::timeout};

/// Allows so many requests in any such period, by the real clock: the server does not know of replays.
#[derive(Debug)]
pub(super) struct Quota {
    requests: usize,
    period: Duration,
    permits: Mutex<Permits>,
    /// Notified when a permit is taken or returned.
    changed: Notify,
    /// Held by the first in the queue.
    queue: tokio::sync::Mutex<()>,
    /// Whether it is the one of `s:example`.
    is_example: bool,
    told: AtomicBool,
}

#[derive(Debug, Default)]
struct Permits {
    /// Permits for requests that are about to be sent.
    reserved: usize,
    /// When the last requests were sent, the oldest first.
    taken: VecDeque<Instant>,
}

/// Permission to send a request. Dropping it returns the permit.
#[derive(Debug)]
pub(super) struct Permit(Arc<Quota>);

impl Quota {
    pub(super) fn new(requests: usize, period: Duration) -> Self {
        Self {
            requests: requests.max(1),
            period,
            permits: Mutex::default(),
            changed: Notify::new(),
            queue: tokio::sync::Mutex::default(),
            is_example: false,
            told: AtomicBool::new(false),
        }
    }

    /// What the official server documents for `s:example`: ten requests a minute. One second more, because the server
    /// has its own clock.
    pub(super) fn of_example() -> Self {
        Self { is_example: true, ..Self::new(10, Duration::from_secs(61)) }
    }

    /// Waits for a permit; first come, first served.
    pub(super) async fn permit(self: &Arc<Self>) -> Permit {
        let _queue = self.queue.lock().await;
        loop {
            let changed = self.changed.notified();
            let wait = match self.reserve() {
                Ok(()) => return Permit(Arc::clone(self)),
                Err(wait) => wait,
            };
            self.report();
            let _ = timeout(wait, changed).await;
        }
    }

    /// Reserves a permit, or returns how long to wait before the next attempt.
    fn reserve(&self) -> Result<(), Duration> {
        let mut permits = self.lock();
        while permits.taken.front().is_some_and(|at| at.elapsed() >= self.period) {
            permits.taken.pop_front();
        }
        if permits.reserved + permits.taken.len() < self.requests {
            permits.reserved += 1;
            return Ok(());
        }
        Err(permits.taken.front().map_or(self.period, |at| self.period.saturating_sub(at.elapsed())))
    }

    fn lock(&self) -> MutexGuard<'_, Permits> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self) {
        if self.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let Self { requests, period, .. } = self;
        let advice = if self.is_example {
            "; a service id of your own has no such limit: get one for free at \
             https://census.daybreakgames.com/#service-id"
        } else {
            ""
        };
        tracing::warn!("REST requests are limited to {requests} in {period:?} and wait for that{advice}");
    }
}

impl Permit {
    /// The request is sent now.
    pub(super) fn take(self) {
        self.0.lock().taken.push_back(Instant::now());
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.lock().reserved -= 1;
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(60);

    #[tokio::test]
    async fn no_period_has_more_requests_than_allowed() {
        let quota = Arc::new(Quota::new(3, PERIOD));
        let mut times = Vec::new();
        for _ in 0..8 {
            let permit = quota.permit().await;
            times.push(Instant::now());
            permit.take();
        }
        assert!(times.windows(4).all(|times| times[3] - times[0] >= PERIOD), "{times:?}");
    }

    #[tokio::test]
    async fn a_place_counts_from_when_it_is_taken_and_is_returned_if_it_is_not() {
        let quota = Arc::new(Quota::new(1, Duration::from_mins(10)));
        let permit = quota.permit().await;
        assert!(timeout(PERIOD, quota.permit()).await.is_err(), "it is reserved");
        drop(permit);
        quota.permit().await.take();
        assert!(timeout(PERIOD, quota.permit()).await.is_err(), "it is taken");
        let permits = quota.lock();
        assert_eq!((permits.reserved, permits.taken.len()), (0, 1));
    }
}
