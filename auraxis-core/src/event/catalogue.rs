//! The table of events.
//!
//! Fields are in alphabetical order, the order on the wire.
//! - `= OrZero`: the wire has `"0"` for nobody or nothing.
//! - `= OrAbsent`: the field is omitted where it does not apply, or by servers that do not send it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    class::EventClass,
    custom::Custom,
    derived::*,
    fault::FieldFault,
    kind_set::KindSet,
    signal::*,
    unknown::UnknownEvent,
    wire::{
        ESCAPED_EVENT_TAIL, EVENT_TAIL, FieldWriter, Fields, Literal, Mixer, OwnedFields, Presence, Scanner, Spelling,
    },
};
use crate::{extra::Extra, id::*, time::Timestamp};

const TAIL: Literal = Literal { plain: EVENT_TAIL, escaped: ESCAPED_EVENT_TAIL };

events! {
    /// A character earned a ribbon or medal, or completed a mission.
    AchievementEarned: Character {
        /// The achievement.
        achievement_id: AchievementId,
        /// The character that earned it.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character reached a new battle rank.
    BattleRankUp: Character {
        /// The new rank. It does not show whether the character was promoted before (ASP).
        battle_rank: u32,
        /// The character. A new character can be missing from REST until minutes after it logs out.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A continent was locked.
    ContinentLock: World {
        /// Only in old documentation; never seen.
        event_type: Option<Box<str>> = OrAbsent,
        /// The alert that caused it; `None` in every frame seen.
        metagame_event_id: Option<MetagameEventId> = OrZero,
        /// Share of NC players, in percent.
        nc_population: f32,
        /// The faction that held the continent before; `None` in every frame seen.
        previous_faction: Option<FactionId> = OrZero,
        timestamp: Timestamp,
        /// Share of TR players, in percent.
        tr_population: f32,
        /// The faction that locked it.
        triggering_faction: FactionId,
        /// Share of VS players, in percent.
        vs_population: f32,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A continent was unlocked, according to old documentation; the game has never sent it.
    ContinentUnlock: World {
        /// Only in old documentation; never seen.
        event_type: Option<Box<str>> = OrAbsent,
        /// The alert that caused it.
        metagame_event_id: Option<MetagameEventId> = OrZero,
        /// Share of NC players, in percent.
        nc_population: f32,
        /// The faction that held the continent before.
        previous_faction: Option<FactionId> = OrZero,
        timestamp: Timestamp,
        /// Share of TR players, in percent.
        tr_population: f32,
        /// The faction that unlocked it.
        triggering_faction: FactionId,
        /// Share of VS players, in percent.
        vs_population: f32,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character died.
    Death: Attack {
        /// The attacker. `None` for the environment; for a suicide, the victim itself.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The fire mode of the weapon; `None` for suicides, road kills and falls.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// The attacker's class.
        attacker_loadout_id: Option<LoadoutId> = OrZero,
        /// The side the attacker fought for, also for NS Operatives. Missing before August 2022.
        attacker_team_id: Option<FactionId> = OrAbsent,
        /// The attacker's vehicle; `None` on foot.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The weapon. `None` together with a vehicle means a road kill.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The victim.
        character_id: CharacterId,
        /// The victim's class.
        character_loadout_id: Option<LoadoutId> = OrZero,
        /// `false` in every frame seen. Missing before 2022.
        is_critical: Option<bool> = OrAbsent,
        /// Whether it was a headshot.
        is_headshot: bool,
        /// The side the victim fought for. Missing before August 2022.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        /// The victim's vehicle. Only in frames before 2022.
        vehicle_id: Option<VehicleId> = OrAbsent,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A facility was captured or defended. Also sent for each facility of a continent that locks or unlocks.
    FacilityControl: World {
        /// How long the previous owner held it, in seconds. If nobody held it, the time since 1970.
        duration_held: u32,
        /// The facility.
        facility_id: FacilityId,
        /// The faction that holds it now; equal to `old_faction_id` if it was defended.
        new_faction_id: FactionId,
        /// The faction that held it before.
        old_faction_id: FactionId,
        /// The outfit it was captured for. Can also be set for a defense.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character scanned a fish. Sent since spring 2025.
    FishScan: Character {
        /// The character.
        character_id: CharacterId,
        /// The fish.
        fish_id: FishId,
        /// The character's class.
        loadout_id: Option<LoadoutId> = OrZero,
        /// The side the character fought for. The test server sends the zone id here.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character gained experience. These are about three quarters of all events; to receive only those for one
    /// reason, use [`GainExperience::filter_experience`].
    GainExperience: Character {
        /// The amount, including boosts.
        amount: i32,
        /// The character that gained it.
        character_id: CharacterId,
        /// The reason.
        experience_id: ExperienceId,
        /// The character's class.
        loadout_id: Option<LoadoutId> = OrZero,
        /// The character or object it was earned on: healed, killed or repaired, for example.
        other_id: Option<EntityId> = OrZero,
        /// The side the character fought for. Missing on PlayStation.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character received an item, or used one.
    ItemAdded: Character {
        /// The character.
        character_id: CharacterId,
        /// The source, e.g. `GenericTerminalTransaction`. An open set.
        context: Box<str>,
        /// The number of items.
        item_count: i32,
        /// The item.
        item_id: ItemId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// An alert started, ended or changed.
    MetagameEvent: World {
        /// Additional experience for all players, in percent.
        experience_bonus: f32 = SixDecimals,
        /// The score of the NC: territory in percent, or the measure of this type of alert.
        faction_nc: f32 = SixDecimals,
        /// The score of the TR.
        faction_tr: f32 = SixDecimals,
        /// The score of the VS.
        faction_vs: f32 = SixDecimals,
        /// The number of this alert on its world.
        instance_id: MetagameInstanceId,
        /// The type of the alert.
        metagame_event_id: MetagameEventId,
        /// The new state.
        metagame_event_state: MetagameEventState,
        /// The name of the state.
        metagame_event_state_name: Box<str>,
        timestamp: Timestamp,
        world_id: WorldId,
        /// The continent. Missing before 2021.
        zone_id: Option<ZoneId> = OrAbsent,
    }

    /// A character took part in the capture of a facility.
    PlayerFacilityCapture: Character {
        /// The character.
        character_id: CharacterId,
        /// The facility.
        facility_id: FacilityId,
        /// An outfit. Sources disagree: the character's outfit, or the one the facility was captured for.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character took part in the defense of a facility.
    PlayerFacilityDefend: Character {
        /// The character.
        character_id: CharacterId,
        /// The facility.
        facility_id: FacilityId,
        /// An outfit. Sources disagree: the character's outfit, or the one that holds the facility.
        outfit_id: Option<OutfitId> = OrZero,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A character logged in.
    PlayerLogin: Login {
        /// The character.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
    }

    /// A character logged out. It may log in again within seconds.
    PlayerLogout: Login {
        /// The character.
        character_id: CharacterId,
        timestamp: Timestamp,
        world_id: WorldId,
    }

    /// A character bought or was granted a certification.
    SkillAdded: Character {
        /// The character.
        character_id: CharacterId,
        /// The certification.
        skill_id: SkillId,
        timestamp: Timestamp,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    /// A vehicle, turret or deployable was destroyed.
    VehicleDestroy: Attack {
        /// The attacker, if there is one.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The attacker's class.
        attacker_loadout_id: Option<LoadoutId> = OrZero,
        /// The side the attacker fought for. Missing on PlayStation, and before August 2022.
        attacker_team_id: Option<FactionId> = OrAbsent,
        /// The attacker's vehicle; `None` on foot.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The weapon.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The owner; `None` if it has none.
        character_id: Option<CharacterId> = OrZero,
        /// The facility that a base turret belongs to.
        facility_id: Option<FacilityId> = OrZero,
        /// The faction that the vehicle belongs to.
        faction_id: FactionId,
        /// The side the owner fought for. Missing before August 2022.
        team_id: Option<FactionId> = OrAbsent,
        timestamp: Timestamp,
        /// What was destroyed.
        vehicle_id: VehicleId,
        world_id: WorldId,
        zone_id: ZoneId,
    }

    ; derived
    SessionStart SessionEnd AlertStart AlertEnd FacilityCapture FacilityDefence PopulationReport

    ; signals
    Started Connected Disconnected WorldStateChanged TriggerFailed Overflow Gap SubscriptionDrift Lagging RunsAborted ParseFailed Stopping Custom
}
