//! Oddities of what happens, rather than of how it is sent.

use std::time::Duration;

use auraxis_core::{
    event::{Event, EventKind},
    frame::Frame,
    id::{WorldId, ZoneId},
    time::Timestamp,
};

use super::{Fault, take};

/// What is odd at present about what is told.
#[derive(Debug, Default)]
pub(crate) struct Tale {
    twins: u32,
    future: (u32, Duration),
    unknown_fields: u32,
    ps4_until: Duration,
    unknown_events: u32,
}

/// Fields that events on the PlayStation lack.
const PS4_LACKS: [(EventKind, &str); 2] =
    [(EventKind::GainExperience, "team_id"), (EventKind::VehicleDestroy, "attacker_team_id")];

impl Tale {
    /// Lets a fault begin. Returns the frame of what happens at once, if something does.
    pub(crate) fn begin(&mut self, now: Duration, clock: Timestamp, fault: &Fault) -> Option<String> {
        match *fault {
            Fault::Twin { next } => self.twins = next,
            Fault::Future { next, by } => self.future = (next, by),
            Fault::UnknownField { next } => self.unknown_fields = next,
            Fault::Ps4 { lasting } => self.ps4_until = now + lasting,
            Fault::UnknownEvent => {
                self.unknown_events += 1;
                return Some(unknown(clock, self.unknown_events));
            }
            _ => {}
        }
        None
    }

    /// Whether events are told as they are.
    pub(crate) fn is_plain(&self, now: Duration) -> bool {
        self.twins == 0 && self.future.0 == 0 && self.unknown_fields == 0 && self.ps4_until <= now
    }

    /// The frame as it is told instead, and whether what it tells happens twice.
    pub(crate) fn tell(&mut self, now: Duration, mut text: String, event: &Event) -> (String, bool) {
        if self.ps4_until > now {
            for (_, field) in PS4_LACKS.into_iter().filter(|(kind, _)| *kind == event.kind()) {
                remove(&mut text, field);
            }
        }
        if take(&mut self.future.0)
            && let Some(at) = event.timestamp()
        {
            let seconds = i64::try_from(self.future.1.as_secs()).unwrap_or_default();
            let field = |at: i64| format!(r#""timestamp":"{at}""#);
            text = text.replacen(&field(at.0), &field(at.0.saturating_add(seconds)), 1);
        }
        if take(&mut self.unknown_fields) {
            // The last of all keys, so that their order stays that of the alphabet.
            text = text.replacen(r#""},"service""#, r#"","zz_weather":"rain"},"service""#, 1);
        }
        let is_twin = event.kind() == EventKind::GainExperience && take(&mut self.twins);
        (text, is_twin)
    }
}

/// Removes a field that is not the first.
fn remove(text: &mut String, field: &str) {
    let key = format!(r#","{field}":""#);
    if let Some(from) = text.find(&key)
        && let Some(length) = text[from + key.len()..].find('"')
    {
        text.replace_range(from..=from + key.len() + length, "");
    }
}

fn unknown(clock: Timestamp, number: u32) -> String {
    let (at, world, zone) = (clock.0, WorldId::OSPREY, ZoneId::INDAR);
    format!(
        r#"{{"payload":{{"event_name":"OrbitalStrike","strike_id":"{number}","timestamp":"{at}","world_id":"{world}","zone_id":"{zone}"}},"service":"event","type":"serviceMessage"}}"#
    )
}

/// The event that a frame of the war tells.
pub(crate) fn read(text: &str) -> Option<Event> {
    match Frame::parse(text) {
        Ok(Frame::Event(event)) => Some(event),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(5);

    fn experience() -> String {
        concat!(
            r#"{"payload":{"amount":"15","character_id":"5","event_name":"GainExperience","experience_id":"4","#,
            r#""loadout_id":"1","other_id":"7","team_id":"2","timestamp":"1700000000","world_id":"1","zone_id":"2"},"#,
            r#""service":"event","type":"serviceMessage"}"#
        )
        .to_owned()
    }

    fn tell(tale: &mut Tale) -> (String, bool) {
        let event = read(&experience()).unwrap();
        tale.tell(NOW, experience(), &event)
    }

    #[test]
    fn each_oddity_lasts_as_long_as_was_said() {
        let mut tale = Tale::default();
        let begin = |tale: &mut Tale, fault: &str| tale.begin(NOW, Timestamp(1), &fault.parse().unwrap());
        for fault in ["twin next 1", "future next 1 by 5s", "unknown field next 1", "ps4 for 2s"] {
            assert!(begin(&mut tale, fault).is_none());
        }
        let (text, is_twin) = tell(&mut tale);
        assert!(is_twin && text.contains("1700000005") && text.contains("zz_weather") && !text.contains("team_id"));
        assert!(matches!(read(&text), Some(Event::GainExperience(event)) if event.team_id.is_none()));
        assert!(!tale.is_plain(NOW) && tale.is_plain(NOW + Duration::from_secs(2)));
        tale = Tale::default();
        assert_eq!(tell(&mut tale), (experience(), false));
    }

    #[test]
    fn an_event_that_nobody_knows_is_one() {
        let text = Tale::default().begin(NOW, Timestamp(7), &Fault::UnknownEvent).unwrap();
        assert!(matches!(read(&text), Some(Event::Unknown(event)) if event.timestamp() == Some(Timestamp(7))));
    }
}
