//! The rate limit of a server.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{sync::Notify, time::timeout};

/// Allows a number of requests in any period of a given length. Uses the real clock even in a replay, as the server
/// does.
#[derive(Debug)]
pub(super) struct Quota {
    requests: usize,
    period: Duration,
    permits: Mutex<Permits>,
    /// Notified when a permit is spent or returned.
    changed: Notify,
    /// Held by the first waiter; makes the others wait in order.
    queue: tokio::sync::Mutex<()>,
    /// Whether this is the quota of `s:example`.
    is_example: bool,
    /// Whether the limit has been logged.
    is_reported: AtomicBool,
}

#[derive(Debug, Default)]
struct Permits {
    /// Permits for requests that are about to be sent.
    reserved: usize,
    /// When the requests of the last period were sent, oldest first.
    spent: VecDeque<Instant>,
}

/// Permission to send a request. A permit that is dropped unspent returns to the quota.
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
            is_reported: AtomicBool::new(false),
        }
    }

    /// The quota that the official server documents for `s:example`, ten requests a minute. The period is one second
    /// longer to allow for the server's clock.
    pub(super) fn of_example() -> Self {
        Self { is_example: true, ..Self::new(10, Duration::from_secs(61)) }
    }

    /// Waits for a permit, in order of the calls.
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

    /// Reserves a permit.
    ///
    /// # Errors
    ///
    /// Returns how long to wait before the next attempt if the quota is exhausted.
    fn reserve(&self) -> Result<(), Duration> {
        let mut permits = self.lock();
        while permits.spent.front().is_some_and(|at| at.elapsed() >= self.period) {
            permits.spent.pop_front();
        }
        if permits.reserved + permits.spent.len() < self.requests {
            permits.reserved += 1;
            return Ok(());
        }
        Err(permits.spent.front().map_or(self.period, |at| self.period.saturating_sub(at.elapsed())))
    }

    fn lock(&self) -> MutexGuard<'_, Permits> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self) {
        if self.is_reported.swap(true, Ordering::Relaxed) {
            return;
        }
        let Self { requests, period, .. } = self;
        let advice = if self.is_example {
            "; use your own service id, which has no such limit and is free at \
             https://census.daybreakgames.com/#service-id"
        } else {
            ""
        };
        tracing::warn!("REST requests are limited to {requests} per {period:?}, so further requests wait{advice}");
    }
}

impl Permit {
    /// Uses the permit for a request that is sent now.
    pub(super) fn spend(self) {
        self.0.lock().spent.push_back(Instant::now());
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
            permit.spend();
        }
        assert!(times.windows(4).all(|times| times[3] - times[0] >= PERIOD), "{times:?}");
    }

    #[tokio::test]
    async fn a_permit_counts_from_when_it_is_spent_and_is_returned_if_it_is_dropped() {
        let quota = Arc::new(Quota::new(1, Duration::from_mins(10)));
        let permit = quota.permit().await;
        assert!(timeout(PERIOD, quota.permit()).await.is_err(), "it is reserved");
        drop(permit);
        quota.permit().await.spend();
        assert!(timeout(PERIOD, quota.permit()).await.is_err(), "it is spent");
        let permits = quota.lock();
        assert_eq!((permits.reserved, permits.spent.len()), (0, 1));
    }
}
