//! The gaps that a client reported.

use auraxis_core::event::{EventKind, signal::Gap};
use serde::{Deserialize, Serialize};

use super::fields::EventFields;

/// A gap that a client reported: an interval of event time, both ends inclusive, in which events may be missing.
///
/// A client writes it as a line between the received events: `{"gap":{"from":1700000000,"to":1700000010}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportedGap {
    /// A later gap with the same id replaces this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// The start, as a Unix timestamp in seconds.
    pub from: i64,
    /// The end; `None` while the gap is open.
    #[serde(default)]
    pub to: Option<i64>,
    /// The worlds; `None` means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worlds: Option<Vec<u32>>,
    /// The names of the events; `None` means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
}

/// A line with a gap.
#[derive(Serialize, Deserialize)]
struct Line<G> {
    gap: G,
}

impl ReportedGap {
    /// Returns the line that reports this gap.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(&Line { gap: self }).unwrap_or_default()
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        line.starts_with(r#"{"gap""#)
            .then(|| serde_json::from_str::<Line<Self>>(line).ok())
            .flatten()
            .map(|line| line.gap)
    }

    /// Returns whether an event that happened at this time may be missing.
    pub(super) fn covers(&self, event: &EventFields, at: i64) -> bool {
        let world = event.get("world_id").parse().ok();
        let is_world = self.worlds.as_ref().zip(world).is_none_or(|(worlds, world)| worlds.contains(&world));
        let name = event.get("event_name");
        let kind = EventKind::from_name(name).map_or(EventKind::Unknown.name(), EventKind::name);
        let is_kind = self.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|it| it == name || it == kind));
        is_world && is_kind && at >= self.from && self.to.is_none_or(|to| at <= to)
    }
}

impl From<&Gap> for ReportedGap {
    fn from(gap: &Gap) -> Self {
        let worlds = match &gap.worlds {
            auraxis_core::scope::Scope::All => None,
            auraxis_core::scope::Scope::Only(worlds) => Some(worlds.iter().map(|world| world.0).collect()),
        };
        let unknown = gap.kinds.contains(EventKind::Unknown).then_some(EventKind::Unknown);
        let kinds = || gap.kinds.iter().chain(unknown).map(|kind| kind.name().to_owned()).collect();
        Self {
            id: Some(gap.id),
            from: gap.from.0,
            to: gap.to.map(|to| to.0),
            worlds,
            kinds: (!gap.kinds.is_all()).then(kinds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, world: u32) -> EventFields {
        EventFields::parse(&format!(r#"{{"event_name":"{name}","timestamp":"5","world_id":"{world}"}}"#)).unwrap()
    }

    #[test]
    fn a_gap_covers_its_interval_worlds_and_kinds() {
        let gap = ReportedGap::parse(r#"{"gap":{"from":5,"to":7}}"#).unwrap();
        let death = event("Death", 1);
        assert_eq!([4, 5, 7, 8].map(|at| gap.covers(&death, at)), [false, true, true, false]);
        let open = ReportedGap { worlds: Some(vec![1]), kinds: Some(vec!["Death".to_owned()]), to: None, ..gap };
        assert_eq!(ReportedGap::parse(&open.to_line()), Some(open.clone()));
        assert!(open.covers(&death, 1_000));
        assert!(!open.covers(&event("Death", 40), 6) && !open.covers(&event("PlayerLogin", 1), 6));
        assert_eq!(ReportedGap::parse(r#"{"payload":{}}"#), None);
    }

    #[test]
    fn unknown_events_are_covered_as_unknown() {
        let gap = |kinds: &str| ReportedGap { kinds: Some(vec![kinds.to_owned()]), ..ReportedGap::default() };
        let strike = event("OrbitalStrike", 1);
        assert!(gap(EventKind::Unknown.name()).covers(&strike, 5) && !gap("Death").covers(&strike, 5));
    }
}
