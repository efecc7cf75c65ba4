//! How many requests a server wants in a time.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// At most so many requests in any such period.
#[derive(Debug)]
pub(super) struct Quota {
    requests: usize,
    period: Duration,
    /// When the last requests went out, the oldest first. The lock is also the queue of those who wait.
    recent: Mutex<VecDeque<Instant>>,
    told: AtomicBool,
}

impl Quota {
    pub(super) fn new(requests: usize, period: Duration) -> Self {
        Self { requests: requests.max(1), period, recent: Mutex::default(), told: AtomicBool::new(false) }
    }

    /// What the official server documents for `s:example`: ten requests a minute. A second more, because it counts by
    /// a clock of its own.
    pub(super) fn of_example() -> Self {
        Self::new(10, Duration::from_secs(61))
    }

    /// Waits for the turn of one more request, first come first served. Nothing is used up if this is dropped.
    pub(super) async fn turn(&self) {
        let mut recent = self.recent.lock().await;
        if recent.len() >= self.requests {
            let free = recent[0] + self.period;
            if free > Instant::now() {
                self.tell();
                sleep_until(free).await;
            }
            recent.pop_front();
        }
        recent.push_back(Instant::now());
    }

    fn tell(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "REST requests wait from now on whenever {} of them were made within {:?}. A service id of your own \
                 has no such limit: get one, free, at https://census.daybreakgames.com/#service-id",
                self.requests,
                self.period,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_period_has_more_requests_than_allowed() {
        let quota = Quota::new(3, Duration::from_secs(10));
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..7 {
            quota.turn().await;
            times.push(start.elapsed().as_secs());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(times, [0, 1, 2, 10, 11, 12, 20]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_uses_nothing_up() {
        let quota = Quota::new(1, Duration::from_secs(10));
        quota.turn().await;
        assert!(timeout(Duration::from_secs(5), quota.turn()).await.is_err());
        assert!(timeout(Duration::from_secs(6), quota.turn()).await.is_ok());
    }
}
