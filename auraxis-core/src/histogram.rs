//! The distribution of durations, in a few buckets.

use std::{
    iter,
    ops::AddAssign,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// The number of buckets, the last of which has no upper bound.
const BUCKETS: usize = BOUNDS.len() + 1;

/// The upper bounds of the other buckets, in seconds. They suit the run time of a handler, the latency of a request and the
/// lag of events, so there is only one kind of histogram.
const BOUNDS: [f64; 12] = [0.0001, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// The distribution of durations: how many there were in each of 13 buckets, and their sum.
///
/// All histograms have the same buckets, from 100 µs to one minute.
///
/// ```
/// use std::time::Duration;
///
/// use auraxis_core::histogram::Recorder;
///
/// let recorder = Recorder::default();
/// recorder.record(Duration::from_millis(3), 1);
/// recorder.record(Duration::from_secs(90), 1);
/// let histogram = recorder.read();
/// assert_eq!((histogram.count(), histogram.sum().as_millis()), (2, 90_003));
/// assert_eq!(histogram.buckets().nth(2), Some((Some(Duration::from_millis(5)), 1)));
/// assert_eq!(histogram.buckets().last(), Some((None, 1)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; BUCKETS],
    sum: Duration,
}

/// Records durations. It can be shared by threads, and takes 112 bytes.
#[derive(Debug, Default)]
pub struct Recorder {
    counts: [AtomicU64; BUCKETS],
    /// The bits of a number of seconds. Nanoseconds would overflow: the lags of thousand events per second add up to more
    /// than 500 years within months.
    sum: AtomicU64,
}

impl Histogram {
    /// Returns the buckets in ascending order: the upper bound of each, which is included, and how many durations are
    /// between the previous bound and this one. The last bucket has no upper bound.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS.map(Duration::from_secs_f64).into_iter().map(Some).chain(iter::once(None));
        bounds.zip(self.counts)
    }

    /// Returns the number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the sum of the durations.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// Returns the mean duration; `None` if there are none.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let count = self.count();
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no 53 bits")]
        (count > 0).then(|| self.sum.div_f64(count as f64))
    }
}

impl AddAssign for Histogram {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }
}

impl Recorder {
    /// Records a duration as often as `times` says.
    pub fn record(&self, duration: Duration, times: u32) {
        let seconds = duration.as_secs_f64();
        self.counts[bucket(seconds)].fetch_add(times.into(), Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + seconds * f64::from(times)).to_bits());
        // Never fails, because `add` always returns a value.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, add);
    }

    /// Records a duration once, for recorders that no other thread records with: a fraction of the cost.
    #[inline]
    pub fn record_unshared(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let count = &self.counts[bucket(seconds)];
        count.store(count.load(Relaxed) + 1, Relaxed);
        self.sum.store((f64::from_bits(self.sum.load(Relaxed)) + seconds).to_bits(), Relaxed);
    }

    /// Returns what has been recorded.
    #[must_use]
    pub fn read(&self) -> Histogram {
        Histogram {
            counts: self.counts.each_ref().map(|count| count.load(Relaxed)),
            sum: Duration::try_from_secs_f64(f64::from_bits(self.sum.load(Relaxed))).unwrap_or(Duration::MAX),
        }
    }
}

/// Returns the index of a duration's bucket. Without branches, since neighbouring durations differ.
#[inline]
fn bucket(seconds: f64) -> usize {
    BOUNDS.iter().map(|&bound| usize::from(seconds > bound)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_the_bucket_below_it() {
        for (at, bound) in BOUNDS.into_iter().map(Duration::from_secs_f64).enumerate() {
            assert_eq!(bucket(bound.as_secs_f64()), at, "{bound:?}");
            assert_eq!(bucket((bound + Duration::from_nanos(1)).as_secs_f64()), at + 1, "{bound:?}");
        }
        assert_eq!((bucket(0.0), bucket(f64::MAX)), (0, BUCKETS - 1));
    }

    #[test]
    fn what_is_recorded_is_counted_and_added_up() {
        let recorder = Recorder::default();
        recorder.record(Duration::from_millis(300), 16);
        recorder.record_unshared(Duration::from_millis(700));
        let mut histogram = recorder.read();
        assert_eq!(histogram.sum(), Duration::from_millis(5500));
        assert_eq!(
            histogram.buckets().filter(|(_, count)| *count > 0).map(|(_, count)| count).collect::<Vec<_>>(),
            [16, 1]
        );
        histogram += recorder.read();
        assert_eq!((histogram.count(), histogram.sum()), (34, Duration::from_secs(11)));
        assert_eq!(histogram.mean().map(|mean| mean.as_millis()), Some(323));
        assert_eq!(Histogram::default().mean(), None);
    }

    #[test]
    fn a_sum_of_ages_is_not_precise_but_valid() {
        let recorder = Recorder::default();
        recorder.record(Duration::MAX, u32::MAX);
        recorder.record_unshared(Duration::MAX);
        assert_eq!((recorder.read().count(), recorder.read().sum()), (1 + u64::from(u32::MAX), Duration::MAX));
    }

    #[test]
    fn a_recorder_is_small() {
        assert_eq!(size_of::<Recorder>(), 112);
    }
}
