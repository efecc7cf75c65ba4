//! The distribution of durations, in a few buckets.

use std::{
    iter,
    ops::AddAssign,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// The number of buckets, the last of which has no upper bound.
const BUCKETS: usize = BOUNDS.len() + 1;

/// The upper bounds of the other buckets, in nanoseconds. They suit the run time of a handler, the latency
/// of a request and the lag of events, so there is only one kind of histogram.
const BOUNDS: [u64; 12] = [
    100_000,
    MS,
    5 * MS,
    25 * MS,
    100 * MS,
    250 * MS,
    500 * MS,
    1_000 * MS,
    2_500 * MS,
    5_000 * MS,
    15_000 * MS,
    60_000 * MS,
];

/// A millisecond in nanoseconds.
const MS: u64 = 1_000_000;

/// For durations between a power of two and the next one, in nanoseconds: the number of buckets below, and the only bound
/// between them.
const POWERS: [(usize, u64); 64] = {
    let mut powers = [(0, u64::MAX); 64];
    let (mut power, mut below) = (0, 0);
    while power < 64 {
        powers[power].0 = below;
        if below < BOUNDS.len() && BOUNDS[below].ilog2() as usize == power {
            powers[power].1 = BOUNDS[below];
            below += 1;
            assert!(
                below == BOUNDS.len() || BOUNDS[below].ilog2() as usize > power,
                "two bounds between powers of two"
            );
        }
        power += 1;
    }
    powers
};

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
        let bounds = BOUNDS.map(Duration::from_nanos).into_iter().map(Some).chain(iter::once(None));
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
        let ns = nanoseconds(duration);
        self.counts[bucket(ns)].fetch_add(times.into(), Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + seconds(ns) * f64::from(times)).to_bits());
        // Never fails, because `add` always returns a value.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, add);
    }

    /// Records a duration once, for recorders that no other thread records with: a fraction of the cost.
    #[inline]
    pub fn record_unshared(&self, duration: Duration) {
        let ns = nanoseconds(duration);
        let count = &self.counts[bucket(ns)];
        count.store(count.load(Relaxed) + 1, Relaxed);
        self.sum.store((f64::from_bits(self.sum.load(Relaxed)) + seconds(ns)).to_bits(), Relaxed);
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
fn bucket(ns: u64) -> usize {
    let (below, bound) = POWERS[(ns | 1).ilog2() as usize];
    below + usize::from(ns > bound)
}

/// Returns the nanoseconds of a duration; at most 292 years, which an `i64` can hold.
#[inline]
fn nanoseconds(duration: Duration) -> u64 {
    let ns = duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into());
    ns.min(i64::MAX.cast_unsigned())
}

#[inline]
#[expect(clippy::cast_precision_loss, reason = "a sum of many needs no 53 bits")]
fn seconds(ns: u64) -> f64 {
    // Processors convert signed numbers only.
    ns.cast_signed() as f64 * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_the_bucket_below_it() {
        for (at, bound) in BOUNDS.into_iter().enumerate() {
            assert_eq!((bucket(bound - 1), bucket(bound), bucket(bound + 1)), (at, at, at + 1), "{bound}");
        }
        for ns in (0..200_000_000_000).step_by(77_777_777) {
            assert_eq!(bucket(ns), BOUNDS.iter().filter(|&&bound| ns > bound).count(), "{ns}");
        }
        assert_eq!((bucket(0), bucket(u64::MAX)), (0, BUCKETS - 1));
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
    fn a_duration_of_ages_counts_as_centuries() {
        let recorder = Recorder::default();
        recorder.record(Duration::MAX, 2);
        recorder.record_unshared(Duration::MAX);
        let histogram = recorder.read();
        assert_eq!((histogram.count(), histogram.sum().as_secs() / (365 * 86_400)), (3, 3 * 292 + 1));
    }

    #[test]
    fn a_recorder_is_small() {
        assert_eq!(size_of::<Recorder>(), 112);
    }
}
