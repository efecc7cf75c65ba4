//! The table of all collections.

use auraxis_core::id::CharacterId;
use serde_json::{Value, json};

use super::{
    census::Census,
    characters,
    collection::{Collection, Source},
    history::EventCollection,
    outfits,
    resolves::{self, ResolveDef},
    row::Row,
    tables,
};

const fn table(name: &'static str, fields: &'static [&'static str], rows: fn() -> Vec<Row>) -> Collection {
    Collection { name, fields, required: None, resolves: &[], source: Source::Table(rows) }
}

const fn from_war(
    name: &'static str,
    fields: &'static [&'static str],
    resolves: &'static [ResolveDef],
    rows: fn(&Census<'_>, Option<&[CharacterId]>) -> Vec<Row>,
) -> Collection {
    Collection { name, fields, required: None, resolves, source: Source::War(rows) }
}

const fn by_character(
    name: &'static str,
    fields: &'static [&'static str],
    resolves: &'static [ResolveDef],
    rows: fn(&Census<'_>, Option<&[CharacterId]>) -> Vec<Row>,
) -> Collection {
    Collection { required: Some("character_id"), ..from_war(name, fields, resolves, rows) }
}

const fn past_events(
    name: &'static str,
    required: &'static str,
    events: EventCollection,
    fields: &'static [&'static str],
) -> Collection {
    Collection { name, fields, required: Some(required), resolves: &[], source: Source::History(events) }
}

const CHARACTER: &[&str] = &[
    "character_id",
    "name",
    "faction_id",
    "head_id",
    "title_id",
    "times",
    "certs",
    "battle_rank",
    "profile_id",
    "daily_ribbon",
    "prestige_level",
];

const COLLECTIONS: &[Collection] = &[
    from_war("character", CHARACTER, resolves::OF_CHARACTER, characters::characters),
    from_war("character_name", &["character_id", "name"], &[], characters::names),
    past_events(
        "characters_event",
        "character_id",
        EventCollection::Characters,
        &["character_id", "type", "after", "before"],
    ),
    by_character(
        "characters_friend",
        &["character_id", "name", "friend_list"],
        resolves::OF_FRIEND,
        characters::friends,
    ),
    by_character("characters_online_status", &["character_id", "online_status"], &[], characters::online_statuses),
    by_character("characters_world", &["character_id", "world_id"], &[], characters::worlds),
    table("experience", &["experience_id", "description", "xp", "experience_award_type_id"], tables::experience),
    table(
        "faction",
        &["faction_id", "name", "image_set_id", "image_id", "image_path", "code_tag", "user_selectable"],
        tables::factions,
    ),
    table(
        "item",
        &[
            "item_id",
            "item_type_id",
            "item_category_id",
            "is_vehicle_weapon",
            "name",
            "description",
            "faction_id",
            "max_stack_size",
            "is_default_attachment",
        ],
        tables::items,
    ),
    table("loadout", &["loadout_id", "profile_id", "faction_id", "code_name"], tables::loadouts),
    table(
        "map_region",
        &[
            "map_region_id",
            "zone_id",
            "facility_id",
            "facility_name",
            "facility_type_id",
            "facility_type",
            "location_x",
            "location_y",
            "location_z",
        ],
        tables::regions,
    ),
    table(
        "metagame_event",
        &["metagame_event_id", "name", "description", "type", "experience_bonus", "duration_minutes"],
        tables::metagame_events,
    ),
    table("metagame_event_state", &["metagame_event_state_id", "name"], tables::metagame_event_states),
    from_war("outfit", outfits::FIELDS, resolves::OF_OUTFIT, outfits::outfits),
    from_war(
        "outfit_member",
        &["character_id", "outfit_id", "member_since", "member_since_date", "rank", "rank_ordinal"],
        resolves::OF_MEMBER,
        outfits::members,
    ),
    from_war("outfit_member_extended", outfits::EXTENDED_FIELDS, &[], outfits::extended_members),
    from_war("outfit_rank", &["outfit_id", "ordinal", "name", "description"], &[], outfits::ranks),
    table(
        "profile",
        &["profile_id", "profile_type_id", "profile_type_description", "faction_id", "name", "description"],
        tables::profiles,
    ),
    by_character("single_character_by_id", CHARACTER, resolves::OF_CHARACTER, characters::characters),
    table("title", &["title_id", "name"], tables::titles),
    table("vehicle", &["vehicle_id", "name", "description", "type_id", "type_name"], tables::vehicles),
    from_war("world", &["world_id", "state", "name", "description"], &[], tables::worlds),
    past_events("world_event", "world_id", EventCollection::Worlds, &["world_id", "type", "after", "before"]),
    table("zone", &["zone_id", "code", "hex_size", "name", "description", "geometry_id", "dynamic"], tables::zones),
];

/// Returns the collection with this name.
pub(crate) fn named(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| collection.name == name)
}

/// Returns the answer to a path without a collection: the list of all collections.
pub(crate) fn datatypes(census: &Census<'_>) -> Value {
    let describe = |collection: &Collection| {
        let count: Value = match collection.source {
            Source::Table(_) => collection.rows(census, None).len().into(),
            Source::War(_) | Source::History(_) => "dynamic".into(),
        };
        let resolves: Vec<_> = collection.resolves.iter().map(|def| def.name).collect();
        json!({ "name": collection.name, "hidden": false, "count": count, "resolve_list": resolves })
    };
    let list: Vec<_> = COLLECTIONS.iter().map(describe).collect();
    json!({ "returned": list.len(), "datatype_list": list })
}

#[cfg(test)]
mod tests {
    use auraxis_core::{environment::Environment, time::Timestamp};

    use super::*;
    use crate::{rest::History, war::War};

    #[test]
    fn every_row_has_its_key_and_only_declared_fields() {
        let war = War::new(1, Timestamp(1_700_000_000));
        let census = Census { war: &war, history: &History::default(), environment: Environment::Pc };
        for collection in COLLECTIONS {
            let rows = collection.rows(&census, None);
            let is_history = matches!(collection.source, Source::History(_));
            assert!(!rows.is_empty() || is_history, "{} is empty", collection.name);
            for row in rows {
                assert!(row.contains_key(collection.key()), "{}: {row:?}", collection.name);
                for key in row.keys() {
                    assert!(collection.fields.contains(&key.as_str()), "{}.{key}", collection.name);
                }
            }
        }
    }

    #[test]
    fn other_environments_have_worlds_but_no_characters() {
        let war = War::new(1, Timestamp(1_700_000_000));
        let census = Census { war: &war, history: &History::default(), environment: Environment::Ps4Us };
        let rows = |name| named(name).unwrap().rows(&census, None);
        assert!(rows("character").is_empty() && rows("outfit").is_empty());
        assert_eq!(rows("world").len(), 1);
    }
}
