//! Servers, continents, bases, alerts and events.

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
        /// `online`, `locked` and so on. Not updated in real time.
        state: Option<Box<str>>,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
    }

    /// An event on a server.
    ///
    /// Which fields are present depends on `event_type`.
    WorldEvent = "world_event" with [
        required_terms(&["world_id"]),
        extra_terms(&["type", "before", "after"]),
        commands(SPECIAL_LIMIT),
        not_countable()
    ] {
        /// The alert.
        metagame_event_id: Option<MetagameEventId>,
        /// The state of the alert.
        metagame_event_state: Option<MetagameEventState>,
        /// The share of the NC, in percent.
        faction_nc: Option<f64>,
        /// The share of the TR, in percent.
        faction_tr: Option<f64>,
        /// The share of the VS, in percent.
        faction_vs: Option<f64>,
        /// The experience bonus, in percent.
        experience_bonus: Option<f64>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
        /// The continent.
        zone_id: Option<ZoneId> = OrZero,
        /// The server.
        world_id: WorldId,
        /// The kind of event, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// The database table, such as `deaths`.
        table_type: Option<Box<str>>,
        /// The number of the alert; only unique together with the server.
        instance_id: Option<MetagameInstanceId>,
        /// The name of `metagame_event_state`.
        metagame_event_state_name: Option<Box<str>>,
        /// How long the base was held, in seconds.
        duration_held: Option<u32>,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The faction that holds the base now.
        faction_new: Option<FactionId>,
        /// The faction that held the base before.
        faction_old: Option<FactionId>,
        /// The objective.
        objective_id: Option<ObjectiveId>,
        /// The outfit.
        outfit_id: Option<OutfitId> = OrZero,
    }

    /// An event of a character or on a server.
    ///
    /// Which fields are present depends on `event_type`.
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
        /// The ribbon, medal or mission.
        achievement_id: Option<AchievementId>,
        /// The attacker.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The attacker's fire mode.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// The attacker's loadout.
        attacker_loadout_id: Option<LoadoutId>,
        /// The attacker's vehicle.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The attacker's weapon, by item id.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The character's loadout.
        character_loadout_id: Option<LoadoutId>,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The number of the alert; only unique together with the server.
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
        /// The attacker's id on the game servers.
        attacker_player_guid: Option<EntityId> = OrZero,
        /// The new battle rank.
        battle_rank: Option<u32>,
        /// The source of the item.
        context: Option<Box<str>>,
        /// How long the base was held, in seconds.
        duration_held: Option<u32>,
        /// The kind of event, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// The experience bonus, in percent.
        experience_bonus: Option<f64>,
        /// The share of the NC, in percent.
        faction_nc: Option<f64>,
        /// The faction that holds the base now.
        faction_new: Option<FactionId>,
        /// The faction that held the base before.
        faction_old: Option<FactionId>,
        /// The share of the TR, in percent.
        faction_tr: Option<f64>,
        /// The share of the VS, in percent.
        faction_vs: Option<f64>,
        /// Whether the hit was critical.
        is_critical: Option<bool>,
        /// Whether it was a headshot.
        is_headshot: Option<bool>,
        /// The number of items.
        item_count: Option<u32>,
        /// The state of the alert.
        metagame_event_state: Option<MetagameEventState>,
        /// The name of `metagame_event_state`.
        metagame_event_state_name: Option<Box<str>>,
        /// The database table, such as `deaths`.
        table_type: Option<Box<str>>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
    }

    /// A period in which the factions' scores were counted.
    EmpireScores = "empire_scores" {
        /// The name of the tracker.
        tracker_name: Option<Box<str>>,
        /// The description of the tracker.
        tracker_description: Option<Box<str>>,
        /// `start_time` as text, in UTC.
        start_date: Option<Box<str>>,
        /// The start.
        start_time: Option<Timestamp> = OrZero,
        /// `end_time` as text, in UTC.
        end_date: Option<Box<str>>,
        /// The end.
        end_time: Option<Timestamp> = OrZero,
        /// The name.
        name: Localized,
    }

    /// An alert.
    MetagameEvent = "metagame_event" by metagame_event_id: MetagameEventId, cache(100, 60) is [Named] {
        /// The alert.
        metagame_event_id: MetagameEventId,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The number of the type.
        kind as "type": Option<i32>,
        /// The experience bonus, in percent.
        experience_bonus: Option<i32>,
        /// The duration, in minutes.
        duration_minutes: Option<i32>,
    }

    /// A state of an alert.
    MetagameEventStateInfo = "metagame_event_state" by metagame_event_state_id: MetagameEventState, cache(10, 3600) {
        /// The state of the alert.
        metagame_event_state_id: MetagameEventState,
        /// The name.
        name: Box<str> = OrEmpty,
    }

    /// A continent.
    Zone = "zone" by zone_id: ZoneId, cache(20, 3600), key(Zone::of_event) is [Named] {
        /// The continent.
        zone_id: ZoneId,
        /// The name in the game's files.
        code: Option<Box<str>>,
        /// The size of a hexagon, in meters.
        hex_size: Option<f64>,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The geometry of the map.
        geometry_id: Option<u32>,
        /// Whether it only exists as instances.
        dynamic: Option<bool>,
    }

    /// The owners of the regions of a continent.
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
        /// The map region.
        map_region_id: MapRegionId,
        /// The continent.
        zone_id: Option<ZoneId>,
        /// The number of the hexagon's type.
        hex_type: Option<i32>,
        /// The name of the type.
        type_name: Option<Box<str>>,
        /// The column.
        x: Option<i32>,
        /// The row.
        y: Option<i32>,
    }

    /// A map region, and the base in it.
    MapRegion = "map_region" by map_region_id: MapRegionId, cache(100, 60) {
        /// The map region.
        map_region_id: MapRegionId,
        /// The continent.
        zone_id: ZoneId,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The name of the base.
        facility_name: Option<Box<str>>,
        /// The type of the base.
        facility_type_id: Option<FacilityTypeId>,
        /// The name of the base's type.
        facility_type: Option<Box<str>>,
        /// The position to the north, in meters.
        location_x: Option<f64>,
        /// The height above the sea, in meters.
        location_y: Option<f64>,
        /// The position to the east, in meters.
        location_z: Option<f64>,
        /// The amount of the reward.
        reward_amount: Option<i32>,
        /// The currency of the reward.
        reward_currency_id: Option<CurrencyId>,
        /// The reward for a capture.
        capture_reward: FacilityReward,
        /// The reward while the base is held.
        tick_reward: FacilityReward,
    }

    /// A region, with its name.
    Region = "region" by region_id: RegionId, cache(100, 60) is [Named] {
        /// The region.
        region_id: RegionId,
        /// The continent.
        zone_id: ZoneId,
        /// The initial owner.
        initial_faction_id: Option<FactionId>,
        /// The name.
        name: Localized,
    }

    /// A lattice link between two bases.
    FacilityLink = "facility_link" {
        /// The continent.
        zone_id: ZoneId,
        /// The description.
        description: Option<Box<str>>,
        /// One end.
        facility_id_a: FacilityId,
        /// The other end.
        facility_id_b: FacilityId,
    }

    /// A type of base.
    FacilityType = "facility_type" by facility_type_id: FacilityTypeId, cache(10, 3600) {
        /// The type of the base.
        facility_type_id: FacilityTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// The status of a server in the launcher: `low`, `medium`, `high` (population) or `locked`.
    GameServerStatus = "game_server_status" with [namespace("global")] {
        /// The game; `ps2` is the one on PC.
        game_code: Option<Box<str>>,
        /// The name of the server, in English.
        name: Option<Box<str>>,
        /// The region of the server.
        region_code: Option<Box<str>>,
        /// The reported status.
        last_reported_state: Option<Box<str>>,
        /// When the status was reported.
        last_reported_time: Option<Timestamp> = OrZero,
    }
}

object! {
    /// The regions of a [`Map`].
    MapRegions {
        /// Whether there is a list of regions.
        is_list as "IsList": Option<bool>,
        /// One row per region.
        rows as "Row": Vec<MapRow> = OneOrMany,
    }

    /// A row of a [`Map`].
    MapRow {
        /// The content of the row.
        data as "RowData": RegionOwner,
    }

    /// The owner of a region.
    RegionOwner {
        /// The region.
        region_id as "RegionId": Option<MapRegionId>,
        /// The owner. Faction 0 is a region that cannot be captured.
        faction_id as "FactionId": Option<FactionId>,
    }

    /// The reward for a base.
    FacilityReward {
        /// The resource.
        description: Option<Box<str>>,
        /// The amount.
        amount: Option<f64>,
    }
}
