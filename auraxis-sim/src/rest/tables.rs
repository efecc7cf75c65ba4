//! The collections with fixed rows, and worlds.

use std::collections::BTreeMap;

use auraxis_core::{
    environment::Environment,
    id::{CharacterId, FactionId, LoadoutId, MetagameEventState, VehicleId, WorldId, ZoneId},
};
use serde_json::Value;

use super::{
    census::Census,
    row::{Row, localized, row, text},
};
use crate::war::{Class, EXPERIENCE, FACILITY_TYPES, ITEMS, alert_event, facilities};

const TITLES: &[(u32, &str)] = &[
    (1, "Private"),
    (2, "PFC"),
    (3, "Specialist"),
    (4, "Lance Cpl."),
    (5, "Corporal"),
    (6, "Sergeant"),
    (7, "Staff Sgt."),
    (8, "Tech Sgt."),
    (10, "Master Sgt."),
    (11, "First Sgt."),
    (12, "Sgt. Major"),
    (14, "Warrant Officer"),
    (15, "Second Lt."),
    (16, "First Lt."),
    (22, "Colonel"),
    (24, "Maj. General"),
    (30, "Disciple"),
    (40, "Venator"),
    (50, "Archon"),
    (100, "Snowblower"),
];

/// `title`.
pub(crate) fn titles() -> Vec<Row> {
    TITLES.iter().map(|(id, name)| row([("title_id", text(id)), ("name", localized(name))])).collect()
}

/// `world`: the worlds of the environment that still exist.
pub(crate) fn worlds(census: &Census<'_>, _: Option<&[CharacterId]>) -> Vec<Row> {
    let worlds: &[(WorldId, &str)] = match census.environment {
        Environment::Pc => &[
            (WorldId::OSPREY, "online"),
            (WorldId::WAINWRIGHT, "online"),
            (WorldId::JAEGER, "online"),
            (WorldId::APEX, "locked"),
            (WorldId::BRIGGS, "locked"),
            (WorldId::SOLTECH, "online"),
        ],
        Environment::Ps4Us => &[(WorldId::GENUDINE, "online")],
        Environment::Ps4Eu => &[(WorldId::CERES, "online")],
    };
    worlds
        .iter()
        .map(|(id, state)| {
            let name = localized(id.name().unwrap_or_default());
            row([("world_id", text(id)), ("state", text(state)), ("name", name.clone()), ("description", name)])
        })
        .collect()
}

/// `faction`.
pub(crate) fn factions() -> Vec<Row> {
    let factions = [
        (FactionId::NONE, "None", None),
        (FactionId::VS, "VS", Some((21, 94))),
        (FactionId::NC, "NC", Some((19, 12))),
        (FactionId::TR, "TR", Some((20, 18))),
        (FactionId::NSO, "NSO", Some((804_586, 93_615))),
    ];
    factions
        .into_iter()
        .map(|(id, tag, image)| {
            let mut faction = row([
                ("faction_id", text(id)),
                ("name", localized(id.name().unwrap_or_default())),
                ("code_tag", text(tag)),
                ("user_selectable", text(u8::from(id != FactionId::NONE))),
            ]);
            if let Some((set, image)) = image {
                faction.extend(row([
                    ("image_set_id", text(set)),
                    ("image_id", text(image)),
                    ("image_path", text(format_args!("/files/ps2/images/static/{image}.png"))),
                ]));
            }
            faction
        })
        .collect()
}

/// `zone`.
pub(crate) fn zones() -> Vec<Row> {
    let zones = [ZoneId::INDAR, ZoneId::HOSSIN, ZoneId::AMERISH, ZoneId::ESAMIR, ZoneId::NEXUS, ZoneId::OSHUR];
    zones
        .into_iter()
        .map(|id| {
            let name = id.name().unwrap_or_default();
            let is_oshur = id == ZoneId::OSHUR;
            row([
                ("zone_id", text(id)),
                ("code", text(name)),
                ("hex_size", text(if is_oshur { 100 } else { 200 })),
                ("name", localized(name)),
                ("description", localized(&format!("The continent of {name}."))),
                ("geometry_id", text(if is_oshur { 367 } else { id.0 })),
                ("dynamic", text(u8::from(id == ZoneId::NEXUS))),
            ])
        })
        .collect()
}

/// Returns all combinations of class and faction, with the faction's tag.
fn classes() -> impl Iterator<Item = (Class, FactionId, &'static str)> {
    let factions = [(FactionId::NC, "NC"), (FactionId::TR, "TR"), (FactionId::VS, "VS"), (FactionId::NSO, "NSO")];
    factions
        .into_iter()
        .flat_map(|(faction, tag)| Class::POPULARITY.iter().map(move |(_, class)| (*class, faction, tag)))
}

fn class_name(loadout: LoadoutId) -> &'static str {
    loadout.name().unwrap_or_default()
}

