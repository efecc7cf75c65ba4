//! What time it is: this machine's clock, or in a replay the time of the recording.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use auraxis_core::time::Timestamp;

/// A clock that is read once for many events. Clones are the same clock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Reading>);

#[derive(Debug, Default)]
struct Reading {
    /// Milliseconds since 1970.
    now_ms: AtomicI64,
    recorded: AtomicBool,
}

impl Clock {
    /// When [`update`](Self::update) was called last.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now_ms().div_euclid(1_000))
    }

    /// The same in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.0.now_ms.load(Ordering::Relaxed)
    }

    /// Reads the machine's clock, unless the clock follows a recording.
    pub(crate) fn update(&self) -> Timestamp {
        if !self.0.recorded.load(Ordering::Relaxed) {
            self.0.now_ms.store(real_ms(), Ordering::Relaxed);
        }
        self.now()
    }

    /// Sets the clock to a moment of a recording, which it follows from then on.
    pub(crate) fn follow(&self, recorded_ms: i64) {
        self.0.recorded.store(true, Ordering::Relaxed);
        self.0.now_ms.store(recorded_ms, Ordering::Relaxed);
    }
}

/// Milliseconds since 1970, by this machine's clock.
pub(crate) fn real_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(passed) => i64::try_from(passed.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// The same as recordings count it, which know no time before 1970.
#[cfg(feature = "replay")]
pub(crate) fn now_ms() -> u64 {
    u64::try_from(real_ms()).unwrap_or(0)
}
