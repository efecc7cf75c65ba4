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
    places: Mutex<Places>,
    /// Notified when a place is taken or returned.
    changed: Notify,
    /// Held by the first in the queue.
    queue: tokio::sync::Mutex<()>,
    /// Whether it is the one of `s:example`.
    is_example: bool,
    told: AtomicBool,
}

#[derive(Debug, Default)]
struct Places {
    /// Places for requests that are about to be sent.
    reserved: usize,
    /// When the last requests were sent, the oldest first.
    taken: VecDeque<Instant>,
}

/// Permission to send a request. Dropping it returns the place.
#[derive(Debug)]
pub(super) struct Place(Arc<Quota>);

impl Quota {
    pub(super) fn new(requests: usize, period: Duration) -> Self {
        Self {
            requests: requests.max(1),
            period,
            places: Mutex::default(),
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

    /// Waits for a place; first come, first served.
    pub(super) async fn place(self: &Arc<Self>) -> Place {
        let _queue = self.queue.lock().await;
        loop {
            let changed = self.changed.notified();
            let wait = match self.reserve() {
                Ok(()) => return Place(Arc::clone(self)),
                Err(wait) => wait,
            };
            self.tell();
            let _ = timeout(wait, changed).await;
        }
    }

    /// Reserves a place, or returns how long to wait before the next attempt.
    fn reserve(&self) -> Result<(), Duration> {
        let mut places = self.lock();
        while places.taken.front().is_some_and(|at| at.elapsed() >= self.period) {
            places.taken.pop_front();
        }
        if places.reserved + places.taken.len() < self.requests {
            places.reserved += 1;
            return Ok(());
        }
        Err(places.taken.front().map_or(self.period, |at| self.period.saturating_sub(at.elapsed())))
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
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

impl Place {
    /// The request is sent now.
    pub(super) fn take(self) {
        self.0.lock().taken.push_back(Instant::now());
    }
}

impl Drop for Place {
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
            let place = quota.place().await;
            times.push(Instant::now());
            place.take();
        }
        assert!(times.windows(4).all(|times| times[3] - times[0] >= PERIOD), "{times:?}");
    }

    #[tokio::test]
    async fn a_place_counts_from_when_it_is_taken_and_is_returned_if_it_is_not() {
        let quota = Arc::new(Quota::new(1, Duration::from_mins(10)));
        let place = quota.place().await;
        assert!(timeout(PERIOD, quota.place()).await.is_err(), "it is reserved");
        drop(place);
        quota.place().await.take();
        assert!(timeout(PERIOD, quota.place()).await.is_err(), "it is taken");
        let places = quota.lock();
        assert_eq!((places.reserved, places.taken.len()), (0, 1));
    }
}
