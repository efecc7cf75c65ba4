//! The collections of past events, `world_event` and `characters_event`.

use std::{cmp::Reverse, collections::VecDeque, ops::RangeInclusive};

use auraxis_core::{event::Event, id::CharacterId, time::Timestamp};
use serde_json::Value;

use super::{
    row::{Row, text},
    term::Term,
};

/// The maximum number of rows in an answer, whatever `c:limit` is.
pub(crate) const MAX_ROWS: usize = 1_000;

/// The number of past events. Older ones are dropped.
const CAPACITY: usize = 100_000;

/// The most recent events that REST returns, in the order in which they happened.
#[derive(Debug, Default)]
pub(crate) struct History(VecDeque<Event>);

/// A collection of past events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventCollection {
    /// `world_event`.
    Worlds,
    /// `characters_event`.
    Characters,
}

/// An entry of a collection: an event can be in it several times, under different types.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The value of the search term `type`.
    kind: &'static str,
    table: &'static str,
    /// The world or the character that it is stored for.
    owner: u64,
}

impl History {
    /// Adds an event, if it is in any collection.
    pub(crate) fn record(&mut self, event: &Event) {
        let is_stored = |collection: EventCollection| !collection.entries(event).is_empty();
        if is_stored(EventCollection::Worlds) || is_stored(EventCollection::Characters) {
            if self.0.len() >= CAPACITY {
                self.0.pop_front();
            }
            self.0.push_back(event.clone());
        }
    }

    /// Returns the rows of a collection that match every term, newest first.
    pub(crate) fn rows(&self, collection: EventCollection, terms: &[Term]) -> Vec<Row> {
        let (owners, kinds) = (values(terms, collection.owner_field()), values(terms, "type"));
        let times = times(terms);
        let is_among = |values: &Option<Vec<&str>>, value: &str| values.as_ref().is_none_or(|all| all.contains(&value));
        let is_in_time = |event: &&Event| event.timestamp().is_some_and(|at| times.contains(&at));
        let mut events: Vec<_> = self.0.iter().rev().filter(is_in_time).collect();
        // Events are not published in the order of their timestamps.
        events.sort_by_key(|event| Reverse(event.timestamp()));
        let rows_of = |event: &&Event| {
            let is_wanted = |entry: &Entry| is_among(&owners, &entry.owner.to_string()) && is_among(&kinds, entry.kind);
            let entries = collection.entries(event).into_iter().filter(is_wanted);
            entries.map(|entry| row(event, entry.table)).collect::<Vec<_>>()
        };
        events.iter().flat_map(rows_of).collect()
    }
}

