//! Conversion of rows to events of the stream.

use super::EventRecord;
use crate::{
    census::Row as _,
    event::{
        AchievementEarned, BattleRankUp, Death, Event, Extra, FacilityControl, ItemAdded, MetagameEvent,
        PlayerFacilityCapture, PlayerFacilityDefend, VehicleDestroy,
    },
    id::{FactionId, LoadoutId, ZoneId},
    time::Timestamp,
};

impl EventRecord {
    /// Converts the row to the event that the stream sends. `None` if the kind is unknown, or if the row does not
    /// contain what the event requires.
    ///
    /// Rows of `world_event` and `characters_event` can be decoded into this type as well.
    ///
    /// What REST does not have is empty: the teams of attacker and victim, the zone of alerts, and the facility of a
    /// destroyed turret. A row without a zone has the zone 0.
    #[must_use]
    pub fn to_event(&self) -> Option<Event> {
        let timestamp = self.timestamp?;
        match &*self.event_type {
            "AchievementEarned" => self.to_achievement_earned(timestamp).map(Event::from),
            "BattleRankUp" => self.to_battle_rank_up(timestamp).map(Event::from),
            // `type=KILL` selects the deaths of others, by this character.
            "Death" | "Kill" => self.to_death(timestamp).map(Event::from),
            "FacilityControl" => self.to_facility_control(timestamp).map(Event::from),
            "ItemAdded" => self.to_item_added(timestamp).map(Event::from),
            "MetagameEvent" => self.to_metagame_event(timestamp).map(Event::from),
            "PlayerFacilityCapture" => self.to_player_facility_capture(timestamp).map(Event::from),
            "PlayerFacilityDefend" => self.to_player_facility_defend(timestamp).map(Event::from),
            "VehicleDestroy" => self.to_vehicle_destroy(timestamp).map(Event::from),
            _ => None,
        }
    }

    fn to_achievement_earned(&self, timestamp: Timestamp) -> Option<AchievementEarned> {
        Some(AchievementEarned {
            achievement_id: self.achievement_id?,
            character_id: self.character_id?,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_battle_rank_up(&self, timestamp: Timestamp) -> Option<BattleRankUp> {
        Some(BattleRankUp {
            battle_rank: self.battle_rank?,
            character_id: self.character_id?,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_death(&self, timestamp: Timestamp) -> Option<Death> {
        Some(Death {
            attacker_character_id: self.attacker_character_id,
            attacker_fire_mode_id: self.attacker_fire_mode_id,
            attacker_loadout_id: unless_zero(self.attacker_loadout_id),
            attacker_team_id: self.team("attacker_team_id"),
            attacker_vehicle_id: self.attacker_vehicle_id,
            attacker_weapon_id: self.attacker_weapon_id,
            character_id: self.character_id?,
            character_loadout_id: unless_zero(self.character_loadout_id),
            is_critical: self.is_critical,
            is_headshot: self.is_headshot.unwrap_or_default(),
            team_id: self.team("team_id"),
            timestamp,
            vehicle_id: None,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_facility_control(&self, timestamp: Timestamp) -> Option<FacilityControl> {
        Some(FacilityControl {
            duration_held: self.duration_held.unwrap_or_default(),
            facility_id: self.facility_id?,
            new_faction_id: self.faction_new?,
            old_faction_id: self.faction_old?,
            outfit_id: self.outfit_id,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_item_added(&self, timestamp: Timestamp) -> Option<ItemAdded> {
        Some(ItemAdded {
            character_id: self.character_id?,
            context: self.context.clone().unwrap_or_default(),
            item_count: self.item_count.and_then(|count| count.try_into().ok()).unwrap_or_default(),
            item_id: self.item_id?,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_metagame_event(&self, timestamp: Timestamp) -> Option<MetagameEvent> {
        // The stream writes six decimals, REST more.
        #[allow(clippy::cast_possible_truncation)]
        let share = |share: Option<f64>| ((share.unwrap_or_default() * 1e6).round() / 1e6) as f32;
        let state = self.metagame_event_state?;
        let name = || state.name().unwrap_or_default().into();
        Some(MetagameEvent {
            experience_bonus: share(self.experience_bonus),
            faction_nc: share(self.faction_nc),
            faction_tr: share(self.faction_tr),
            faction_vs: share(self.faction_vs),
            instance_id: self.instance_id?,
            metagame_event_id: self.metagame_event_id?,
            metagame_event_state: state,
            metagame_event_state_name: self.metagame_event_state_name.clone().unwrap_or_else(name),
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone_id,
            extra: Extra::default(),
        })
    }

    fn to_player_facility_capture(&self, timestamp: Timestamp) -> Option<PlayerFacilityCapture> {
        Some(PlayerFacilityCapture {
            character_id: self.character_id?,
            facility_id: self.facility_id?,
            outfit_id: self.outfit_id,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_player_facility_defend(&self, timestamp: Timestamp) -> Option<PlayerFacilityDefend> {
        Some(PlayerFacilityDefend {
            character_id: self.character_id?,
            facility_id: self.facility_id?,
            outfit_id: self.outfit_id,
            timestamp,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn to_vehicle_destroy(&self, timestamp: Timestamp) -> Option<VehicleDestroy> {
        Some(VehicleDestroy {
            attacker_character_id: self.attacker_character_id,
            attacker_loadout_id: unless_zero(self.attacker_loadout_id),
            attacker_team_id: self.team("attacker_team_id"),
            attacker_vehicle_id: self.attacker_vehicle_id,
            attacker_weapon_id: self.attacker_weapon_id,
            character_id: self.character_id,
            facility_id: self.facility_id,
            faction_id: self.faction_id.unwrap_or(FactionId::NONE),
            team_id: self.team("team_id"),
            timestamp,
            vehicle_id: self.vehicle_definition_id?,
            world_id: self.world_id,
            zone_id: self.zone(),
            extra: Extra::default(),
        })
    }

    fn zone(&self) -> ZoneId {
        self.zone_id.unwrap_or(ZoneId(0))
    }

    /// The team, which is documented for no collection.
    fn team(&self, field: &str) -> Option<FactionId> {
        self.extra().read(field).ok().flatten()
    }
}

fn unless_zero(loadout: Option<LoadoutId>) -> Option<LoadoutId> {
    loadout.filter(|loadout| loadout.0 != 0)
}
