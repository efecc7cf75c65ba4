//! Moments, as the game tells them: whole seconds.

use std::{
    fmt,
    num::ParseIntError,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Serialize, Serializer};

/// A moment in whole seconds since 1970, UTC.
///
/// [`Display`](fmt::Display) writes RFC 3339, `2024-10-29T05:36:42Z`. Two events within one second have equal
/// timestamps, and a later event may carry an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time between the two, whichever came first.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Duration {
        Duration::from_secs(self.0.abs_diff(other.0))
    }

    /// The time that has passed since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        if self.0 > earlier.0 { self.abs_diff(earlier) } else { Duration::ZERO }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(moment) => moment.fmt(f),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = ParseIntError;

    /// Reads seconds since 1970, as the wire has them.
    fn from_str(seconds: &str) -> Result<Self, ParseIntError> {
        seconds.parse().map(Self)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let seconds = |passed: Duration| i64::try_from(passed.as_secs()).unwrap_or(i64::MAX);
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => seconds(after),
            Err(before) => -seconds(before.duration()),
        })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_shown_as_rfc_3339() {
        assert_eq!(Timestamp(1_730_180_202).to_string(), "2024-10-29T05:36:42Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "@9223372036854775807");
    }

    #[test]
    fn differences_do_not_depend_on_the_order_and_ages_are_never_negative() {
        let (earlier, later) = (Timestamp(10), Timestamp(13));
        assert_eq!(earlier.abs_diff(later), Duration::from_secs(3));
        assert_eq!(later.since(earlier), Duration::from_secs(3));
        assert_eq!(earlier.since(later), Duration::ZERO);
    }
}
