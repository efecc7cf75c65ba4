//! Faults that change the events themselves.

use std::time::Duration;

use auraxis_core::{
    event::{Event, EventKind},
    frame::Frame,
    id::{WorldId, ZoneId},
    time::Timestamp,
};

use super::{countdown::take_one, fault::Fault, odd_value::OddValue};
use crate::war::MISSING_ON_PS4;

/// The active faults that change events.
#[derive(Debug)]
pub(crate) struct Rewrite {
    /// Where unknown events happen.
    world: WorldId,
    twins: u32,
    future: (u32, Duration),
    unknown_fields: u32,
    ps4_until: Duration,
    unknown_events: u32,
    /// The current odd value, and how many more events get it.
    odd: Option<(u32, OddValue)>,
    /// The number of events that got an odd value so far.
    odd_count: usize,
}

impl Rewrite {
    /// Creates a rewrite without faults. Unknown events happen on `world`.
    pub(crate) const fn new(world: WorldId) -> Self {
        Self {
            world,
            twins: 0,
            future: (0, Duration::ZERO),
            unknown_fields: 0,
            ps4_until: Duration::ZERO,
            unknown_events: 0,
            odd: None,
            odd_count: 0,
        }
    }

    /// Starts a fault. Returns the frame of the event that it causes immediately, if any.
    pub(crate) fn start_fault(&mut self, now: Duration, clock: Timestamp, fault: &Fault) -> Option<String> {
        match *fault {
            Fault::Twin { next } => self.twins = next,
            Fault::Future { next, by } => self.future = (next, by),
            Fault::UnknownField { next } => self.unknown_fields = next,
            Fault::OddValue { next, value } => self.odd = Some((next, value)),
            Fault::Ps4 { duration } => self.ps4_until = now + duration,
            Fault::UnknownEvent => {
                self.unknown_events += 1;
                return Some(unknown(self.world, clock, self.unknown_events));
            }
            _ => {}
        }
        None
    }

    /// Returns whether events are sent unchanged.
    pub(crate) fn is_inactive(&self, now: Duration) -> bool {
        self.twins == 0 && self.future.0 == 0 && self.unknown_fields == 0 && self.odd.is_none() && self.ps4_until <= now
    }

    /// Returns the rewritten frame, and whether its event happens twice.
    pub(crate) fn apply(&mut self, now: Duration, mut text: String, event: &Event) -> (String, bool) {
        if self.ps4_until > now {
            for (_, field) in MISSING_ON_PS4.into_iter().filter(|(kind, _)| *kind == event.kind()) {
                remove(&mut text, field);
            }
        }
        if take_one(&mut self.future.0)
            && let Some(at) = event.timestamp()
        {
            let seconds = i64::try_from(self.future.1.as_secs()).unwrap_or_default();
            let field = |at: i64| format!(r#""timestamp":"{at}""#);
            text = text.replacen(&field(at.0), &field(at.0.saturating_add(seconds)), 1);
        }
        if take_one(&mut self.unknown_fields) {
            // The prefix `zz_` keeps the keys in alphabetical order.
            text = text.replacen(r#""},"service""#, r#"","zz_weather":"rain"},"service""#, 1);
        }
        if let Some((left, value)) = &mut self.odd
            && take_one(left)
        {
            value.apply(&mut text, self.odd_count);
            self.odd_count += 1;
        }
        self.odd = self.odd.filter(|(left, _)| *left > 0);
        let is_twin = event.kind() == EventKind::GainExperience && take_one(&mut self.twins);
        (text, is_twin)
    }
}

/// Removes a field, which must not be the first.
fn remove(text: &mut String, field: &str) {
    let key = format!(r#","{field}":""#);
    if let Some(from) = text.find(&key)
        && let Some(length) = text[from + key.len()..].find('"')
    {
        text.replace_range(from..=from + key.len() + length, "");
    }
}

fn unknown(world: WorldId, clock: Timestamp, number: u32) -> String {
    let (at, zone) = (clock.0, ZoneId::INDAR);
    format!(
        r#"{{"payload":{{"event_name":"OrbitalStrike","strike_id":"{number}","timestamp":"{at}","world_id":"{world}","zone_id":"{zone}"}},"service":"event","type":"serviceMessage"}}"#
    )
}

/// Parses a frame. Returns `None` if it is not an event.
pub(crate) fn parse_event(text: &str) -> Option<Event> {
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

    fn rewritten(rewrite: &mut Rewrite) -> (String, bool) {
        let event = parse_event(&experience()).unwrap();
        rewrite.apply(NOW, experience(), &event)
    }

    #[test]
    fn each_change_lasts_as_long_as_the_fault() {
        let mut rewrite = Rewrite::new(WorldId::OSPREY);
        let start =
            |rewrite: &mut Rewrite, fault: &str| rewrite.start_fault(NOW, Timestamp(1), &fault.parse().unwrap());
        for fault in ["twin next 1", "future next 1 by 5s", "unknown field next 1", "ps4 for 2s"] {
            assert!(start(&mut rewrite, fault).is_none());
        }
        let (text, is_twin) = rewritten(&mut rewrite);
        assert!(is_twin && text.contains("1700000005") && text.contains("zz_weather") && !text.contains("team_id"));
        assert!(matches!(parse_event(&text), Some(Event::GainExperience(event)) if event.team_id.is_none()));
        assert!(!rewrite.is_inactive(NOW) && rewrite.is_inactive(NOW + Duration::from_secs(2)));
        assert!(start(&mut rewrite, "odd value null next 2").is_none());
        for field in ["amount", "character_id"] {
            assert!(rewritten(&mut rewrite).0.contains(&format!(r#""{field}":null"#)));
        }
        assert!(rewrite.is_inactive(NOW + Duration::from_secs(2)));
        rewrite = Rewrite::new(WorldId::OSPREY);
        assert_eq!(rewritten(&mut rewrite), (experience(), false));
    }

    #[test]
    fn an_unknown_event_is_an_event() {
        let text = Rewrite::new(WorldId::OSPREY).start_fault(NOW, Timestamp(7), &Fault::UnknownEvent).unwrap();
        assert!(matches!(parse_event(&text), Some(Event::Unknown(event)) if event.timestamp() == Some(Timestamp(7))));
    }
}
