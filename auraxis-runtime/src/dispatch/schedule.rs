//! Triggers that run at certain times: `#[every(…)]`.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use auraxis_core::time::Timestamp;
use tokio::time::Instant;

use super::matcher::AnyTrigger;
use crate::clock::Clock;

/// A turn of a periodic trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tick {
    /// When the turn was due, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
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
struct Moment {
    at: Instant,
    ms: i64,
}

impl Moment {
    fn now(clock: &Clock) -> Self {
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
    fn first(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::Every(_) => Some(now),
            #[cfg(feature = "cron")]
            Self::Cron(cron) => next_match(cron, now),
        }
    }

    /// Returns the first turn from now on. Turns that were missed are left out.
    fn next(&self, previous: Moment, now: Moment) -> Option<Moment> {
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

/// The next turns of all periodic triggers.
#[derive(Default)]
pub(crate) struct Timetable(BTreeMap<u64, Entry>);

struct Entry {
    trigger: Arc<dyn AnyTrigger>,
    next: Next,
}

#[derive(Clone, Copy)]
enum Next {
    /// Determined when the client runs.
    First,
    At(Moment),
    /// There is no further turn.
    Never,
}

impl Timetable {
    /// Adds a trigger, if it is periodic.
    pub(crate) fn add(&mut self, trigger: &Arc<dyn AnyTrigger>) {
        if trigger.schedule().is_some() {
            let entry = || Entry { trigger: Arc::clone(trigger), next: Next::First };
            self.0.entry(trigger.state().number).or_insert_with(entry);
        }
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.0.remove(&number);
    }

    /// Returns when [`take_due`](Self::take_due) has to be called.
    pub(crate) fn wakes_at(&self) -> Option<Instant> {
        let due = |next| match next {
            Next::First => Some(Instant::now()),
            Next::At(due) => Some(due.at),
            Next::Never => None,
        };
        self.0.values().filter_map(|entry| due(entry.next)).min()
    }

    /// Returns the triggers whose turn it is, and determines their next turns.
    pub(crate) fn take_due(&mut self, clock: &Clock) -> Vec<(Arc<dyn AnyTrigger>, Tick)> {
        let mut all_due = Vec::new();
        if self.0.is_empty() {
            return all_due;
        }
        let now = Moment::now(clock);
        for Entry { trigger, next } in self.0.values_mut() {
            let Some(schedule) = trigger.schedule() else { continue };
            if matches!(next, Next::First) {
                *next = schedule.first(now).map_or(Next::Never, Next::At);
            }
            if let Next::At(due) = *next
                && due.at <= now.at
            {
                *next = schedule.next(due, now).map_or(Next::Never, Next::At);
                all_due.push((Arc::clone(trigger), Tick { timestamp: Timestamp(due.ms.div_euclid(1_000)) }));
            }
        }
        all_due
    }
}
