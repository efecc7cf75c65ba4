//! Sample events for tests: one of each kind, with a sensible value in every field.
//!
//! Samples are composed from the fields in the catalogue and the table of values below, and parsed like any other
//! event. A new row of the catalogue without values fails a test.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{
    catalogue::*,
    custom::{Custom, CustomEvent},
    derived::*,
    kind_set::KindSet,
    payload::Payload,
    signal::*,
    unknown::UnknownEvent,
};
use crate::{id::*, scope::Scope, time::Timestamp};

/// An event with a sample.
///
/// ```
/// # use auraxis_core as auraxis;
/// use auraxis::{event::{Death, sample::Sample}, id::WorldId};
///
/// let death = Death::sample().with(|death| {
///     death.is_headshot = true;
///     death.world_id = WorldId::SOLTECH;
/// });
/// assert!(death.is_headshot && death.attacker_character_id.is_some());
/// ```
pub trait Sample: Payload {
    /// Returns an event with a sensible value in every field.
    #[must_use]
    fn sample() -> Self;

    /// Changes some fields of the event.
    #[must_use]
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// The timestamp of samples: 2023-11-14T22:13:20Z.
pub const MOMENT: Timestamp = Timestamp(1_700_000_000);

/// The value of a field, by its name or by `Event.field`. Fields with an empty value are left out.
///
/// An NC player kills a TR player, on Indar, on Osprey.
const VALUES: &[(&str, &str)] = &[
    ("achievement_id", "90015"),
    ("amount", "100"),
    ("attacker_character_id", "5428010618015189713"),
    ("attacker_fire_mode_id", "278"),
    ("attacker_loadout_id", "6"),
    ("attacker_team_id", "2"),
    ("attacker_vehicle_id", "0"),
    ("attacker_weapon_id", "80"),
    ("battle_rank", "42"),
    ("character_id", "5428010618035323201"),
    ("character_loadout_id", "11"),
    ("context", "GenericTerminalTransaction"),
    ("Death.vehicle_id", ""),
    ("duration_held", "1800"),
    ("event_type", ""),
    ("experience_bonus", "25.000000"),
    ("experience_id", "1"),
    ("facility_id", "7500"),
    ("faction_id", "3"),
    ("faction_nc", "40.000000"),
    ("faction_tr", "35.000000"),
    ("faction_vs", "25.000000"),
    ("fish_id", "2"),
    ("instance_id", "12345"),
    ("is_critical", "0"),
    ("is_headshot", "0"),
    ("item_count", "1"),
    ("item_id", "6008686"),
    ("loadout_id", "11"),
    ("metagame_event_id", "148"),
    ("metagame_event_state", "135"),
    ("metagame_event_state_name", "started"),
    ("nc_population", "35"),
    ("new_faction_id", "2"),
    ("old_faction_id", "3"),
    ("other_id", "5428010618015189713"),
    ("outfit_id", "37509488620601345"),
    ("previous_faction", "0"),
    ("skill_id", "1234"),
    ("team_id", "3"),
    ("timestamp", "1700000000"),
    ("tr_population", "33"),
    ("triggering_faction", "2"),
    ("VehicleDestroy.facility_id", "0"),
    ("vehicle_id", "4"),
    ("vs_population", "32"),
    ("world_id", "1"),
    ("zone_id", "2"),
];

/// The sample of a kind that the game sends.
fn sample_of<E: Payload>(kind: EventKind) -> E {
    let event = event(kind.name(), kind.fields().iter().map(|field| (*field, value(kind, field))));
    E::downcast_ref(&event).expect("a frame of a kind reads as this kind").clone()
}

fn value(kind: EventKind, field: &str) -> &'static str {
    let of = |name: &str| VALUES.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    of(&format!("{}.{field}", kind.name())).or_else(|| of(field)).expect("a row of `VALUES` for each field")
}

fn event<'a>(name: &'a str, fields: impl Iterator<Item = (&'a str, &'a str)>) -> Event {
    let payload: Map<_, _> = fields
        .filter(|(_, value)| !value.is_empty())
        .chain([("event_name", name)])
        .map(|(field, value)| (field.to_owned(), Value::from(value)))
        .collect();
    serde_json::from_value(payload.into()).expect("the payload of an event")
}

macro_rules! samples {
    ($($name:ident)*) => {$(
        impl Sample for $name {
            fn sample() -> Self {
                sample_of(EventKind::$name)
            }
        }
    )*};
}

each_event!(samples);

impl Sample for UnknownEvent {
    /// An event called `Unheard`. For other names, parse a frame.
    fn sample() -> Self {
        let Event::Unknown(event) = event("Unheard", [("timestamp", "1700000000"), ("world_id", "1")].into_iter())
        else {
            unreachable!("no event has this name")
        };
        event
    }
}

