//! Servers, continents, bases and alerts.

use super::special::{SPECIAL, SPECIAL_LIMIT};
use crate::{
    id::*,
    ps2::{
        Localized,
        define::{collections, object},
    },
    time::Timestamp,
};

collections! {
    const WORLD;

    /// A server.
    World = "world" by world_id: WorldId, cache(20, 3600) with [unsearchable(&["name"])] {
        /// The server.
        world_id: WorldId,
        /// `online`, `locked` and such; not up to date.
        state: Option<Box<str>>,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
    }

    /// Something that happened on a server.
    ///
    /// The fields that are there depend on `event_type`.
    WorldEvent = "world_event" with [
        required_terms(&["world_id"]),
        extra_terms(&["type", "before", "after"]),
        commands(SPECIAL_LIMIT),
        not_countable()
    ] {
        /// The alert.
        metagame_event_id: Option<MetagameEventId>,
        /// What has happened to the alert.
        metagame_event_state: Option<MetagameEventState>,
        /// The share of the NC, in percent.
        faction_nc: Option<f64>,
        /// The share of the TR, in percent.
        faction_tr: Option<f64>,
        /// The share of the VS, in percent.
        faction_vs: Option<f64>,
        /// The bonus on experience, in percent.
        experience_bonus: Option<f64>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
        /// The continent.
        zone_id: Option<ZoneId> = OrZero,
        /// The server.
        world_id: WorldId,
        /// What happened, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// The table it comes from, such as `deaths`.
        table_type: Option<Box<str>>,
        /// The alert; unique only together with the server.
        instance_id: Option<MetagameInstanceId>,
        /// `metagame_event_state`, by name.
        metagame_event_state_name: Option<Box<str>>,
        /// How long it was held, in seconds.
        duration_held: Option<u32>,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// Who holds it now.
        faction_new: Option<FactionId>,
        /// Who held it before.
        faction_old: Option<FactionId>,
        /// The objective.
        objective_id: Option<ObjectiveId>,
        /// The outfit.
        outfit_id: Option<OutfitId> = OrZero,
    }

    /// Something that happened, to characters or on servers.
    ///
    /// The fields that are there depend on `event_type`.
    EventRecord = "event" with [
        required_terms(&["type"]),
        extra_terms(&["type", "before", "after"]),
        commands(SPECIAL_LIMIT),
        not_countable(),
        resolves(&[
            "character", "character_name", "characters_stat_history", "attacker", "attacker_name",
            "attackers_stat_history",
        ])
    ] {
        /// Which ribbon, medal or mission.
        achievement_id: Option<AchievementId>,
        /// Who did it.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The fire mode that was used.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// The loadout of who did it.
        attacker_loadout_id: Option<LoadoutId>,
        /// The vehicle that was used.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The weapon that was used, by its item.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The loadout of the character.
        character_loadout_id: Option<LoadoutId>,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The alert; unique only together with the server.
        instance_id: Option<MetagameInstanceId>,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The alert.
        metagame_event_id: Option<MetagameEventId>,
        /// The objective.
        objective_id: Option<ObjectiveId>,
        /// The outfit.
        outfit_id: Option<OutfitId> = OrZero,
        /// The projectile.
        projectile_id: Option<ProjectileId>,
        /// The vehicle that was destroyed.
        vehicle_definition_id: Option<VehicleId> = OrZero,
        /// The server.
        world_id: WorldId,
        /// The continent.
        zone_id: Option<ZoneId> = OrZero,
        /// Who did it, as the game's servers call it.
        attacker_player_guid: Option<EntityId> = OrZero,
        /// The rank reached.
        battle_rank: Option<u32>,
        /// Why the item was added.
        context: Option<Box<str>>,
        /// How long it was held, in seconds.
        duration_held: Option<u32>,
        /// What happened, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// The bonus on experience, in percent.
        experience_bonus: Option<f64>,
        /// The share of the NC, in percent.
        faction_nc: Option<f64>,
        /// Who holds it now.
        faction_new: Option<FactionId>,
        /// Who held it before.
        faction_old: Option<FactionId>,
        /// The share of the TR, in percent.
        faction_tr: Option<f64>,
        /// The share of the VS, in percent.
        faction_vs: Option<f64>,
        /// Whether the hit was critical.
        is_critical: Option<bool>,
        /// Whether it was a hit to the head.
        is_headshot: Option<bool>,
        /// How many were added.
        item_count: Option<u32>,
        /// What has happened to the alert.
        metagame_event_state: Option<MetagameEventState>,
        /// `metagame_event_state`, by name.
        metagame_event_state_name: Option<Box<str>>,
        /// The table it comes from, such as `deaths`.
        table_type: Option<Box<str>>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
    }

    /// A season in which the factions' scores were counted.
    EmpireScores = "empire_scores" {
        /// The name of the tracker.
        tracker_name: Option<Box<str>>,
        /// What the tracker is.
        tracker_description: Option<Box<str>>,
        /// `start_time` as a text, in UTC.
        start_date: Option<Box<str>>,
        /// When it begins.
        start_time: Option<Timestamp> = OrZero,
        /// `end_time` as a text, in UTC.
        end_date: Option<Box<str>>,
        /// When it ends.
        end_time: Option<Timestamp> = OrZero,
        /// Its name.
        name: Localized,
    }

    /// An alert.
    MetagameEvent = "metagame_event" by metagame_event_id: MetagameEventId, cache(100, 60) is [Named] {
        /// The alert.
        metagame_event_id: MetagameEventId,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The kind, by number.
        kind as "type": Option<i32>,
        /// The bonus on experience, in percent.
        experience_bonus: Option<i32>,
        /// How long it lasts, in minutes.
        duration_minutes: Option<i32>,
    }

    /// A state of alerts.
    MetagameEventStateInfo = "metagame_event_state" by metagame_event_state_id: MetagameEventState, cache(10, 3600) {
        /// The state of the alert.
        metagame_event_state_id: MetagameEventState,
        /// Its name.
        name: Box<str> = OrEmpty,
    }

    /// A continent.
    Zone = "zone" by zone_id: ZoneId, cache(20, 3600), key(Zone::of_event) is [Named] {
        /// The continent.
        zone_id: ZoneId,
        /// The name in the game's files.
        code: Option<Box<str>>,
        /// The size of a hexagon, in metres.
        hex_size: Option<f64>,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The shape of its hexagons.
        geometry_id: Option<u32>,
        /// Whether it exists only as instances.
        dynamic: Option<bool>,
    }

    /// Who holds the regions of a continent.
    Map = "map" with [
        required_terms(&["world_id", "zone_ids"]),
        extra_terms(&["world_id", "zone_ids"]),
        commands(SPECIAL),
        not_countable()
    ] {
        /// The continent.
        zone_id as "ZoneId": ZoneId,
        /// The regions.
        regions as "Regions": MapRegions,
    }

    /// A hexagon of a map.
    MapHex = "map_hex" {
        /// The region of the map.
        map_region_id: MapRegionId,
        /// The continent.
        zone_id: Option<ZoneId>,
        /// The kind of the hexagon, by number.
        hex_type: Option<i32>,
        /// The kind, by name.
        type_name: Option<Box<str>>,
        /// The column.
        x: Option<i32>,
        /// The row.
        y: Option<i32>,
    }

    /// A region of a map, and the base in it.
    MapRegion = "map_region" by map_region_id: MapRegionId, cache(100, 60) {
        /// The region of the map.
        map_region_id: MapRegionId,
        /// The continent.
        zone_id: ZoneId,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The name of the base.
        facility_name: Option<Box<str>>,
        /// The kind of base.
        facility_type_id: Option<FacilityTypeId>,
        /// The kind of the base, by name.
        facility_type: Option<Box<str>>,
        /// Where it is: to the north, in metres.
        location_x: Option<f64>,
        /// Where it is: above the sea, in metres.
        location_y: Option<f64>,
        /// Where it is: to the east, in metres.
        location_z: Option<f64>,
        /// How much is paid.
        reward_amount: Option<i32>,
        /// The currency that is paid.
        reward_currency_id: Option<CurrencyId>,
        /// What is paid for the capture.
        capture_reward: FacilityReward,
        /// What is paid while it is held.
        tick_reward: FacilityReward,
    }

    /// A region, with its name.
    Region = "region" by region_id: RegionId, cache(100, 60) is [Named] {
        /// The region.
        region_id: RegionId,
        /// The continent.
        zone_id: ZoneId,
        /// Who holds it at the start.
        initial_faction_id: Option<FactionId>,
        /// Its name.
        name: Localized,
    }

    /// A lattice link between two bases.
    FacilityLink = "facility_link" {
        /// The continent.
        zone_id: ZoneId,
        /// What it is.
        description: Option<Box<str>>,
        /// One end.
        facility_id_a: FacilityId,
        /// The other end.
        facility_id_b: FacilityId,
    }

    /// A kind of base.
    FacilityType = "facility_type" by facility_type_id: FacilityTypeId, cache(10, 3600) {
        /// The kind of base.
        facility_type_id: FacilityTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// How busy a server is, as the launcher shows it: `low`, `medium`, `high`, `locked`.
    GameServerStatus = "game_server_status" with [namespace("global")] {
        /// The game; `ps2` is the one on PC.
        game_code: Option<Box<str>>,
        /// The name of the server, in English.
        name: Option<Box<str>>,
        /// Where it stands.
        region_code: Option<Box<str>>,
        /// How busy it is.
        last_reported_state: Option<Box<str>>,
        /// When that was reported.
        last_reported_time: Option<Timestamp> = OrZero,
    }
}

object! {
    /// The regions of a [`Map`].
    MapRegions {
        /// Whether there are several.
        is_list as "IsList": Option<bool>,
        /// One for each region.
        rows as "Row": Vec<MapRow> = OneOrMany,
    }

    /// A row of a [`Map`].
    MapRow {
        /// What is in it.
        data as "RowData": RegionOwner,
    }

    /// Who holds a region.
    RegionOwner {
        /// The region.
        region_id as "RegionId": Option<MapRegionId>,
        /// Who holds it; faction 0 is a region that nobody can take.
        faction_id as "FactionId": Option<FactionId>,
    }

    /// What a base pays.
    FacilityReward {
        /// The resource.
        description: Option<Box<str>>,
        /// How much of it.
        amount: Option<f64>,
    }
}
