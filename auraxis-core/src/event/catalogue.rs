//! The table of events.
//!
//! Fields stand in alphabetical order, which is the order of the wire. `= OrZero`: the wire says `"0"` for nobody or
//! nothing. `= OrAbsent`: the field is left out where it does not apply or on servers that do not send it.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    class::EventClass,
    extra::Extra,
    fault::FieldFault,
    signal::*,
    unknown::UnknownEvent,
    wire::{EVENT_TAIL, FieldWriter, Fields, OwnedFields, Presence, Scanner},
};
use crate::{id::*, time::Timestamp};

events! {
    /// A character earned a ribbon or medal, or finished a mission.
    AchievementEarned: Character {
        /// What was earned.
        achievement_id: AchievementId,
        /// Who earned it.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character reached a new battle rank.
    BattleRankUp: Character {
        /// The new rank. Whether it is one after a prestige reset is not said.
        battle_rank: u32,
        /// Who reached it. REST may not know a new character until minutes after its logout.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A continent was locked.
    ContinentLock: World {
        /// In old documentation; never seen.
        event_type: Option<Box<str>> = OrAbsent,
        /// The alert that led to it; `None` in every frame seen.
        metagame_event_id: Option<MetagameEventId> = OrZero,
        /// Share of the players who are NC, in percent.
        nc_population: f32,
        /// Who held the continent before; `None` in every frame seen.
        previous_faction: Option<FactionId> = OrZero,
        timestamp: Timestamp,
        /// Share of the players who are TR, in percent.
        tr_population: f32,
        /// Who locked it.
        triggering_faction: FactionId,
        /// Share of the players who are VS, in percent.
        vs_population: f32,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A continent was unlocked, says old documentation; the game has never sent it.
    ContinentUnlock: World {
        /// In old documentation; never seen.
        event_type: Option<Box<str>> = OrAbsent,
        /// The alert that led to it.
        metagame_event_id: Option<MetagameEventId> = OrZero,
        /// Share of the players who are NC, in percent.
        nc_population: f32,
        /// Who held the continent before.
        previous_faction: Option<FactionId> = OrZero,
        timestamp: Timestamp,
        /// Share of the players who are TR, in percent.
        tr_population: f32,
        /// Who unlocked it.
        triggering_faction: FactionId,
        /// Share of the players who are VS, in percent.
        vs_population: f32,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character died.
    Death: Attack {
        /// Who killed; `None` is the environment, the victim itself a suicide.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// How the weapon was set; `None` for suicides, road kills and falls.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// What class the attacker played.
        attacker_loadout_id: Option<LoadoutId> = OrZero,
        /// For whom the attacker fought, an NS operative's hired side included. Missing before August 2022.
        attacker_team_id: Option<FactionId> = OrAbsent,
        /// What the attacker sat in; `None` is on foot.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// What killed; `None` with a vehicle is a road kill.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// Who died.
        character_id: CharacterId,
        /// What class the victim played.
        character_loadout_id: Option<LoadoutId> = OrZero,
        /// Never set in any frame seen. Missing before 2022.
        is_critical: Option<bool> = OrAbsent,
        /// Whether the head was hit.
        is_headshot: bool,
        /// For whom the victim fought. Missing before August 2022.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        /// What the victim sat in. Only in frames before 2022.
        vehicle_id: Option<VehicleId> = OrAbsent,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A facility was captured or defended. A continent that locks or unlocks sends one for each of its facilities.
    FacilityControl: World {
        /// How long the previous owner held it, in seconds; the time since 1970 if nobody did.
        duration_held: u32,
        /// Which facility.
        facility_id: FacilityId,
        /// Who holds it now; equal to `old_faction_id` if it was defended.
        new_faction_id: FactionId,
        /// Who held it before.
        old_faction_id: FactionId,
        /// The outfit that it was captured for.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character scanned a fish. Since spring 2025.
    FishScan: Character {
        /// Who scanned it.
        character_id: CharacterId,
        /// Which fish.
        fish_id: FishId,
        /// What class the character played.
        loadout_id: Option<LoadoutId> = OrZero,
        /// For whom the character fought. The test server put the zone here.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character gained experience. Three quarters of all events, unless you name what for:
    /// [`GainExperience::filter_experience`].
    GainExperience: Character {
        /// How much, boosts included.
        amount: i32,
        /// Who gained it.
        character_id: CharacterId,
        /// What for.
        experience_id: ExperienceId,
        /// What class the character played.
        loadout_id: Option<LoadoutId> = OrZero,
        /// On whom or what it was earned: who was healed, killed, or repaired.
        other_id: Option<EntityId> = OrZero,
        /// For whom the character fought. Missing on PlayStation.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character got an item, or used one.
    ItemAdded: Character {
        /// Who got it.
        character_id: CharacterId,
        /// Where it came from, e.g. `GenericTerminalTransaction`. An open set.
        context: Box<str>,
        /// How many.
        item_count: i32,
        /// What.
        item_id: ItemId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// An alert started, ended or changed.
    MetagameEvent: World {
        /// Additional experience for all, in percent.
        experience_bonus: f32 = SixDecimals,
        /// The score of the NC: territory in percent, or whatever this alert counts.
        faction_nc: f32 = SixDecimals,
        /// The score of the TR.
        faction_tr: f32 = SixDecimals,
        /// The score of the VS.
        faction_vs: f32 = SixDecimals,
        /// Which alert of this world it is.
        instance_id: MetagameInstanceId,
        /// What kind of alert it is.
        metagame_event_id: MetagameEventId,
        /// What happened to it.
        metagame_event_state: MetagameEventState,
        /// The same in words.
        metagame_event_state_name: Box<str>,
        timestamp: Timestamp,
        world_id: WorldId,
        /// On which continent. Missing before 2021.
        zone_id: Option<ZoneId> = OrAbsent,
    }

    /// A character took part in the capture of a facility.
    PlayerFacilityCapture: Character {
        /// Who took part.
        character_id: CharacterId,
        /// Which facility.
        facility_id: FacilityId,
        /// The outfit: of the character by some accounts, for which it was captured by others.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character took part in the defence of a facility.
    PlayerFacilityDefend: Character {
        /// Who took part.
        character_id: CharacterId,
        /// Which facility.
        facility_id: FacilityId,
        /// The outfit: of the character by some accounts, which holds the facility by others.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character logged in.
    PlayerLogin: Login {
        /// Who logged in.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
    }

    /// A character logged out. One that relogs is back within seconds.
    PlayerLogout: Login {
        /// Who logged out.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
    }

    /// A character bought or was given a certification.
    SkillAdded: Character {
        /// Who got it.
        character_id: CharacterId,
        /// What.
        skill_id: SkillId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A vehicle, turret or deployable was destroyed.
    VehicleDestroy: Attack {
        /// Who destroyed it.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// What class the attacker played.
        attacker_loadout_id: Option<LoadoutId> = OrZero,
        /// For whom the attacker fought. Missing on PlayStation, and before August 2022.
        attacker_team_id: Option<FactionId> = OrAbsent,
        /// What the attacker sat in; `None` is on foot.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// With what.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// Whose it was; `None` for one without an owner.
        character_id: Option<CharacterId> = OrZero,
        /// The base that a turret belonged to.
        facility_id: Option<FacilityId> = OrZero,
        /// Which faction's make it was.
        faction_id: FactionId,
        /// For whom its owner fought. Missing before August 2022.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        /// What was destroyed.
        vehicle_id: VehicleId,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    ; signals
    Started Connected Disconnected WorldStateChanged TriggerFailed Overflow Lagging RunsAborted ParseFailed Stopping
}
