//! The fields of events, to compare received events with sent ones.

use std::collections::BTreeMap;

use serde_json::Value;

/// The fields of an event, each as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EventFields(BTreeMap<String, String>);

impl EventFields {
    /// Parses a frame, a payload, or a line of a recording that contains either of them in `frame`. Returns `None` if
    /// it is not an event.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut value: Value = serde_json::from_str(line).ok()?;
        match value.get_mut("frame").map(Value::take) {
            Some(Value::String(text)) => return Self::parse(&text),
            Some(frame) => value = frame,
            None => {}
        }
        if let Some(payload) = value.get_mut("payload").map(Value::take) {
            value = payload;
        }
        let Value::Object(fields) = value else { return None };
        let event = Self(fields.into_iter().map(|(key, value)| (key, text(value))).collect());
        event.0.contains_key("event_name").then_some(event)
    }

    /// Returns the values of the fields that every library keeps: the name and the timestamp.
    pub(super) fn key(&self) -> [&str; 2] {
        ["event_name", "timestamp"].map(|field| self.get(field))
    }

    pub(super) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Returns whether `other` has all of these fields. Some libraries drop unknown fields.
    pub(super) fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|(field, mine)| other.0.get(field).is_some_and(|other| is_same(mine, other)))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Bool(truth) => u8::from(truth).to_string(),
        other => other.to_string(),
    }
}

/// Returns whether both are the same text or the same number, as `25.000000` and `25.0`. Ids have too many digits to be
/// compared as floats.
fn is_same(one: &str, other: &str) -> bool {
    const MAX_DIGITS: usize = 15;
    if one == other {
        return true;
    }
    let number = |text: &str| text.parse::<f64>().ok().filter(|_| text.len() <= MAX_DIGITS);
    matches!((number(one), number(other)), (Some(one), Some(other)) if (one - other).abs() < 1e-4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_parsed_from_frames_payloads_and_recordings() {
        let payload = r#"{"event_name":"Death","timestamp":"5","is_headshot":"1"}"#;
        let frame = format!(r#"{{"payload":{payload},"service":"event","type":"serviceMessage"}}"#);
        let recorded = serde_json::json!({ "at_ms": 1, "link": 0, "frame": frame }).to_string();
        let typed = r#"{"event_name":"Death","timestamp":5,"is_headshot":true}"#;
        let fields = EventFields::parse(payload).unwrap();
        assert_eq!(fields.key(), ["Death", "5"]);
        for line in [&frame, &recorded, typed] {
            assert_eq!(EventFields::parse(line).as_ref(), Some(&fields), "{line}");
        }
        for line in ["", "[]", "{}", r#"{"payload":{"recent_character_id_count":1}}"#, r#"{"type":"heartbeat"}"#] {
            assert_eq!(EventFields::parse(line), None, "{line}");
        }
    }

    #[test]
    fn omitted_fields_and_equal_numbers_match_the_sent_event() {
        let fields = |text: &str| EventFields::parse(text).unwrap();
        let sent = fields(r#"{"event_name":"A","x":"25.000000","id":"5428010618015189713"}"#);
        assert!(fields(r#"{"event_name":"A","x":25}"#).is_subset_of(&sent));
        assert!(!fields(r#"{"event_name":"A","x":26}"#).is_subset_of(&sent));
        assert!(!fields(r#"{"event_name":"A","y":1}"#).is_subset_of(&sent));
        assert!(!fields(r#"{"event_name":"A","id":"5428010618015189712"}"#).is_subset_of(&sent));
    }
}
