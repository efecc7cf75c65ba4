//! Limits the rate of requests.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The time that each request takes up: 500 per second, in all. A page, a scraper and probes need a few.
const INTERVAL: Duration = Duration::from_millis(2);

/// Requests that are not used up are kept for this long.
const BURST: Duration = Duration::from_secs(1);

/// Spreads requests over time. Connections carry one at a time, so their number bounds the delay.
#[derive(Debug, Default)]
pub(crate) struct Pace(
    /// When the next request is due.
    Mutex<Option<Instant>>,
);

impl Pace {
    /// Returns how long a request has to wait.
    pub(crate) fn delay(&self, now: Instant) -> Duration {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let due = next.map_or(earliest, |next| next.max(earliest));
        *next = Some(due + INTERVAL);
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_burst_requests_are_spread() {
        let (pace, now) = (Pace::default(), Instant::now() + 2 * BURST);
        assert!((0..=500).all(|_| pace.delay(now).is_zero()));
        assert_eq!([(); 3].map(|()| pace.delay(now)), [INTERVAL, 2 * INTERVAL, 3 * INTERVAL]);
        assert!((0..=496).all(|_| pace.delay(now + BURST).is_zero()));
        assert_eq!(pace.delay(now + BURST), INTERVAL);
    }
}
