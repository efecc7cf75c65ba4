//! The id of an event's message.

use std::fmt;

use serde_json::Value;

use crate::{
    event::{Event, wire::Mixer},
    time::Timestamp,
};

/// The seeds of the two halves. They never change: relays of different versions publish the same events.
const SEEDS: [u64; 2] = [0x6175_7261_7869_7331, 0x6175_7261_7869_7332];

/// The id of an event's message: 32 hex digits. See [`Event::message_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u128);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Event {
    /// Returns an id that is equal for events with equal payloads, in every process and version, whatever the order and
    /// spelling of their fields. It does not depend on whether a version knows the event and its fields.
    ///
    /// The server sends equal events: see [`can_have_twins`](Self::can_have_twins). Equal signals of two relays have the
    /// same id as well. All custom events have the same one, since they never leave their program.
    ///
    /// A derived event has the id of what it reports, such as the end of a session: relays that were started at different
    /// times know different things about it.
    #[must_use]
    pub fn message_id(&self) -> MessageId {
        let mut mixers = SEEDS.map(Mixer::new);
        mixers.iter_mut().for_each(|mixer| mixer.number(u64::from(self.kind().is_from_game())));
        if let Some(subject) = self.derived_subject() {
            for mixer in &mut mixers {
                mixer.text(self.name());
                subject.into_iter().for_each(|number| mixer.number(number));
            }
        } else {
            let payload = serde_json::to_string(self).unwrap_or_default();
            if !mix_strings(&payload, &mut mixers) {
                mix_any(&payload, &mut mixers);
            }
        }
        let [high, low] = mixers.map(|mixer| u128::from(mixer.finish()));
        MessageId(high << 64 | low)
    }

    /// What a derived event reports. `None` for others.
    fn derived_subject(&self) -> Option<[u64; 4]> {
        let at = |timestamp: Timestamp| timestamp.0.cast_unsigned();
        Some(match self {
            Self::SessionStart(event) => [at(event.timestamp), event.character_id.0, 0, 0],
            Self::SessionEnd(event) => [at(event.timestamp), event.character_id.0, 0, 0],
            Self::AlertStart(event) => [event.world_id.0.into(), event.instance_id.0.into(), 0, 0],
            Self::AlertEnd(event) => [event.world_id.0.into(), event.instance_id.0.into(), 0, 0],
            Self::FacilityCapture(event) => {
                [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), event.facility_id.0.into()]
            }
            Self::FacilityDefence(event) => {
                [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), event.facility_id.0.into()]
            }
            Self::PopulationReport(event) => [at(event.timestamp), event.world_id.0.into(), event.zone_id.0.into(), 0],
            _ => return None,
        })
    }
}

/// Mixes a payload in. The order of its fields does not matter.
fn mix_any(payload: &str, mixers: &mut [Mixer]) {
    if let Ok(Value::Object(payload)) = serde_json::from_str(payload) {
        mixers.iter_mut().for_each(|mixer| mixer.object(&payload));
    }
}

/// Does the same in a fifth of the time for an object of plain strings, as events of the game are. Returns `false`, and
/// mixes nothing in, if the payload has other values or is not in the layout of `serde_json`.
fn mix_strings(payload: &str, mixers: &mut [Mixer; 2]) -> bool {
    let mut sums = [0_u64; 2];
    let mut read = || {
        let mut rest = payload.strip_prefix('{')?;
        loop {
            let (name, after) = string(rest)?;
            let (value, after) = string(after.strip_prefix(':')?)?;
            for (sum, start) in sums.iter_mut().zip(&*mixers) {
                let mut mixer = *start;
                mixer.text(name);
                mixer.text(value);
                *sum = sum.wrapping_add(mixer.finish());
            }
            match after.strip_prefix(',') {
                Some(after) => rest = after,
                None => return (after == "}").then_some(()),
            }
        }
    };
    if read().is_none() {
        return false;
    }
    mixers.iter_mut().zip(sums).for_each(|(mixer, sum)| mixer.number(sum));
    true
}

/// Reads a string without escapes, and returns the rest.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let rest = text[end..].strip_prefix('"')?;
    Some((&text[..end], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strings_have_the_same_id_either_way() {
        for (payload, is_plain) in [
            (r#"{"a":"1"}"#, true),
            (r#"{"a":"1","event_name":"Death","é":"longer than eight bytes","b":""}"#, true),
            (r#"{"a":"1\"","b":"2"}"#, false),
            (r#"{"a":1}"#, false),
            (r#"{"a":"1","b":null}"#, false),
            (r#"{"a":{"b":"1"}}"#, false),
            (r#"{"a":"1"} "#, false),
            (r#"{"a" :"1"}"#, false),
            ("{}", false),
            ("null", false),
        ] {
            let start = SEEDS.map(Mixer::new);
            let (mut fast, mut slow) = (start, start);
            assert_eq!(mix_strings(payload, &mut fast), is_plain, "{payload}");
            mix_any(payload, &mut slow);
            assert_eq!(fast.map(Mixer::finish), if is_plain { slow } else { start }.map(Mixer::finish), "{payload}");
        }
    }
}
