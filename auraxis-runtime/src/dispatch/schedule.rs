//! Triggers that run at certain times: `#[every(…)]`.

use std::{fmt, time::Duration};

use auraxis_core::time::Timestamp;
use tokio::time::Instant;

use crate::clock::Clock;

/// A turn of a periodic trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tick {
    /// When the turn was due, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
}

impl Tick {
    pub(crate) const fn new(due: Moment) -> Self {
        Self { timestamp: Timestamp(due.ms.div_euclid(1_000)) }
    }
}

/// When a periodic trigger runs.
#[derive(Debug)]
pub(crate) enum Schedule {
    /// As soon as the client has started, then at this interval.
    Every(Duration),
    /// At these times, in UTC.
    #[cfg(feature = "cron")]
    Cron(Box<croner::Cron>),
}

/// A time by both clocks: that of timers, and the local clock in milliseconds since the Unix epoch.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) ms: i64,
}

impl Moment {
    pub(crate) fn now(clock: &Clock) -> Self {
        clock.update();
        Self { at: Instant::now(), ms: clock.now_ms() }
    }

    /// Returns `None` if the time cannot be represented.
    fn after(self, wait: Duration) -> Option<Self> {
        let ms = self.ms.checked_add(i64::try_from(wait.as_millis()).ok()?)?;
        Some(Self { at: self.at.checked_add(wait)?, ms })
    }
}

impl Schedule {
    /// Returns the first turn.
    #[cfg_attr(not(feature = "cron"), allow(clippy::unnecessary_wraps))] // Only a cron expression can have none.
    pub(crate) fn first(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::Every(_) => Some(now),
            #[cfg(feature = "cron")]
            Self::Cron(cron) => next_match(cron, now),
        }
    }

    /// Returns the first turn from now on. Turns that were missed are left out.
    pub(crate) fn next(&self, previous: Moment, now: Moment) -> Option<Moment> {
        match self {
            Self::Every(interval) => {
                let interval = interval.as_nanos().max(1);
                let missed = now.at.saturating_duration_since(previous.at).as_nanos() / interval;
                previous.after(Duration::from_nanos(u64::try_from((missed + 1).checked_mul(interval)?).ok()?))
            }
            #[cfg(feature = "cron")]
            // The local clock can be behind, because it was set, or because a test has paused the other one.
            Self::Cron(cron) => next_match(cron, if now.ms < previous.ms { previous } else { now }),
        }
    }
}

#[cfg(feature = "cron")]
fn next_match(cron: &croner::Cron, now: Moment) -> Option<Moment> {
    let after = jiff::Timestamp::from_millisecond(now.ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    let next_ms = cron.find_next_occurrence(&after, false).ok()?.timestamp().as_millisecond();
    now.after(Duration::from_millis(u64::try_from(next_ms.saturating_sub(now.ms)).unwrap_or(0)))
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(interval) => write!(f, "every {interval:?}"),
            #[cfg(feature = "cron")]
            Self::Cron(cron) => write!(f, "cron {} UTC", cron.pattern),
        }
    }
}
