//! How time passes in a replay.
//!
//! A replay has a thread and a Tokio runtime of its own, whose clock stands: it jumps to whatever is due next once
//! nothing is left to do, be it the next frame or the end of somebody's `sleep`. So a recorded hour takes as long as its
//! handlers do, and every timer fires in its place between the frames. While somebody waits for the world outside, the
//! clock goes as a real one, so that an answer takes as long as it really does.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::replay::Speed;
use crate::real_time::{TICK, sleep_really};

/// How finely frames are timed. Each jump of the clock costs about as much as two events.
const RESOLUTION: Duration = Duration::from_millis(10);

/// The longest silence between two frames that is kept; what is longer is skipped, as when nobody recorded for a while.
const LONGEST_SILENCE: Duration = Duration::from_hours(1);

/// How far the time of a recording may go back, as it does when events carry their own, without being set anew.
const LARGEST_STEP_BACK: Duration = Duration::from_mins(1);

/// When each frame's turn comes.
pub(crate) struct ReplayClock {
    speed: Speed,
    /// A moment of the recording, in milliseconds since 1970, and when it was: by the clock, and really.
    anchor: Option<(i64, Instant, std::time::Instant)>,
    /// The latest moment so far.
    latest: i64,
}

impl ReplayClock {
    pub(crate) const fn new(speed: Speed) -> Self {
        Self { speed, anchor: None, latest: i64::MIN }
    }

    /// Whether it is the turn of what came at this time, or nearly so.
    pub(crate) fn is_due(&mut self, at_ms: i64) -> bool {
        let due = self.due(at_ms);
        due.saturating_duration_since(Instant::now()) < RESOLUTION
    }

    /// Waits until it is the turn of what came at this time.
    pub(crate) async fn reach(&mut self, at_ms: i64) {
        let due = self.due(at_ms);
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| *left >= RESOLUTION) {
            match self.speed {
                Speed::Max => sleep_until(due).await,
                Speed::Times(times) => {
                    // Faster, and a duration could not hold the step.
                    sleep_until(Instant::now() + left.min(RESOLUTION.mul_f64(times.clamp(1.0, 1e9)))).await;
                    self.hold_back(times).await;
                }
            }
        }
    }

    /// Waits really, if the clock is ahead of what the speed allows.
    async fn hold_back(&self, times: f64) {
        let Some((_, start, really)) = self.anchor else { return };
        let should = Duration::try_from_secs_f64(start.elapsed().as_secs_f64() / times).unwrap_or(Duration::MAX);
        let ahead = should.saturating_sub(really.elapsed());
        if ahead >= TICK {
            sleep_really(ahead).await;
        }
    }

    /// When it is due, by the clock.
    fn due(&mut self, at_ms: i64) -> Instant {
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let silence = at_ms.saturating_sub(self.latest);
        let is_usual = silence <= ms(LONGEST_SILENCE) && silence >= -ms(LARGEST_STEP_BACK);
        let usual = self.anchor.filter(|_| is_usual);
        self.latest = if usual.is_some() { self.latest.max(at_ms) } else { at_ms };
        let &mut (first, start, _) = self.anchor.insert(match usual {
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
    async fn moments_are_as_far_apart_as_recorded_and_never_before_the_first() {
        let mut clock = ReplayClock::new(Speed::Max);
        let start = Instant::now();
        let mut passed = async |at_ms| {
            clock.reach(at_ms).await;
            start.elapsed()
        };
        assert_eq!(passed(100_000).await, Duration::ZERO);
        assert_eq!(passed(104_000).await, Duration::from_secs(4));
        assert_eq!(passed(103_000).await, Duration::from_secs(4), "it came late");
        assert_eq!(passed(105_000).await, Duration::from_secs(5));
        assert_eq!(passed(1).await, Duration::from_secs(5), "another recording begins");
        assert_eq!(passed(2_001).await, Duration::from_secs(7));
        assert_eq!(passed(90_000_000).await, Duration::from_secs(7), "a night is skipped");
        assert_eq!(passed(90_001_000).await, Duration::from_secs(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_speed_is_kept_by_waiting_really() {
        let mut clock = ReplayClock::new(Speed::Times(20.0));
        let (start, really) = (Instant::now(), std::time::Instant::now());
        for at_ms in 0..=20 {
            clock.reach(at_ms * 100).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        assert!(really.elapsed() >= Duration::from_millis(80), "{:?}", really.elapsed());
    }
}