macro_rules! signals {
    ($( $name:ident($($value:expr),*) )*) => {$(
        impl Sample for $name {
            fn sample() -> Self {
                Self::new(MOMENT $(, $value)*)
            }
        }
    )*};
}

signals! {
    Started()
    Connected(1)
    Disconnected("the server closed the connection without a reason".into(), Some(MOMENT))
    WorldStateChanged(WorldId::OSPREY, true)
    TriggerFailed("on_death".into(), Failure::Error, "the database is away".into())
    Overflow("on_death".into(), 1)
    Gap(1, (Scope::All, KindSet::ALL), (MOMENT, Some(MOMENT)), GapCause::Disconnected, None)
    SubscriptionDrift(1, Box::default(), Box::default())
    Lagging("on_death".into(), 1, Duration::from_secs(6))
    RunsAborted("on_death".into(), 1, 0)
    ParseFailed("a frame is not a JSON object".into(), "nonsense".into(), 1)
    Stopping()
}

impl Sample for Custom {
    /// An event of a type that no other trigger listens to.
    fn sample() -> Self {
        #[derive(Clone, Debug)]
        struct Sampled;

        impl CustomEvent for Sampled {}

        Self::new(MOMENT, Sampled)
    }
}

macro_rules! derived {
    ($( $name:ident { $($field:ident: $value:expr),* $(,)? } )*) => {$(
        impl Sample for $name {
            fn sample() -> Self {
                Self { timestamp: MOMENT, world_id: WorldId::OSPREY, $($field: $value),* }
            }
        }
    )*};
}

/// The character of samples, as in [`VALUES`].
const CHARACTER: CharacterId = CharacterId(5_428_010_618_035_323_201);

derived! {
    SessionStart { character_id: CHARACTER }
    SessionEnd {
        character_id: CHARACTER,
        started: Some(Timestamp(MOMENT.0 - 3_600)),
        duration: Some(Duration::from_hours(1)),
        cause: SessionEndCause::Logout,
        gap: false,
    }
    AlertStart {
        zone_id: Some(ZoneId::INDAR),
        instance_id: MetagameInstanceId(12_345),
        metagame_event_id: MetagameEventId(148),
        max_duration: Some(Duration::from_mins(90)),
        recovered: false,
    }
    AlertEnd {
        zone_id: Some(ZoneId::INDAR),
        instance_id: MetagameInstanceId(12_345),
        metagame_event_id: MetagameEventId(148),
        started: Some(Timestamp(MOMENT.0 - 5_400)),
        duration: Some(Duration::from_mins(90)),
        scores: Some(AlertScores { vs: 25.0, nc: 40.0, tr: 35.0 }),
        winner: Some(FactionId::NC),
        cause: AlertEndCause::Ended,
        gap: false,
    }
    FacilityCapture {
        zone_id: ZoneId::INDAR,
        facility_id: FacilityId(7_500),
        old_faction_id: FactionId::TR,
        new_faction_id: FactionId::NC,
        outfit_id: Some(OutfitId(37_509_488_620_601_345)),
        held: Some(Duration::from_mins(30)),
        participants: Arc::new([CHARACTER]),
        gap: false,
    }
    FacilityDefence {
        zone_id: ZoneId::INDAR,
        facility_id: FacilityId(7_500),
        faction_id: FactionId::TR,
        outfit_id: None,
        participants: Arc::new([CHARACTER]),
        gap: false,
    }
    PopulationReport {
        zone_id: ZoneId::INDAR,
        vs: 96,
        nc: 105,
        tr: 99,
        unknown: 0,
        from: Timestamp(MOMENT.0 - 900),
        gap: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    #[test]
    fn every_kind_has_a_sample_that_comes_back_from_its_frame() {
        for &kind in EventKind::ALL {
            let event: Event = sample_of(kind);
            assert_eq!(event.kind(), kind);
            assert_eq!(Frame::parse(&event.to_frame()), Ok(Frame::Event(event.clone())));
            assert_eq!((event.timestamp(), event.world_id()), (Some(MOMENT), Some(WorldId::OSPREY)));
        }
    }

    #[test]
    fn every_value_is_used() {
        for (key, _) in VALUES {
            let used = |kind: &&EventKind| match key.split_once('.') {
                Some((name, field)) => kind.name() == name && kind.fields().contains(&field),
                None => kind.fields().contains(key),
            };
            assert!(EventKind::ALL.iter().any(|kind| used(&kind)), "{key}");
        }
    }
}
