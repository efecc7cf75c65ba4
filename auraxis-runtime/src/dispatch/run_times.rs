//! How long the runs of a trigger take.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};

use auraxis_core::histogram::{Histogram, Recorder};
use tokio::time::Instant;

/// At most this many runs in a row are not measured.
const MAX_UNMEASURED: u32 = 15;

/// Measures runs: all that wait, and a sample of those that finish at their first poll, since reading the clock can take
/// longer than such a run.
///
/// One run per millisecond is measured, and at least every 16th. It also counts for those that were not measured since the
/// previous one.
#[derive(Debug, Default)]
pub(crate) struct RunTimes {
    recorder: Recorder,
    /// The time of the last measurement, by the clock that is read once for many events. Written by the dispatcher only.
    measured_ms: AtomicI64,
    /// How many runs have not been measured since. Written by the dispatcher only.
    unmeasured: AtomicU32,
}

impl RunTimes {
    /// Returns the time if the run that starts is part of the sample. Only the dispatcher calls this.
    pub(crate) fn start(&self, now_ms: i64) -> Option<Instant> {
        let is_measured = self.measured_ms.load(Relaxed) != now_ms || self.unmeasured.load(Relaxed) >= MAX_UNMEASURED;
        is_measured.then(|| {
            self.measured_ms.store(now_ms, Relaxed);
            Instant::now()
        })
    }

    /// Records a run that has finished at its first poll. Only the dispatcher calls this.
    pub(crate) fn finished_at_once(&self, started: Option<Instant>) {
        let unmeasured = self.unmeasured.load(Relaxed);
        match started {
            None => self.unmeasured.store(unmeasured + 1, Relaxed),
            Some(started) => {
                self.unmeasured.store(0, Relaxed);
                self.recorder.record(started.elapsed(), 1 + unmeasured);
            }
        }
    }

    /// Records any other run.
    pub(crate) fn finished(&self, started: Instant) {
        self.recorder.record(started.elapsed(), 1);
    }

    pub(crate) fn read(&self) -> Histogram {
        self.recorder.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_16th_run_of_a_millisecond_is_measured_and_counts_for_the_others() {
        let times = RunTimes::default();
        let mut measured = Vec::new();
        for run in 1..=40 {
            let started = times.start(5);
            measured.extend(started.map(|_| run));
            times.finished_at_once(started);
        }
        assert_eq!((&*measured, times.read().count()), (&[1, 17, 33][..], 33));
        let started = times.start(6);
        times.finished_at_once(started);
        assert_eq!((started.is_some(), times.read().count()), (true, 41));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_waits_counts_once() {
        let times = RunTimes::default();
        (0..2).for_each(|_| times.finished_at_once(times.start(5)));
        let started = Instant::now();
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        times.finished(started);
        assert_eq!((times.read().count(), times.read().sum().as_secs()), (2, 2));
    }
}