impl EventCollection {
    /// The field of the world or the character that an entry is stored for.
    const fn owner_field(self) -> &'static str {
        match self {
            Self::Worlds => "world_id",
            Self::Characters => "character_id",
        }
    }

    /// Returns the entries of an event.
    fn entries(self, event: &Event) -> Vec<Entry> {
        let of = |id: CharacterId, kind, table| vec![Entry { kind, table, owner: id.0 }];
        match (self, event) {
            (Self::Worlds, Event::FacilityControl(event)) => {
                vec![Entry { kind: "FACILITY", table: "facility_control", owner: event.world_id.0.into() }]
            }
            (Self::Worlds, Event::MetagameEvent(event)) => {
                vec![Entry { kind: "METAGAME", table: "metagame_event", owner: event.world_id.0.into() }]
            }
            (Self::Characters, Event::AchievementEarned(event)) => of(event.character_id, "ACHIEVEMENT", "achievement"),
            (Self::Characters, Event::BattleRankUp(event)) => of(event.character_id, "BATTLE_RANK", "battle_rank"),
            (Self::Characters, Event::ItemAdded(event)) => of(event.character_id, "ITEM", "items"),
            (Self::Characters, Event::PlayerFacilityCapture(event)) => {
                of(event.character_id, "FACILITY_CHARACTER", "facility_character")
            }
            (Self::Characters, Event::PlayerFacilityDefend(event)) => {
                of(event.character_id, "FACILITY_CHARACTER", "facility_character")
            }
            (Self::Characters, Event::Death(event)) => {
                let mut entries = of(event.character_id, "DEATH", "deaths");
                entries.extend(event.attacker_character_id.iter().flat_map(|id| of(*id, "KILL", "kills")));
                entries
            }
            (Self::Characters, Event::VehicleDestroy(event)) => {
                let characters = [event.attacker_character_id, event.character_id];
                characters.into_iter().flatten().flat_map(|id| of(id, "VEHICLE_DESTROY", "vehicle_destroy")).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Returns the values of a term; `None` if there is no such term.
fn values<'a>(terms: &'a [Term], field: &str) -> Option<Vec<&'a str>> {
    let term = terms.iter().find(|term| term.field == field)?;
    Some(term.values.iter().map(String::as_str).collect())
}

/// Returns the times between `after` and `before`, both of which are exclusive.
fn times(terms: &[Term]) -> RangeInclusive<Timestamp> {
    let time = |field| values(terms, field)?.first()?.parse::<i64>().ok();
    let (after, before) = (time("after").unwrap_or(i64::MIN), time("before").unwrap_or(i64::MAX));
    Timestamp(after.saturating_add(1))..=Timestamp(before.saturating_sub(1))
}

/// Returns the row of an event: its fields, some of which have other names than in the stream, or are missing.
fn row(event: &Event, table: &str) -> Row {
    let Ok(Value::Object(mut row)) = serde_json::to_value(event) else { return Row::new() };
    row.remove("event_name");
    row.remove("team_id");
    row.remove("attacker_team_id");
    let mut rename = |from: &str, to: &str| {
        if let Some(value) = row.remove(from) {
            row.insert(to.to_owned(), value);
        }
    };
    match event {
        Event::FacilityControl(_) => {
            rename("new_faction_id", "faction_new");
            rename("old_faction_id", "faction_old");
            row.insert("objective_id".into(), text(0));
        }
        Event::MetagameEvent(event) => {
            for (field, share) in
                [("faction_nc", event.faction_nc), ("faction_tr", event.faction_tr), ("faction_vs", event.faction_vs)]
            {
                row.insert(field.into(), text(format_args!("{:.13}", f64::from(share))));
            }
            row.insert("experience_bonus".into(), text(event.experience_bonus));
            row.insert("zone_id".into(), text(0));
        }
        Event::VehicleDestroy(_) => {
            rename("vehicle_id", "vehicle_definition_id");
            row.remove("facility_id");
            row.insert("attacker_player_guid".into(), text(0));
            row.insert("projectile_id".into(), text(0));
        }
        _ => {}
    }
    row.insert("event_type".into(), text(event.name()));
    row.insert("table_type".into(), text(table));
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::war::War;

    /// A minute of war.
    fn minute() -> (History, Vec<Event>) {
        let (mut war, mut history) = (War::new(1, Timestamp(1_700_000_000)), History::default());
        let mut events = Vec::new();
        while war.elapsed() < 60_000 {
            let event = war.next().unwrap().event;
            history.record(&event);
            events.push(event);
        }
        (history, events)
    }

    fn rows(collection: EventCollection, history: &History, terms: &[(&str, &str)]) -> Vec<Row> {
        let terms: Vec<_> = terms.iter().map(|(field, value)| Term::parse(field, value).unwrap()).collect();
        history.rows(collection, &terms)
    }

    #[test]
    fn events_are_found_by_owner_type_and_time_newest_first() {
        let (history, events) = minute();
        let Some(Event::Death(death)) =
            events.iter().find(|event| matches!(event, Event::Death(death) if death.attacker_character_id.is_some()))
        else {
            panic!("no death")
        };
        let (victim, attacker) = (death.character_id.to_string(), death.attacker_character_id.unwrap().to_string());
        let both = format!("{victim},{attacker}");
        let (after, before) = ((death.timestamp.0 - 1).to_string(), (death.timestamp.0 + 1).to_string());
        let find = |characters: &str, kind: &str, after: &str, before: &str| {
            let terms = [("character_id", characters), ("type", kind), ("after", after), ("before", before)];
            rows(EventCollection::Characters, &history, &terms)
        };
        let is_this = |row: &&Row| row["character_id"] == victim && row["attacker_character_id"] == attacker;
        assert_eq!(find(&victim, "DEATH", &after, &before).iter().filter(is_this).count(), 1);
        assert_eq!(find(&attacker, "KILL", &after, &before).iter().filter(is_this).count(), 1);
        assert_eq!(find(&both, "DEATH,KILL", &after, &before).iter().filter(is_this).count(), 2);
        assert_eq!(find(&victim, "ITEM", &after, &before).len(), 0);
        assert_eq!(find(&both, "DEATH,KILL", &before, "1800000000").iter().filter(is_this).count(), 0);
        let all = rows(EventCollection::Worlds, &history, &[("world_id", "1,10,40")]);
        let times: Vec<_> = all.iter().map(|row| row["timestamp"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|one, other| one >= other), "{times:?}");
    }

    #[test]
    fn captures_and_alerts_have_the_fields_of_rest() {
        let mut history = History::default();
        let control = r#"{"payload":{"duration_held":"906","event_name":"FacilityControl","facility_id":"287060","new_faction_id":"1","old_faction_id":"3","outfit_id":"37511594860086186","timestamp":"1611533115","world_id":"10","zone_id":"4"},"service":"event","type":"serviceMessage"}"#;
        let alert = r#"{"payload":{"event_name":"MetagameEvent","experience_bonus":"25.000000","faction_nc":"33.333332","faction_tr":"2.352941","faction_vs":"7.058824","instance_id":"25225","metagame_event_id":"176","metagame_event_state":"138","metagame_event_state_name":"ended","timestamp":"1611528247","world_id":"10","zone_id":"8"},"service":"event","type":"serviceMessage"}"#;
        for frame in [alert, control] {
            history.record(&crate::faults::parse_event(frame).unwrap());
        }
        let rows = rows(EventCollection::Worlds, &history, &[("world_id", "10")]);
        let expected = serde_json::json!([
            {
                "duration_held": "906", "facility_id": "287060", "faction_new": "1", "faction_old": "3",
                "objective_id": "0", "outfit_id": "37511594860086186", "timestamp": "1611533115", "world_id": "10",
                "zone_id": "4", "event_type": "FacilityControl", "table_type": "facility_control",
            },
            {
                "experience_bonus": "25", "faction_nc": "33.3333320617676", "faction_tr": "2.3529410362244",
                "faction_vs": "7.0588240623474", "instance_id": "25225", "metagame_event_id": "176",
                "metagame_event_state": "138", "metagame_event_state_name": "ended", "timestamp": "1611528247",
                "world_id": "10", "zone_id": "0", "event_type": "MetagameEvent", "table_type": "metagame_event",
            },
        ]);
        assert_eq!(serde_json::to_value(rows).unwrap(), expected);
    }
}
