//! Timestamps in whole seconds, as in the game's events.

use std::{
    fmt,
    num::ParseIntError,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

/// A point in time, in whole seconds since 1970 (Unix time).
///
/// [`Display`](fmt::Display) writes RFC 3339, `2024-10-29T05:36:42Z`. Events within the same second have equal
/// timestamps, and a later event can have an earlier timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the current time of the local clock, which may be wrong.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Returns the time since this timestamp by the local clock; zero if it is in the future.
    ///
    /// The age of an event equals its lag only if the local clock agrees with the server's. In a replay, it is the time
    /// since the recorded event happened.
    #[must_use]
    pub fn age(self) -> Duration {
        Self::now().since(self)
    }

    /// Returns the absolute difference between two timestamps.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Duration {
        Duration::from_secs(self.0.abs_diff(other.0))
    }

    /// Returns the time since `earlier`; zero if `earlier` is later.
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

    /// Parses seconds since 1970, as on the wire.
    #[inline]
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

impl From<Timestamp> for SystemTime {
    /// Clamps to the years 1601 to 30827, the range that every platform supports.
    fn from(timestamp: Timestamp) -> Self {
        const EARLIEST: i64 = -11_644_473_600;
        const LATEST: i64 = 910_670_515_199;

        let seconds = timestamp.0.clamp(EARLIEST, LATEST);
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    /// Deserializes seconds since 1970, from a string or a number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seconds;

        impl Visitor<'_> for Seconds {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("whole seconds since 1970, as a string or a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Timestamp, E> {
                Ok(Timestamp(seconds))
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Timestamp, E> {
                let in_range = i64::try_from(seconds);
                in_range.map(Timestamp).map_err(|_| E::invalid_value(Unexpected::Unsigned(seconds), &self))
            }
        }

        deserializer.deserialize_any(Seconds)
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
    fn a_timestamp_round_trips_through_system_time() {
        for seconds in [0, 1, -1, 1_730_180_202, -11_644_473_600, 910_670_515_199] {
            let moment = Timestamp(seconds);
            assert_eq!(Timestamp::from(SystemTime::from(moment)), moment);
        }
        assert_eq!(Timestamp::from(SystemTime::from(Timestamp(i64::MAX))).to_string(), "@910670515199");
        assert_eq!(Timestamp::from(SystemTime::from(Timestamp(i64::MIN))).to_string(), "1601-01-01T00:00:00Z");
    }

    #[test]
    fn a_timestamp_is_read_from_text_and_from_a_number() {
        for json in ["\"1730180202\"", "1730180202"] {
            assert_eq!(serde_json::from_str::<Timestamp>(json).unwrap(), Timestamp(1_730_180_202));
        }
        assert_eq!(serde_json::from_str::<Timestamp>("-1").unwrap(), Timestamp(-1));
        for json in ["\"soon\"", "1.5", "18446744073709551615", "null"] {
            let error = serde_json::from_str::<Timestamp>(json).unwrap_err().to_string();
            assert!(error.contains("expected whole seconds since 1970"), "{error}");
        }
    }

    #[test]
    fn now_is_when_the_clock_says_and_ages_grow_from_there() {
        let (before, now) = (SystemTime::now(), Timestamp::now());
        assert!(now >= before.into() && now <= SystemTime::now().into());
        assert!(Timestamp(now.0 - 100).age() >= Duration::from_secs(100));
        assert_eq!(Timestamp(now.0 + 1_000_000).age(), Duration::ZERO);
    }

    #[test]
    fn differences_do_not_depend_on_the_order_and_ages_are_never_negative() {
        let (earlier, later) = (Timestamp(10), Timestamp(13));
        assert_eq!(earlier.abs_diff(later), Duration::from_secs(3));
        assert_eq!(later.since(earlier), Duration::from_secs(3));
        assert_eq!(earlier.since(later), Duration::ZERO);
    }
}
