//! The distribution of the lag of received events.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// Each of the two windows covers this much time.
const WINDOW_MS: u64 = 60_000;

/// Each power of two is divided into 2⁵ buckets, so percentiles are exact to 3 %.
const SUB_BITS: u32 = 5;
const SUB_BUCKETS: usize = 1 << SUB_BITS;

/// Longer lags are counted as this one: 37 hours.
const MAX_MS: u64 = (1 << 27) - 1;

const BUCKETS: usize = bucket(MAX_MS) + 1;

/// Counts lags in buckets of fixed size, and computes percentiles over the last one to two minutes.
///
/// Recording a lag allocates nothing.
///
/// ```
/// use auraxis_core::stream::LagHistogram;
///
/// let mut histogram = LagHistogram::new();
/// for ms in 1..=1000 {
///     histogram.record(ms, 0);
/// }
/// let lag = histogram.lag(0).unwrap();
/// assert_eq!((lag.count, lag.max.as_millis()), (1000, 1000));
/// assert!((500..=516).contains(&lag.p50.as_millis()));
/// assert_eq!(histogram.lag(120_000), None);
/// ```
#[derive(Clone, Debug)]
pub struct LagHistogram {
    current: Window,
    previous: Window,
    /// When the current window ends.
    ends_ms: u64,
}

/// Percentiles of lags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lag {
    /// The number of events.
    pub count: u64,
    /// Half of the events had at most this lag.
    #[serde(rename = "p50_seconds", serialize_with = "seconds")]
    pub p50: Duration,
    /// 90 % of the events had at most this lag.
    #[serde(rename = "p90_seconds", serialize_with = "seconds")]
    pub p90: Duration,
    /// 99 % of the events had at most this lag.
    #[serde(rename = "p99_seconds", serialize_with = "seconds")]
    pub p99: Duration,
    /// The longest lag.
    #[serde(rename = "max_seconds", serialize_with = "seconds")]
    pub max: Duration,
}

#[derive(Clone, Debug)]
struct Window {
    buckets: Box<[u32; BUCKETS]>,
    count: u64,
    max_ms: u64,
}

impl Default for LagHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl LagHistogram {
    /// Creates an empty histogram.
    #[must_use]
    pub fn new() -> Self {
        Self { current: Window::new(), previous: Window::new(), ends_ms: WINDOW_MS }
    }

    /// Records the lag of an event that was received at `now_ms` of a monotonic clock.
    #[inline]
    pub fn record(&mut self, lag_ms: u64, now_ms: u64) {
        if now_ms >= self.ends_ms {
            self.rotate(now_ms);
        }
        self.current.record(lag_ms.min(MAX_MS));
    }

    /// Returns the percentiles of the last one to two minutes; `None` if no event was received.
    pub fn lag(&mut self, now_ms: u64) -> Option<Lag> {
        if now_ms >= self.ends_ms {
            self.rotate(now_ms);
        }
        let count = self.current.count + self.previous.count;
        let max_ms = self.current.max_ms.max(self.previous.max_ms);
        let percentile = |percent: u64| {
            let rank = (count * percent).div_ceil(100).max(1);
            let mut counted = 0;
            let buckets = self.current.buckets.iter().zip(&*self.previous.buckets);
            let at = buckets.map(|(one, other)| u64::from(*one) + u64::from(*other)).position(|count| {
                counted += count;
                counted >= rank
            });
            Duration::from_millis(at.map_or(max_ms, end).min(max_ms))
        };
        (count > 0).then(|| Lag {
            count,
            p50: percentile(50),
            p90: percentile(90),
            p99: percentile(99),
            max: Duration::from_millis(max_ms),
        })
    }

    #[cold]
    fn rotate(&mut self, now_ms: u64) {
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
        if now_ms - self.ends_ms >= WINDOW_MS {
            self.previous.clear();
        }
        self.ends_ms = now_ms.saturating_add(WINDOW_MS);
    }
}

impl Window {
    fn new() -> Self {
        Self { buckets: Box::new([0; BUCKETS]), count: 0, max_ms: 0 }
    }

    #[inline]
    fn record(&mut self, lag_ms: u64) {
        self.buckets[bucket(lag_ms)] += 1;
        self.count += 1;
        self.max_ms = self.max_ms.max(lag_ms);
    }

    fn clear(&mut self) {
        self.buckets.fill(0);
        (self.count, self.max_ms) = (0, 0);
    }
}

/// Returns the index of a lag's bucket.
#[inline]
#[allow(clippy::cast_possible_truncation)] // At most `MAX_MS`.
const fn bucket(ms: u64) -> usize {
    if ms < SUB_BUCKETS as u64 {
        return ms as usize;
    }
    let shift = ms.ilog2() - SUB_BITS;
    (shift as usize) * SUB_BUCKETS + (ms >> shift) as usize
}

/// Returns the longest lag in a bucket.
const fn end(bucket: usize) -> u64 {
    if bucket < 2 * SUB_BUCKETS {
        return bucket as u64;
    }
    let shift = bucket / SUB_BUCKETS - 1;
    (((bucket % SUB_BUCKETS + SUB_BUCKETS) as u64 + 1) << shift) - 1
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_contains_the_lags_between_the_previous_one_and_its_end() {
        let mut next = 0;
        for at in 0..BUCKETS {
            assert_eq!((bucket(next), bucket(end(at))), (at, at));
            assert!(end(at) - next <= next / 32, "{next} to {}", end(at));
            next = end(at) + 1;
        }
        assert_eq!(next, MAX_MS + 1);
    }

    #[test]
    fn percentiles_are_close_to_those_of_a_sorted_list() {
        let mut histogram = LagHistogram::new();
        let mut lags: Vec<u64> = (0..5000u64).map(|number| number * number % 9973 + number % 7 * 1000).collect();
        for &lag in &lags {
            histogram.record(lag, 1);
        }
        lags.sort_unstable();
        let lag = histogram.lag(1).unwrap();
        for (percent, found) in [(50, lag.p50), (90, lag.p90), (99, lag.p99)] {
            let exact = lags[lags.len() * percent / 100 - 1];
            let found = u64::try_from(found.as_millis()).unwrap();
            assert!((exact..=exact + exact / 32).contains(&found), "p{percent}: {found} instead of {exact}");
        }
        assert_eq!(lag.max.as_millis(), u128::from(*lags.last().unwrap()));
    }

    #[test]
    fn old_lags_are_forgotten_within_two_minutes() {
        let mut histogram = LagHistogram::new();
        assert_eq!(histogram.lag(0), None);
        histogram.record(5000, 59_999);
        assert_eq!(histogram.lag(60_000).unwrap().count, 1);
        histogram.record(10, 100_000);
        let lag = histogram.lag(119_999).unwrap();
        assert_eq!((lag.count, lag.max), (2, Duration::from_secs(5)));
        let lag = histogram.lag(120_000).unwrap();
        assert_eq!((lag.count, lag.p99, lag.max), (1, Duration::from_millis(10), Duration::from_millis(10)));
        assert_eq!(histogram.lag(10_000_000), None);
    }

    #[test]
    fn a_lag_of_years_is_counted() {
        let mut histogram = LagHistogram::new();
        histogram.record(u64::MAX, 0);
        assert_eq!(histogram.lag(0).unwrap().max, Duration::from_millis(MAX_MS));
    }
}
