//! Values that are written as a single word in a script.

use std::time::Duration;

use auraxis_core::id::{CharacterId, WorldId};

use super::odd_value::OddValue;
use crate::rest_fault::RestFault;

/// A value that is written as a single word.
pub(super) trait ScriptValue: Sized {
    fn from_word(word: &str) -> Option<Self>;
    fn to_word(&self) -> String;
}

macro_rules! words {
    ($($type:ty)+) => {$(
        impl ScriptValue for $type {
            fn from_word(word: &str) -> Option<Self> {
                word.parse().ok()
            }

            fn to_word(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

words!(u16 u32 String WorldId CharacterId);

impl ScriptValue for OddValue {
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, value)| value)
    }

    fn to_word(&self) -> String {
        Self::ALL.into_iter().find(|(_, value)| value == self).map(|(name, _)| name.to_owned()).unwrap_or_default()
    }
}

/// The REST faults without parameters.
const REST: [(&str, RestFault); 8] = [
    ("service-unavailable", RestFault::ServiceUnavailable),
    ("not-json", RestFault::NotJson),
    ("wrong-type", RestFault::WrongType),
    ("maintenance", RestFault::Maintenance),
    ("bad-request", RestFault::BadRequest),
    ("half-body", RestFault::HalfBody),
    ("reset", RestFault::Reset),
    ("no-data", RestFault::Body(r#"{"error":"No data found."}"#)),
];

impl ScriptValue for RestFault {
    /// Parses words such as `not-json`, `status:503` and `hang:5s`.
    fn from_word(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None => REST.into_iter().find(|(name, _)| *name == word).map(|(_, fault)| fault),
            Some(("status", code)) => code.parse().ok().map(Self::Status),
            Some(("hang", time)) => ScriptValue::from_word(time).map(Self::Hang),
            Some(("stall", time)) => ScriptValue::from_word(time).map(Self::Stall),
            Some(_) => None,
        }
    }

    fn to_word(&self) -> String {
        match self {
            Self::Status(code) => format!("status:{code}"),
            Self::Hang(time) => format!("hang:{}", time.to_word()),
            Self::Stall(time) => format!("stall:{}", time.to_word()),
            other => REST.into_iter().find(|(_, fault)| fault == other).map_or("body", |(name, _)| name).to_owned(),
        }
    }
}

/// The units of time, largest first.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl ScriptValue for Duration {
    /// Parses durations such as `20s`, `1.5s`, `250ms`, `2m` and `1h`.
    fn from_word(word: &str) -> Option<Self> {
        let digits = word.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
        let unit = &word[digits.len()..];
        let (_, millis) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        if !digits.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let seconds = digits.parse::<f64>().ok()? * Self::from_millis(millis).as_secs_f64();
        Self::try_from_secs_f64(seconds).ok()
    }

    fn to_word(&self) -> String {
        let millis = u64::try_from(self.as_millis()).unwrap_or(u64::MAX);
        let fits = |(_, unit): &(&str, u64)| millis > 0 && millis.is_multiple_of(*unit);
        let (name, unit) = UNITS.into_iter().find(fits).unwrap_or(("ms", 1));
        format!("{}{name}", millis / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_faults_are_parsed_as_they_are_written() {
        for word in REST.map(|(name, _)| name).into_iter().chain(["status:429", "hang:5s", "stall:250ms"]) {
            assert_eq!(RestFault::from_word(word).map(|fault| fault.to_word()).as_deref(), Some(word));
        }
        for word in ["", "status", "status:x", "hang:", "hang:5", "dance:5s"] {
            assert_eq!(RestFault::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn durations_are_parsed_and_written_with_their_unit() {
        for (text, millis, written) in
            [("20s", 20_000, "20s"), ("1.5s", 1_500, "1500ms"), ("2m", 120_000, "2m"), ("90s", 90_000, "90s")]
        {
            let time = Duration::from_word(text).unwrap();
            assert_eq!((time, time.to_word().as_str()), (Duration::from_millis(millis), written));
        }
        assert_eq!(Duration::ZERO.to_word(), "0ms");
        for text in ["", "s", "20", "20 s", "-1s", "20x", "infs", "1e400s", "NaNs"] {
            assert_eq!(Duration::from_word(text), None, "{text}");
        }
    }
}
