//! How late events have been received lately, and how far ahead of the clock.

use auraxis_core::time::Timestamp;

/// The minimum number of milliseconds for which a lag is remembered: longer than a server or a network holds back frames before the
/// connection is lost.
const WINDOW_MS: u64 = 30_000;

/// A longer lag is that of a single late event, not of the stream; the same holds for events from the future.
const MAX_LAG: i64 = 120;

/// The maximum lag and lead of the events of the last 30 to 60 seconds, by the local clock.
///
/// When a connection is lost, events that were held back are lost with it, and these are as old as the last ones that were
/// received. In the same way, lost events can have timestamps that are ahead of the clock.
#[derive(Debug, Default)]
pub(super) struct RecentLag {
    since_ms: Option<u64>,
    current: Extremes,
    previous: Extremes,
}

/// In seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Extremes {
    lag: i64,
    lead: i64,
}

impl RecentLag {
    /// Records an event that was received at `now_ms` of a monotonic clock.
    pub(super) fn event(&mut self, timestamp: Timestamp, local: Timestamp, now_ms: u64) {
        let passed = now_ms.saturating_sub(*self.since_ms.get_or_insert(now_ms));
        if passed >= WINDOW_MS {
            self.previous = if passed < 2 * WINDOW_MS { self.current } else { Extremes::default() };
            (self.since_ms, self.current) = (Some(now_ms), Extremes::default());
        }
        let lag = local.0.saturating_sub(timestamp.0);
        if (-MAX_LAG..=MAX_LAG).contains(&lag) {
            self.current.lag = self.current.lag.max(lag);
            self.current.lead = self.current.lead.max(-lag);
        }
    }

    /// Returns the lag in seconds.
    pub(super) fn seconds(&self) -> i64 {
        self.current.lag.max(self.previous.lag)
    }

    /// Returns how many seconds events have been ahead of the clock.
    pub(super) fn lead_seconds(&self) -> i64 {
        self.current.lead.max(self.previous.lead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_remembered_for_a_while_unless_it_is_that_of_a_single_late_event() {
        let mut lag = RecentLag::default();
        let mut after = |seconds: u64, event: i64, local: i64| {
            lag.event(Timestamp(event), Timestamp(local), seconds * 1_000);
            lag.seconds()
        };
        assert_eq!(after(0, 100, 99), 0);
        assert_eq!(after(1, 90, 100), 10);
        assert_eq!(after(2, 0, 10_000), 10);
        assert_eq!(after(31, 100, 103), 10);
        assert_eq!(after(61, 100, 101), 3);
        assert_eq!(after(200, 100, 102), 2);
        after(201, 107, 102);
        after(202, 1_000, 102);
        assert_eq!((lag.seconds(), lag.lead_seconds()), (2, 5));
    }
}
