//! Recognizing an event that is received from the stream and from REST.

use super::{catalogue::Event, wire::Mixer};
use crate::{id::MetagameEventState, time::Timestamp};

impl Event {
    /// Returns a number that is equal for the same event from the stream and from REST, whose fields differ. `None` for
    /// kinds of events that REST does not have.
    ///
    /// It is coarser than [`fingerprint`](Self::fingerprint): two equal items within one second, for example, have the
    /// same number.
    #[must_use]
    pub fn identity(&self) -> Option<u64> {
        let fields: [u64; 5] = match self {
            Self::AchievementEarned(event) => {
                [at(event.timestamp), event.character_id.0, event.achievement_id.0.into(), 0, 0]
            }
            Self::BattleRankUp(event) => [at(event.timestamp), event.character_id.0, event.battle_rank.into(), 0, 0],
            Self::Death(event) => [
                at(event.timestamp),
                event.character_id.0,
                event.attacker_character_id.map_or(0, |id| id.0),
                event.attacker_weapon_id.map_or(0, |id| id.0.into()),
                0,
            ],
            // Without the zone: a facility is in one zone only, and REST is known to omit the zone of alerts.
            Self::FacilityControl(event) => [
                at(event.timestamp),
                event.world_id.0.into(),
                event.facility_id.0.into(),
                event.new_faction_id.0.into(),
                0,
            ],
            Self::ItemAdded(event) => [at(event.timestamp), event.character_id.0, event.item_id.0.into(), 0, 0],
            Self::MetagameEvent(event) => {
                // An alert starts and ends once, but its bonus can change several times.
                let happens_once = matches!(
                    event.metagame_event_state,
                    MetagameEventState::STARTED | MetagameEventState::ENDED | MetagameEventState::CANCELED
                );
                let time = if happens_once { 0 } else { at(event.timestamp) };
                let (alert, state) = (event.instance_id.0.into(), event.metagame_event_state.0.into());
                [time, event.world_id.0.into(), alert, event.metagame_event_id.0.into(), state]
            }
            Self::PlayerFacilityCapture(event) => {
                [at(event.timestamp), event.character_id.0, event.facility_id.0.into(), 0, 0]
            }
            Self::PlayerFacilityDefend(event) => {
                [at(event.timestamp), event.character_id.0, event.facility_id.0.into(), 0, 0]
            }
            Self::VehicleDestroy(event) => [
                at(event.timestamp),
                event.character_id.map_or(0, |id| id.0),
                event.attacker_character_id.map_or(0, |id| id.0),
                event.attacker_weapon_id.map_or(0, |id| id.0.into()),
                event.vehicle_id.0.into(),
            ],
            _ => return None,
        };
        let mut mixer = Mixer::new(self.kind() as u64);
        for field in fields {
            mixer.number(field);
        }
        Some(mixer.finish())
    }
}

const fn at(timestamp: Timestamp) -> u64 {
    timestamp.0.cast_unsigned()
}
