//! The current time: the system clock, or the time of the recording in a replay.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use auraxis_core::time::Timestamp;

/// A cached clock, which is updated once for many events. Clones share the time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Reading>);

#[derive(Debug, Default)]
struct Reading {
    /// Milliseconds since 1970.
    now_ms: AtomicI64,
    recorded: AtomicBool,
}

impl Clock {
    /// Returns the time of the last [`update`](Self::update).
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now_ms().div_euclid(1_000))
    }

    /// Returns the time of the last [`update`](Self::update) in milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        self.0.now_ms.load(Ordering::Relaxed)
    }

    /// Reads the system clock, unless this clock follows a recording.
    pub(crate) fn update(&self) -> Timestamp {
        if !self.0.recorded.load(Ordering::Relaxed) {
            self.0.now_ms.store(real_ms(), Ordering::Relaxed);
        }
        self.now()
    }

    /// Sets the clock to a time of a recording, and stops reading the system clock.
    pub(crate) fn follow(&self, recorded_ms: i64) {
        self.0.recorded.store(true, Ordering::Relaxed);
        self.0.now_ms.store(recorded_ms, Ordering::Relaxed);
    }
}

/// Returns the milliseconds since the Unix epoch, by the system clock.
pub(crate) fn real_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(passed) => i64::try_from(passed.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// Returns the milliseconds since the Unix epoch in the format of recordings, which cannot store earlier times.
#[cfg(feature = "replay")]
pub(crate) fn now_ms() -> u64 {
    u64::try_from(real_ms()).unwrap_or(0)
}
