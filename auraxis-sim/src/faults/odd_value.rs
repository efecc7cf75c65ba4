//! Values that the field of an event should never have but sometimes has.

/// An odd value for one field of a known event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OddValue {
    /// `"-1"`.
    Negative,
    /// `""`.
    Empty,
    /// A number with a fraction where a whole number belongs.
    Float,
    /// A number too large for 64 bits.
    Huge,
    /// `null` instead of a string.
    Null,
    /// The correct value, but the key occurs twice.
    Doubled,
}

/// The fields that are never changed. Without them, a client could not be checked: the event and its world would be
/// unknown.
const UNCHANGED: [&str; 2] = ["event_name", "world_id"];

impl OddValue {
    /// All values and their names in a script.
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("-1", Self::Negative),
        ("empty", Self::Empty),
        ("float", Self::Float),
        ("huge", Self::Huge),
        ("null", Self::Null),
        ("doubled", Self::Doubled),
    ];

    /// Changes one numeric field of the event in this frame. `turn` selects the field, in rotation.
    pub(super) fn apply(self, frame: &mut String, turn: usize) {
        let fields = numbers(frame);
        let Some(&(key, value)) = turn.checked_rem(fields.len()).and_then(|at| fields.get(at)) else { return };
        let correct = format!(r#""{key}":"{value}""#);
        let odd = match self {
            Self::Negative => format!(r#""{key}":"-1""#),
            Self::Empty => format!(r#""{key}":"""#),
            Self::Float => format!(r#""{key}":"{value}.5""#),
            Self::Huge => format!(r#""{key}":"99999999999999999999""#),
            Self::Null => format!(r#""{key}":null"#),
            Self::Doubled => format!("{correct},{correct}"),
        };
        *frame = frame.replacen(&correct, &odd, 1);
    }
}

/// Returns the fields whose value is an integer, in order. In the war's frames, all values are strings without escapes.
fn numbers(frame: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = frame.split('"').collect();
    let fields = parts.windows(4).filter(|part| part[1] == ":" && part[3].starts_with([',', '}']));
    let fields = fields.map(|part| (part[0], part[2]));
    let is_number = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    fields.filter(|(key, value)| !UNCHANGED.contains(key) && is_number(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &str = concat!(
        r#"{"payload":{"amount":"15","context":"Ding:1","event_name":"GainExperience","timestamp":"17","#,
        r#""world_id":"1","zone_id":"2"},"service":"event","type":"serviceMessage"}"#
    );

    #[test]
    fn one_field_after_the_other_is_changed() {
        let odd = |value: OddValue, turn| {
            let mut frame = FRAME.to_owned();
            value.apply(&mut frame, turn);
            frame
        };
        for (value, turn, from, to) in [
            (OddValue::Negative, 0, r#""amount":"15""#, r#""amount":"-1""#),
            (OddValue::Empty, 1, r#""timestamp":"17""#, r#""timestamp":"""#),
            (OddValue::Float, 2, r#""zone_id":"2""#, r#""zone_id":"2.5""#),
            (OddValue::Huge, 3, r#""amount":"15""#, r#""amount":"99999999999999999999""#),
            (OddValue::Null, 4, r#""timestamp":"17""#, r#""timestamp":null"#),
            (OddValue::Doubled, 5, r#""zone_id":"2""#, r#""zone_id":"2","zone_id":"2""#),
        ] {
            assert_eq!(odd(value, turn), FRAME.replace(from, to), "{value:?}");
        }
        let mut other = r#"{"online":{"a":"true"}}"#.to_owned();
        OddValue::Null.apply(&mut other, 0);
        assert_eq!(other, r#"{"online":{"a":"true"}}"#);
    }
}
