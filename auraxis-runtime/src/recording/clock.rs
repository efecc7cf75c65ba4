//! The time in a replay.
//!
//! A replay runs on a dedicated thread, in a Tokio runtime with a paused clock: when nothing is left to do, the clock
//! jumps to the next frame or timer. So a recorded hour takes only as long as its handlers, and every timer fires at
//! its place between the frames. While something waits for the outside world, such as a REST request, the clock runs in
//! real time.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::replay::Speed;
use crate::real_time::{TICK, sleep_really};

/// The resolution of the times of frames.
const RESOLUTION: Duration = Duration::from_millis(10);

/// The same at full speed. A jump of the clock costs as much as a dozen events, of which so many happen in this time.
const RESOLUTION_AT_FULL_SPEED: Duration = Duration::from_millis(100);

/// The longest pause between two frames that is replayed. Longer ones, such as between two recordings, are skipped.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// How far the time may step back within a recording, which happens if the times are those of the events. A larger step
/// starts a new recording.
const MAX_STEP_BACK: Duration = Duration::from_mins(1);

/// Schedules the frames of a replay.
pub(crate) struct ReplayClock {
    speed: Speed,
    /// A time of the recording, in milliseconds since the Unix epoch, with its time by the paused clock and by the real
    /// one.
    anchor: Option<(i64, Instant, std::time::Instant)>,
    /// The latest time of the recording so far.
    latest_ms: i64,
}

impl ReplayClock {
    pub(crate) const fn new(speed: Speed) -> Self {
        Self { speed, anchor: None, latest_ms: i64::MIN }
    }

    /// Whether a frame of this time is due, within the resolution.
    pub(crate) fn is_due(&mut self, at_ms: i64) -> bool {
        let due = self.due(at_ms);
        due.saturating_duration_since(Instant::now()) < self.resolution()
    }

    /// Waits until a frame of this time is due.
    pub(crate) async fn reach(&mut self, at_ms: i64) {
        let due = self.due(at_ms);
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| *left >= self.resolution()) {
            match self.speed {
                Speed::Max => sleep_until(due).await,
                Speed::Times(times) => {
                    // Clamped so that the step does not overflow.
                    sleep_until(Instant::now() + left.min(RESOLUTION.mul_f64(times.clamp(1.0, 1e9)))).await;
                    self.hold_back(times).await;
                }
            }
        }
    }

    const fn resolution(&self) -> Duration {
        match self.speed {
            Speed::Max => RESOLUTION_AT_FULL_SPEED,
            Speed::Times(_) => RESOLUTION,
        }
    }

    /// Waits in real time if the clock is ahead of what the speed allows.
    async fn hold_back(&self, times: f64) {
        let Some((_, start, real_start)) = self.anchor else { return };
        let real_time = Duration::try_from_secs_f64(start.elapsed().as_secs_f64() / times).unwrap_or(Duration::MAX);
        let ahead = real_time.saturating_sub(real_start.elapsed());
        if ahead >= TICK {
            sleep_really(ahead).await;
        }
    }

    /// Returns when a frame of this time is due, by the paused clock.
    fn due(&mut self, at_ms: i64) -> Instant {
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let step = at_ms.saturating_sub(self.latest_ms);
        let is_continuous = step <= ms(MAX_PAUSE) && step >= -ms(MAX_STEP_BACK);
        let anchor = self.anchor.filter(|_| is_continuous);
        self.latest_ms = if anchor.is_some() { self.latest_ms.max(at_ms) } else { at_ms };
        let &mut (first, start, _) = self.anchor.insert(match anchor {
            Some(anchor) => anchor,
            None => (at_ms, Instant::now(), std::time::Instant::now()),
        });
        start + Duration::from_millis(u64::try_from(at_ms - first).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn frames_are_as_far_apart_as_recorded() {
        let mut clock = ReplayClock::new(Speed::Max);
        let start = Instant::now();
        let mut passed = async |at_ms| {
            clock.reach(at_ms).await;
            start.elapsed()
        };
        assert_eq!(passed(100_000).await, Duration::ZERO);
        assert_eq!(passed(104_000).await, Duration::from_secs(4));
        assert_eq!(passed(103_000).await, Duration::from_secs(4), "a step back is not replayed");
        assert_eq!(passed(105_000).await, Duration::from_secs(5));
        assert_eq!(passed(1).await, Duration::from_secs(5), "a new recording starts");
        assert_eq!(passed(2_001).await, Duration::from_secs(7));
        assert_eq!(passed(90_000_000).await, Duration::from_secs(7), "a long pause is skipped");
        assert_eq!(passed(90_001_000).await, Duration::from_secs(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_speed_is_kept_by_waiting_in_real_time() {
        let mut clock = ReplayClock::new(Speed::Times(20.0));
        let (start, really) = (Instant::now(), std::time::Instant::now());
        for at_ms in 0..=20 {
            clock.reach(at_ms * 100).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        assert!(really.elapsed() >= Duration::from_millis(80), "{:?}", really.elapsed());
    }
}
