use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::{
    census::{CollectionInfo, Extra, Row as _},
    id::*,
    ps2::{collection, collections},
    time::Timestamp,
};

fn round_trip(collection: &str, row: &str) -> (Value, Extra) {
    [
        ability::round_trip,
        character::round_trip,
        directive::round_trip,
        fire::round_trip,
        item::round_trip,
        outfit::round_trip,
        profile::round_trip,
        projectile::round_trip,
        skill::round_trip,
        stat::round_trip,
        vehicle::round_trip,
        weapon::round_trip,
        world::round_trip,
    ]
    .into_iter()
    .find_map(|round_trip| round_trip(collection, row))
    .unwrap_or_else(|| panic!("`{collection}` is not in any table"))
    .unwrap_or_else(|error| panic!("{collection}: {error}: {row}"))
}

fn row<T: crate::census::Row>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A row in which every field is 1.
pub(in crate::ps2) fn full_row<T: crate::census::Row>() -> T {
    row(full_json(T::INFO, "1"))
}

/// A row in which every field of the table is `value`, and an additional field.
fn full_json(info: &CollectionInfo, value: &str) -> Value {
    let names = info.fields.iter().flat_map(|field| match field.numbered {
        0 => vec![field.name.to_owned()],
        last => (1..=last).map(|number| format!("{}{number}", field.name)).collect(),
    });
    let mut row: serde_json::Map<String, Value> = names.map(|name| (name, value.into())).collect();
    row.insert("brand_new".into(), "7".into());
    row.into()
}

#[test]
fn there_are_113_different_collections() {
    let names: BTreeSet<_> = collections().filter(|info| info.namespace.is_none()).map(|info| info.name).collect();
    assert_eq!((names.len(), collections().count()), (113, 113 + 1));
    assert!(collection("character").is_some_and(|info| info.countable && info.commands.is_none()));
    assert!(collection("bogus").is_none());
}

#[test]
fn a_row_with_every_field_round_trips() {
    for info in collections() {
        let before = full_json(info, "1");
        let (after, extra) = round_trip(info.name, &before.to_string());
        assert_eq!(after, before, "{}", info.name);
        assert_eq!(extra.get("brand_new"), Some(&json!("7")), "{}", info.name);
    }
}

/// One line per known body from the server, with its texts replaced.
const BODIES: &str = include_str!("../../../tests/fixtures/rows.ndjson");

#[test]
fn known_rows_of_the_server_round_trip() {
    let mut all = 0;
    for body in BODIES.lines() {
        let body: BTreeMap<String, Vec<Value>> = serde_json::from_str(body).unwrap();
        let (list, rows) = body.first_key_value().unwrap();
        let collection = list.strip_suffix("_list").unwrap();
        for before in rows {
            let (after, extra) = round_trip(collection, &before.to_string());
            assert!(is_same(&after, before), "{collection}: {before} became {after}");
            // Known fields without a value, such as an item 0, can be left over, but unknown fields cannot.
            let info = crate::ps2::collection(collection).unwrap();
            let unknown: Vec<_> = extra.iter().filter(|(field, _)| !info.has_field(field)).collect();
            assert!(unknown.is_empty(), "{collection} {unknown:?}");
            all += 1;
        }
    }
    assert!(all > 80, "{all}");
}

/// Whether the values are equal, apart from trailing zeros of decimals.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| is_same(one, other)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::String(one), Value::String(other)) if one != other => {
            let number = |text: &str| text.parse::<f64>().ok().filter(|_| text.contains('.'));
            number(other).is_some() && one.parse() == other.parse::<f64>()
        }
        _ => one == other,
    }
}

#[test]
fn numbers_are_accepted_for_strings() {
    for info in collections() {
        let text = full_json(info, "1").to_string();
        let (after, extra) = round_trip(info.name, &text.replace("\"1\"", "1"));
        for (name, value) in after.as_object().unwrap() {
            let unread = extra.get(name).is_some();
            assert!(unread || *value == json!("1"), "{} {name} {value}", info.name);
        }
    }
}

