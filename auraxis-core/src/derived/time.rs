//! Event time.

use crate::time::Timestamp;

/// How long events whose order matters are held, in seconds: the game's events are at most a few seconds late.
pub const HOLD: i64 = 5;

/// Adds seconds to a timestamp, without overflow.
pub(super) const fn after(time: Timestamp, seconds: i64) -> Timestamp {
    Timestamp(time.0.saturating_add(seconds))
}