/// `loadout`.
pub(crate) fn loadouts() -> Vec<Row> {
    classes()
        .map(|(class, faction, tag)| {
            let loadout = class.loadout(faction);
            row([
                ("loadout_id", text(loadout)),
                ("profile_id", text(class.profile(faction))),
                ("faction_id", text(faction)),
                ("code_name", text(format_args!("{tag} {}", class_name(loadout)))),
            ])
        })
        .collect()
}

/// `profile`.
pub(crate) fn profiles() -> Vec<Row> {
    classes()
        .map(|(class, faction, _)| {
            let name = class_name(class.loadout(faction));
            // There is no profile type 2.
            let type_id = match class {
                Class::Infiltrator => 1,
                Class::LightAssault => 3,
                Class::Medic => 4,
                Class::Engineer => 5,
                Class::HeavyAssault => 6,
                Class::Max => 7,
            };
            row([
                ("profile_id", text(class.profile(faction))),
                ("profile_type_id", text(type_id)),
                ("profile_type_description", text(name)),
                ("faction_id", text(faction)),
                ("name", localized(name)),
                ("description", localized(name)),
            ])
        })
        .collect()
}

/// `experience`: the kinds that occur in the war.
pub(crate) fn experience() -> Vec<Row> {
    EXPERIENCE
        .iter()
        .map(|kind| {
            row([
                ("experience_id", text(kind.id)),
                ("description", text(kind.description)),
                ("xp", text(kind.xp)),
                ("experience_award_type_id", text(kind.award)),
            ])
        })
        .collect()
}

/// `metagame_event`: the alerts of the war.
pub(crate) fn metagame_events() -> Vec<Row> {
    let zones = [ZoneId::INDAR, ZoneId::HOSSIN, ZoneId::AMERISH, ZoneId::ESAMIR, ZoneId::OSHUR];
    let sorts = [(FactionId::VS, "Enlightenment"), (FactionId::NC, "Liberation"), (FactionId::TR, "Superiority")];
    let mut rows = BTreeMap::new();
    for zone in zones {
        let name = zone.name().unwrap_or_default();
        for (faction, sort) in sorts {
            let id = alert_event(zone, faction);
            let alert = row([
                ("metagame_event_id", text(id)),
                ("name", localized(&format!("{name} {sort}"))),
                ("description", localized(&format!("Control territory to lock {name}"))),
                ("type", text(9)),
                ("experience_bonus", text(25)),
                ("duration_minutes", text(if zone == ZoneId::OSHUR { 45 } else { 90 })),
            ]);
            rows.insert(id, alert);
        }
    }
    rows.into_values().collect()
}

/// `metagame_event_state`.
pub(crate) fn metagame_event_states() -> Vec<Row> {
    MetagameEventState::KNOWN
        .iter()
        .map(|state| row([("metagame_event_state_id", text(state)), ("name", text(state.name().unwrap_or_default()))]))
        .collect()
}

/// `vehicle`.
pub(crate) fn vehicles() -> Vec<Row> {
    VehicleId::KNOWN
        .iter()
        .map(|&id| {
            let (type_id, type_name) = match id {
                VehicleId::MAGRIDER => (2, "Hover Tank"),
                VehicleId::SPITFIRE => (7, "Umovable Turret"),
                VehicleId::DROP_POD => (8, "Drop Pod"),
                VehicleId(7..=11 | 14 | 2019 | 2136) => (1, "Light Aircraft"),
                _ => (5, "Four Wheeled Ground Vehicle"),
            };
            let name = localized(id.name().unwrap_or_default());
            row([
                ("vehicle_id", text(id)),
                ("name", name.clone()),
                ("description", name),
                ("type_id", text(type_id)),
                ("type_name", text(type_name)),
            ])
        })
        .collect()
}

/// `item`: the items of the war.
pub(crate) fn items() -> Vec<Row> {
    ITEMS
        .iter()
        .map(|item| {
            row([
                ("item_id", text(item.id)),
                ("item_type_id", text(if item.is_weapon() { 26 } else { 45 })),
                ("item_category_id", text(item.category)),
                ("is_vehicle_weapon", text(u8::from(item.is_mounted()))),
                ("name", localized(item.name)),
                ("description", localized(&format!("{}, as used in this war only.", item.name))),
                ("faction_id", text(item.faction)),
                ("max_stack_size", text(1)),
                ("is_default_attachment", text(0)),
            ])
        })
        .collect()
}

/// `map_region`: the facilities of the war.
pub(crate) fn regions() -> Vec<Row> {
    facilities()
        .map(|facility| {
            let (type_id, type_name) = FACILITY_TYPES[facility.kind];
            let location = |factor: u32| -> Value { text(i64::from(facility.id.0 * factor % 4_001) - 2_000) };
            row([
                ("map_region_id", text(facility.region())),
                ("zone_id", text(facility.zone)),
                ("facility_id", text(facility.id)),
                ("facility_name", text(facility.name)),
                ("facility_type_id", text(type_id)),
                ("facility_type", text(type_name)),
                ("location_x", location(7)),
                ("location_y", text(100)),
                ("location_z", location(13)),
            ])
        })
        .collect()
}