#[test]
fn only_required_fields_are_required_and_null_values_are_kept() {
    for info in collections() {
        let required: BTreeMap<_, _> =
            info.fields.iter().filter(|field| field.required).map(|field| (field.name, "1")).collect();
        let before = json!(required);
        assert_eq!(round_trip(info.name, &before.to_string()).0, before, "{}", info.name);

        let mut null = before.clone();
        for field in info.fields.iter().filter(|field| !field.required && field.numbered == 0) {
            null[field.name] = "NULL".into();
        }
        let (after, extra) = round_trip(info.name, &null.to_string());
        assert_eq!(after, null, "{}", info.name);
        assert!(extra.iter().all(|(_, value)| value == "NULL"), "{}", info.name);
    }
}

#[test]
fn a_missing_id_is_reported() {
    let error = serde_json::from_str::<Title>(r#"{"name":{"en":"Private"}}"#).unwrap_err().to_string();
    assert!(error.contains("the field `title_id` is missing; name it in `show`"), "{error}");
    let error = serde_json::from_str::<Title>(r#"{"title_id":"-1"}"#).unwrap_err().to_string();
    assert!(error.contains(r#"the field `title_id` has an invalid value: "-1""#), "{error}");
    assert!(serde_json::from_str::<Title>("[]").is_err());
}

#[test]
fn the_first_value_of_a_repeated_field_counts() {
    let title: Title = serde_json::from_str(r#"{"title_id":"5","title_id":"6"}"#).unwrap();
    assert_eq!((title.title_id, title.extra.get("title_id")), (TitleId(5), Some(&json!("6"))));
}

#[test]
fn a_character_is_read_with_all_its_objects() {
    let json = json!({
        "character_id": "5428000000000000001",
        "name": {"first": "Planetman", "first_lower": "planetman"},
        "faction_id": "3",
        "head_id": "2",
        "title_id": "0",
        "times": {"creation": "1400000000", "creation_date": "2014-05-13 16:53:20.0", "login_count": "12",
            "minutes_played": "3456", "last_login": "0"},
        "certs": {"earned_points": "10", "percent_to_next": "0.25"},
        "battle_rank": {"percent_to_next": "40", "value": "87"},
        "profile_id": "21",
        "daily_ribbon": {"count": "1", "time": "1500000000"},
        "prestige_level": "1",
        "faction": {"faction_id": "3", "code_tag": "TR", "name": {"en": "Terran Republic"}},
    });
    let character: Character = row(json.clone());
    assert_eq!(character.character_id, CharacterId(5_428_000_000_000_000_001));
    assert_eq!(character.name.to_string(), "Planetman");
    assert_eq!(character.title_id, None);
    assert_eq!(character.battle_rank.value, Some(87));
    assert_eq!(character.times.creation, Some(Timestamp(1_400_000_000)));
    assert_eq!((character.times.last_login, character.times.last_save), (None, None));
    assert_eq!(character.certs.percent_to_next, Some(0.25));
    assert_eq!(character.joined::<Faction>("faction").unwrap().unwrap().code_tag.as_ref(), "TR");
    assert_eq!(character.joined_list::<Faction>("faction").unwrap().len(), 1);
    assert_eq!(character.joined::<Faction>("faction_id_join_faction").unwrap(), None);
    assert!(character.joined::<Title>("faction").unwrap_err().to_string().contains("title_id"));
    assert_eq!(serde_json::to_value(&character).unwrap(), json);
}

#[test]
fn texts_prefer_english_and_images_have_a_url() {
    let json = json!({"fish_id": "9", "image_id": "97689", "name": {"de": "Fisch", "fr": "Poisson", "tr": "NULL"}});
    let fish: Fish = row(json.clone());
    assert_eq!(fish.name.to_string(), "Fisch");
    assert_eq!((fish.name.get(crate::ps2::Locale::Fr), fish.name.tr.as_deref()), (Some("Poisson"), None));
    assert_eq!(fish.image().as_deref(), Some("https://census.daybreakgames.com/files/ps2/images/static/97689.png"));
    assert_eq!(serde_json::to_value(&fish).unwrap(), json);
    let title: Title = row(json!({"title_id": 5, "name": {"en": "Sir", "de": "Herr"}}));
    assert_eq!(format!("{:>5}", title.name), "  Sir");
}

#[test]
fn numbered_fields_are_reached_by_their_number() {
    let json = json!({"objective_id": "1", "objective_group_id": "2", "objective_type_id": "12", "param1": "15",
        "param4": "-1", "param9": "0.5", "param10": "6"});
    let objective: Objective = row(json.clone());
    assert_eq!(objective.param.get(4), Some(&-1.0));
    assert_eq!((objective.param.get(0), objective.param.get(2), objective.param.get(10)), (None, None, None));
    assert_eq!(objective.param.to_string(), "15, -1, 0.5");
    assert_eq!(objective.extra.get("param10"), Some(&json!("6")));
    assert_eq!(serde_json::to_value(&objective).unwrap(), json);

    let json =
        json!({"character_id": "1", "stat_name": "kills", "day": {"d01": "4", "d31": "2"}, "week": {"w13": "1"}});
    let history: CharactersStatHistory = row(json.clone());
    assert_eq!((history.day.d.get(1), history.day.d.get(31)), (Some(&4), Some(&2)));
    assert_eq!(serde_json::to_value(&history).unwrap(), json);
}

#[test]
fn a_map_keeps_its_own_shape() {
    let json = json!({"ZoneId": "2", "Regions": {"IsList": "1", "Row": [
        {"RowData": {"RegionId": "2101", "FactionId": "1"}},
        {"RowData": {"RegionId": "2102", "FactionId": "0", "map_region": {"map_region_id": "2102", "zone_id": "2"}}},
    ]}});
    let map: Map = row(json.clone());
    assert_eq!(map.regions.rows.len(), 2);
    assert_eq!(map.regions.rows[1].data.faction_id, Some(FactionId::NONE));
    assert_eq!(map.regions.rows[1].data.extra.get("map_region.zone_id"), Some(&json!("2")));
    assert_eq!(serde_json::to_value(&map).unwrap(), json);
}

#[test]
fn a_list_that_comes_as_its_only_item_is_a_list_of_one() {
    let map = |rows: Value| row::<Map>(json!({"ZoneId": "96", "Regions": {"IsList": "0", "Row": rows}}));
    let one = json!({"RowData": {"RegionId": "18029", "FactionId": "2"}});
    assert_eq!(map(one.clone()), map(json!([one])));
    assert_eq!(map(one).owners().collect::<Vec<_>>(), [(MapRegionId(18029), FactionId::NC)]);
    for nothing in [json!([]), json!({}), json!(null), json!(""), json!("NULL"), json!({"Row": {}})] {
        assert_eq!(map(nothing.clone()).owners().count(), 0, "{nothing}");
        assert_eq!(serde_json::to_value(map(nothing.clone())).unwrap()["Regions"]["Row"], nothing);
    }

    let friends: CharactersFriend = row(json!({"character_id": "1", "friend_list": {"character_id": "3"}}));
    assert_eq!(friends.friend_list.len(), 1);
    assert_eq!(friends.friend_list[0].character_id, Some(CharacterId(3)));
    let items = |items: Value| row::<SingleCharacterById>(json!({"character_id": "1", "items": items})).items;
    assert_eq!(items(json!({"item_id": "7"})), items(json!([{"item_id": "7"}])));
    assert_eq!(items(json!({"item_id": "7"}))[0].item_id, Some(ItemId(7)));
    assert!(items(json!({"7": {"item_id": "7"}})).is_empty(), "no item");
}

#[test]
fn friends_are_a_list_and_unknown_shapes_stay_as_they_are() {
    let json = json!({"character_id": "1", "name": null, "friend_list": [{"character_id": "3", "online": "17"}]});
    let friends: CharactersFriend = row(json.clone());
    assert_eq!((friends.friend_list[0].character_id, friends.friend_list[0].online), (Some(CharacterId(3)), Some(17)));
    assert_eq!(serde_json::to_value(&friends).unwrap(), json);

    for json in [
        json!({"character_id": "1", "friend_list": {"3": {}}, "name": ["a"]}),
        json!({"character_id": "1", "friend_list": [], "name": {}}),
        json!({"character_id": "1"}),
    ] {
        assert_eq!(serde_json::to_value(row::<CharactersFriend>(json.clone())).unwrap(), json);
    }
    let json = json!({"character_id": "1", "name": {}, "times": {}, "title_id": "NULL"});
    let mut character: Character = row(json.clone());
    assert_eq!(serde_json::to_value(&character).unwrap(), json);
    character.title_id = Some(TitleId(5));
    assert_eq!(serde_json::to_value(&character).unwrap()["title_id"], "5", "the field has a value now");
}
