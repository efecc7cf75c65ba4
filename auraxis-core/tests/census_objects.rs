//! Related rows of the game's objects, with scripted replies in place of the network.

use std::{
    collections::BTreeMap,
    fs,
    future::Future,
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

use auraxis_core::{
    census::{Collection, Fault, FaultKind, Fetch, Named as _, Query, Reply, Verb, any_of},
    id::{CharacterId, FacilityId, FactionId, LoadoutId, MapRegionId, OutfitId, RewardSetId, TitleId, WorldId, ZoneId},
    ps2::{
        Character, ExperienceRank, Item, Loadout, Locale, Map, MapRegion, Outfit, OutfitMember, Reward, Weapon, World,
        Zone,
        leaderboard::{self, Period, Stat},
    },
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Replies from a map of URLs (without everything up to `/get/`) to bodies, and records the requests.
#[derive(Default)]
struct Script {
    bodies: BTreeMap<&'static str, Value>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    fn new<const N: usize>(bodies: [(&'static str, Value); N]) -> Self {
        Self { bodies: bodies.into(), ..Self::default() }
    }

    /// The number of requests since the last call.
    fn requests(&self) -> usize {
        self.asked.lock().expect("no test has failed").drain(..).count()
    }
}

impl Fetch for Script {
    type Error = Fault;

    async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Fault> {
        query.check(Verb::Get).map_err(|error| Fault::invalid_query(&query, error))?;
        let url = query.url("", None, Verb::Get).replace("/get/", "");
        let rows = self.bodies.get(url.as_str()).unwrap_or_else(|| panic!("unexpected request: {url}"));
        self.asked.lock().expect("no test has failed").push(url);
        let body = json!({ query.list_name(): rows }).to_string();
        Ok(Reply::ok(body.as_bytes()).rows(&query)?.rows)
    }

    async fn by_id<T: Collection>(&self, id: T::Id) -> Result<Option<T>, Fault> {
        self.first(T::query(id)).await
    }
}

/// Runs a future that is never pending. It could run on any thread.
fn try_now<T>(future: impl Future<Output = Result<T, Fault>> + Send) -> Result<T, Fault> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the script is never pending"),
    }
}

fn now<T>(future: impl Future<Output = Result<T, Fault>> + Send) -> T {
    try_now(future).unwrap_or_else(|fault| panic!("{fault}"))
}

fn row<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("a row")
}

fn planetman(extra: &Value) -> Character {
    let mut json = json!({"character_id": "11", "name": {"first": "Planetman", "first_lower": "planetman"},
        "faction_id": "2", "title_id": "5"});
    for (key, value) in extra.as_object().expect("fields") {
        json[key] = value.clone();
    }
    row(json)
}

#[test]
fn a_long_name_has_the_title_before_it() {
    let script = Script::new([
        ("ps2/title?title_id=5", json!([{"title_id": "5", "name": {"en": "Captain", "de": "Hauptmann"}}])),
        ("ps2/title?title_id=6", json!([])),
    ]);
    assert_eq!(now(planetman(&json!({})).name_long(&script)), "Captain Planetman");
    assert_eq!(now(planetman(&json!({})).name_long_in(Locale::De, &script)), "Hauptmann Planetman");
    assert_eq!(now(planetman(&json!({})).name_long_in(Locale::Fr, &script)), "Planetman");
    assert_eq!(now(planetman(&json!({"title_id": "6"})).name_long(&script)), "Planetman");
    assert_eq!(script.requests(), 4);
    assert_eq!(now(planetman(&json!({"title_id": "0"})).name_long(&script)), "Planetman");
    assert_eq!(script.requests(), 0);
}

#[test]
fn joined_rows_are_not_requested_again() {
    let title = json!({"title_id": "5", "name": {"en": "Captain"}});
    let faction = json!({"faction_id": "2", "code_tag": "NC"});
    let outfit = json!({"outfit_id": "77", "name": "Some Outfit", "alias": "SO"});
    let character = planetman(&json!({
        "title_id_join_title": title,
        "faction": faction,
        "outfit": outfit,
        "online_status": "17",
        "character_id_join_characters_currency": {"character_id": "11", "currency_id": "4", "quantity": "750"},
        "character_id_join_characters_skill": [{"character_id": "11", "skill_id": "3"}],
    }));
    let script = Script::default();
    assert_eq!(now(character.name_long(&script)), "Captain Planetman");
    assert_eq!(now(character.faction(&script)).map(|faction| faction.tag().to_owned()).as_deref(), Some("NC"));
    assert_eq!(
        now(character.outfit(&script)).and_then(|outfit| outfit.tag().map(str::to_owned)).as_deref(),
        Some("SO")
    );
    assert_eq!(now(character.online_status(&script)), Some(WorldId::EMERALD));
    assert_eq!(now(character.currency(&script)).and_then(|row| row.quantity), Some(750));
    assert_eq!(now(character.skills(&script)).len(), 1);
    assert_eq!(script.requests(), 0);
}

#[test]
fn a_hidden_shared_field_is_restored_and_other_incomplete_rows_are_requested() {
    let character = planetman(&json!({
        "title_id_join_title": {"name": {"en": "Captain"}},
        "character_id_join_outfit_member": {"rank": "Leader"},
        "stats": {"stat_history": [{"stat_name": "kills", "all_time": "7"}]},
    }));
    let script =
        Script::new([("ps2/outfit_member?character_id=11", json!([{"character_id": "11", "outfit_id": "77"}]))]);
    assert_eq!(now(character.title(&script)).map(|title| title.title_id), Some(TitleId(5)));
    let stats = now(character.stat_history(&script));
    assert_eq!((stats[0].character_id, stats[0].all_time), (CharacterId(11), Some(7)));
    assert_eq!(script.requests(), 0);
    assert!(now(character.outfit_member(&script)).is_some(), "without its outfit it is no member");
    assert_eq!(script.requests(), 1);
}

#[test]
fn rows_under_the_key_of_a_resolve_are_used() {
    let character = planetman(&json!({
        "outfit_member": {"outfit_id": "77", "name": "Some Outfit", "alias": "SO", "member_rank": "Leader"},
        "friend_list": [{"character_id": "13", "online": "17"}],
        "items": [{"item_id": "74", "item_type_id": "26", "stack_count": "1"}],
        "currency": {"currency_id": "4", "quantity": "750"},
        "world_id": "40",
        "world_id_join_world": {"name": {"en": "SolTech"}},
    }));
    let outfit: Outfit = row(json!({
        "outfit_id": "77",
        "leader": {"character_id": "11", "faction_id": "2"},
        "members": [{"character_id": "11", "character": {"name": {"first": "Planetman"}, "faction_id": "2"}}],
        "ranks": [{"ordinal": "1", "name": "Leader"}],
    }));
    let script = Script::new([("ps2/character?character_id=13", json!([{"character_id": "13"}]))]);
    assert_eq!(now(character.outfit(&script)).and_then(|outfit| outfit.name).as_deref(), Some("Some Outfit"));
    assert_eq!(now(character.items(&script)).len(), 1);
    assert_eq!(now(character.currency(&script)).and_then(|currency| currency.quantity), Some(750));
    assert_eq!(now(character.world(&script)).map(|world| world.to_string()).as_deref(), Some("SolTech"));
    assert!(now(outfit.leader(&script)).is_some());
    let members = now(outfit.members(&script));
    let name = now(members[0].character(&script)).map(|member| member.to_string());
    assert_eq!((members[0].outfit_id, name.as_deref()), (OutfitId(77), Some("Planetman")));
    assert_eq!(now(outfit.ranks(&script)).len(), 1);
    assert_eq!(script.requests(), 0);
    assert_eq!(now(character.friends(&script)).len(), 1);
    assert_eq!(script.requests(), 1, "who they are, not that they are friends");
}

#[test]
fn incomplete_rows_are_requested() {
    let outfit: Outfit = row(json!({
        "outfit_id": "77",
        "leader_character_id": "11",
        "leader": {"character_id": "11", "name": {"first": "Planetman"}},
        "outfit_id_join_outfit_member": {"character_id": "11", "outfit_id": "77"},
    }));
    let script = Script::new([
        ("ps2/character?character_id=11", json!([{"character_id": "11", "faction_id": "2"}])),
        ("ps2/outfit_member?outfit_id=77&c:limit=5000", json!([{"character_id": "11", "outfit_id": "77"}])),
    ]);
    assert!(now(outfit.leader(&script)).is_some_and(|leader| leader.faction_id.is_some()), "a name is no character");
    assert_eq!(now(outfit.members(&script)).len(), 1);
    assert_eq!(script.requests(), 2, "a join without `list` brings one of them");
    let outfit: Outfit = row(json!({"outfit_id": "77", "members": {"character_id": "11"}}));
    assert_eq!(now(outfit.members(&script)).len(), 1);
    assert_eq!(script.requests(), 1, "wherever it puts it");
    let title = planetman(&json!({"title": {"title_id": "5", "name": {"en": "Captain"}}}));
    assert_eq!(now(title.name_long(&script)), "Captain Planetman");
    assert_eq!(script.requests(), 0, "a title is its name");
}

#[test]
fn rows_joined_to_links_are_used() {
    let item: Item = row(json!({"item_id": "74",
        "item_id_join_item_attachment": [
            {"attachment_item_id": "8", "attachment_item_id_join_item": {"item_id": "8"}},
            {"attachment_item_id": "9"},
        ],
        "item_id_join_item_to_weapon": {"weapon_id": "5", "weapon_id_join_weapon": {"weapon_id": "5"}},
        "item_id_join_item_profile": [{"profile_id": "2"}],
    }));
    let character = planetman(&json!({
        "character_id_join_characters_world": {"world_id": "40", "world_id_join_world": {"world_id": "40"}},
    }));
    let member = planetman(&json!({"character_id_join_outfit_member": {
        "outfit_id": "77", "outfit_id_join_outfit": {"name": "Some Outfit"},
    }}));
    let links =
        "ps2/item_profile?item_id=74&c:limit=5000&c:join=profile_2^on:profile_id^to:profile_id^list:1^inject_at:found";
    let script = Script::new([(links, json!([]))]);
    assert_eq!(now(item.attachments(&script)).len(), 1);
    assert!(now(item.weapon(&script)).is_some());
    assert!(now(character.world(&script)).is_some());
    assert!(now(member.outfit(&script)).is_some_and(|outfit| outfit.name.is_some()));
    assert_eq!(script.requests(), 0);
    assert_eq!(now(item.profiles(&script)), []);
    assert_eq!(script.requests(), 1, "the query joined the links alone");
}

#[test]
fn an_unknown_online_status_is_not_offline() {
    let character = planetman(&json!({"online_status": "service_unavailable"}));
    let script = Script::new([
        (
            "ps2/character?character_id=11&c:resolve=online_status",
            json!([{"character_id": "11", "online_status": "service_unavailable"}]),
        ),
        (
            "ps2/characters_online_status?character_id=11",
            json!([{"character_id": "11", "online_status": "service_unavailable"}]),
        ),
    ]);
    for fault in [
        try_now(character.is_online(&script)).unwrap_err(),
        try_now(planetman(&json!({})).is_online(&script)).unwrap_err(),
        try_now(Character::online_among(&[CharacterId(11)], &script)).unwrap_err(),
    ] {
        assert_eq!(*fault.kind(), FaultKind::ServiceUnavailable);
    }
}

#[test]
fn all_pages_are_loaded() {
    let members = |from: usize, to: usize| -> Value {
        (from..to).map(|id| json!({"character_id": id + 1, "outfit_id": 77})).collect::<Vec<_>>().into()
    };
    let outfit: Outfit = row(json!({"outfit_id": "77"}));
    let script = Script::new([
        ("ps2/outfit_member?outfit_id=77&c:limit=5000", members(0, 5000)),
        ("ps2/outfit_member?outfit_id=77&c:limit=5000&c:start=5000", members(5000, 6001)),
    ]);
    assert_eq!(now(outfit.members(&script)).len(), 6001);
    assert_eq!(script.requests(), 2);
}

#[test]
fn zone_ids_with_an_instance_lead_to_the_continent() {
    let zone = |id| Zone::query(id).url("", None, Verb::Get);
    assert_eq!(zone(ZoneId(131_434)), "/get/ps2/zone?zone_id=362");
    assert_eq!(zone(ZoneId(361)), "/get/ps2/zone?zone_id=338");
    assert_eq!(zone(ZoneId::OSHUR), "/get/ps2/zone?zone_id=344");
}

#[test]
fn loadouts_that_the_server_lacks_have_a_fallback() {
    let nso = |id| Loadout::fallback(id).map(|loadout| (loadout.profile_id.0, loadout.faction_id, loadout.code_name));
    assert_eq!(nso(LoadoutId::NSO_INFILTRATOR), Some((190, FactionId::NSO, Some("NSO Infiltrator".into()))));
    assert_eq!(nso(LoadoutId::NSO_MAX), Some((252, FactionId::NSO, Some("NSO MAX".into()))));
    assert_eq!((nso(LoadoutId::VS_MAX), nso(LoadoutId(33))), (None, None));
}

#[test]
fn a_character_leads_to_its_world_and_outfit() {
    let script = Script::new([
        ("ps2/characters_world?character_id=11", json!([{"character_id": "11", "world_id": "40"}])),
        ("ps2/world?world_id=40", json!([{"world_id": "40", "name": {"en": "SolTech"}}])),
        (
            "ps2/outfit_member_extended?character_id=11",
            json!([{"character_id": "11", "outfit_id": "77", "name": "Some Outfit", "alias": "SO", "member_count": "3",
                "member_rank": "Leader"}]),
        ),
        ("ps2/outfit_member?character_id=11", json!([])),
    ]);
    assert_eq!(now(planetman(&json!({})).world(&script)).map(|world| world.world_id), Some(WorldId::SOLTECH));
    assert_eq!(script.requests(), 2);
    // `c:resolve=world` adds the field to the row.
    assert!(now(planetman(&json!({"world_id": "40"})).world(&script)).is_some());
    assert_eq!(script.requests(), 1);
    let outfit = now(planetman(&json!({})).outfit(&script)).expect("an outfit");
    assert_eq!((outfit.member_count, outfit.extra.get("member_rank")), (Some(3), Some(&json!("Leader"))));
    assert_eq!(now(planetman(&json!({})).outfit_member(&script)), None);
}

#[test]
fn friends_take_two_requests_and_online_characters_one() {
    let script = Script::new([
        (
            "ps2/characters_friend?character_id=11",
            json!([{"character_id": "11", "friend_list": [{"character_id": "13"}, {"character_id": "15"}]}]),
        ),
        ("ps2/character?character_id=13,15&c:limit=2", json!([{"character_id": "13"}, {"character_id": "15"}])),
        (
            "ps2/character?character_id=13,15&c:resolve=online_status&c:limit=2",
            json!([{"character_id": "13", "online_status": "0"}, {"character_id": "15", "online_status": "10"}]),
        ),
        ("ps2/characters_online_status?character_id=11", json!([{"character_id": "11", "online_status": "0"}])),
    ]);
    assert_eq!(now(planetman(&json!({})).friends(&script)).len(), 2);
    assert_eq!(script.requests(), 2);
    let online = now(Character::online_among(&[CharacterId(13), CharacterId(15)], &script));
    assert_eq!(online.iter().map(Collection::id).collect::<Vec<_>>(), [CharacterId(15)]);
    assert_eq!(script.requests(), 1);
    let outfit: Outfit = row(json!({"outfit_id": "77", "members": [{"character_id": "13"}, {"character_id": "15"}]}));
    assert_eq!(now(outfit.online_members(&script)).len(), 1);
    assert_eq!(script.requests(), 1);
    assert!(!now(planetman(&json!({})).is_online(&script)));
    assert_eq!(now(script.by_ids::<Character>(&[])), []);
}

#[test]
fn events_of_a_character_can_be_of_some_kinds_only() {
    let event = json!([{"character_id": "11", "event_type": "Death", "world_id": "1", "zone_id": "2",
        "attacker_character_id": "0", "timestamp": "1600000000"}]);
    let script = Script::new([
        ("ps2/characters_event?character_id=11&c:limit=1000", event.clone()),
        ("ps2/characters_event?character_id=11&type=KILL,DEATH&c:limit=1000", event),
        (
            "ps2/characters_event_grouped?character_id=11&type=KILL&c:limit=100000",
            json!([{"character_id": "13", "count": "4", "table_type": "kills"}]),
        ),
    ]);
    let events = now(planetman(&json!({})).events(|query| query, &script));
    assert_eq!((events[0].attacker_character_id, events[0].zone_id), (None, Some(ZoneId::INDAR)));
    let fights = |query: Query| query.filter("type", any_of(["KILL", "DEATH"]));
    assert_eq!(now(planetman(&json!({})).events(fights, &script)).len(), 1);
    let kills = |query: Query| query.filter("type", "KILL");
    assert_eq!(now(planetman(&json!({})).events_grouped(kills, &script))[0].count, Some(4));
}

#[test]
fn a_third_collection_links_two() {
    let item: Item = row(json!({"item_id": "74"}));
    let script = Script::new([
        (
            "ps2/item_attachment?item_id=74&c:limit=5000&c:join=item^on:attachment_item_id^to:item_id^list:1^inject_at:found",
            json!([
                {"item_id": "74", "attachment_item_id": "8", "found": [{"item_id": "8"}]},
                {"item_id": "74", "attachment_item_id": "9"},
            ]),
        ),
        (
            "ps2/item_to_weapon?item_id=74&c:limit=5000&c:join=weapon^on:weapon_id^to:weapon_id^list:1^inject_at:found",
            json!([{"item_id": "74", "weapon_id": "5", "found": [{"weapon_id": "5", "heat_capacity": "999"}]}]),
        ),
        (
            "ps2/characters_item?character_id=11&c:join=item^on:item_id^to:item_id^list:1^inject_at:found",
            json!([{"character_id": "11", "item_id": "74", "found": {"item_id": "74"}}]),
        ),
    ]);
    assert_eq!(now(item.attachments(&script)).len(), 1);
    assert!(now(item.weapon(&script)).as_ref().is_some_and(Weapon::is_heat_weapon));
    assert_eq!(now(planetman(&json!({})).items(&script)), [item]);
}

#[test]
fn an_outfit_leads_to_its_leader_and_members() {
    let outfit: Outfit = row(json!({"outfit_id": "77", "leader_character_id": "11", "alias": ""}));
    let script = Script::new([
        ("ps2/character?character_id=11", json!([{"character_id": "11"}])),
        ("ps2/outfit_member?outfit_id=77&c:limit=5000", json!([{"character_id": "11", "outfit_id": "77"}])),
        ("ps2/outfit?outfit_id=77", json!([{"outfit_id": "77"}])),
        ("ps2/outfit?alias_lower=fno", json!([{"outfit_id": "78"}])),
    ]);
    assert!(now(outfit.leader(&script)).is_some());
    let members: Vec<OutfitMember> = now(outfit.members(&script));
    assert!(now(members[0].outfit(&script)).is_some());
    assert!(now(members[0].character(&script)).is_some());
    assert_eq!(outfit.tag(), None);
    assert!(now(Outfit::by_tag("FNO", &script)).is_some());
}

#[test]
fn a_world_has_a_map_and_a_status() {
    let world: World = row(json!({"world_id": "40", "name": {"en": "SolTech"}}));
    let script = Script::new([
        (
            "ps2/map?world_id=40&zone_ids=2,8",
            json!([{"ZoneId": "2", "Regions": {"IsList": "1", "Row": [
                {"RowData": {"RegionId": "2101", "FactionId": "3"}}, {"RowData": {"RegionId": "2102"}}]}}]),
        ),
        (
            "global/game_server_status?game_code=ps2&name=^SolTech",
            json!([{"name": "SolTech (Asia)", "last_reported_state": "medium", "last_reported_time": "1600000000"}]),
        ),
        ("ps2/world_event?world_id=40&c:limit=1000", json!([])),
    ]);
    let maps: Vec<Map> = now(world.map(&[ZoneId::INDAR, ZoneId::ESAMIR], &script));
    assert_eq!(maps[0].owners().collect::<Vec<_>>(), [(MapRegionId(2101), FactionId::TR)]);
    let status = now(world.status(&script)).expect("known");
    assert_eq!(status.last_reported_state.as_deref(), Some("medium"));
    assert_eq!(now(world.events(|query| query, &script)), []);
    assert_eq!(script.requests(), 3);
    assert_eq!(now(world.map(&[], &script)), []);
    assert_eq!(script.requests(), 0);
}

#[test]
fn lattice_links_lead_both_ways() {
    let script = Script::new([
        ("ps2/map_region?facility_id=7500", json!([{"map_region_id": "1", "zone_id": "2", "facility_id": "7500"}])),
        (
            "ps2/facility_link?facility_id_a=7500&c:limit=5000",
            json!([{"facility_id_a": "7500", "facility_id_b": "4401", "zone_id": "2"}]),
        ),
        (
            "ps2/facility_link?facility_id_b=7500&c:limit=5000",
            json!([{"facility_id_a": "4402", "facility_id_b": "7500", "zone_id": "2"}]),
        ),
        (
            "ps2/map_region?facility_id=4401,4402&c:limit=5000",
            json!([{"map_region_id": "2", "zone_id": "2"}, {"map_region_id": "3", "zone_id": "2"}]),
        ),
    ]);
    let region = now(MapRegion::by_facility_id(FacilityId(7500), &script)).expect("a region");
    assert_eq!(now(region.connected(&script)).len(), 2);
}

#[test]
fn the_rewards_of_a_set_are_found_through_its_groups() {
    let script = Script::new([
        (
            "ps2/reward_set_to_reward_group?reward_set_id=4466&c:limit=5000",
            json!([{"reward_set_id": "4466", "reward_group_id": "10"}, {"reward_set_id": "4466", "reward_group_id": "11"}]),
        ),
        (
            "ps2/reward_group_to_reward?reward_group_id=10,11&c:limit=5000",
            json!([{"reward_group_id": "10", "reward_id": "1"}]),
        ),
        ("ps2/reward?reward_id=1", json!([{"reward_id": "1", "reward_type_id": "2"}])),
    ]);
    assert_eq!(now(Reward::by_set(RewardSetId(4466), &script)).len(), 1);
}

#[test]
fn leaderboards_have_places() {
    let script = Script::new([
        (
            "ps2/characters_leaderboard?name=Kills&period=OneLife&character_id=11",
            json!([{"character_id": "11", "rank": "3", "value": "185"}]),
        ),
        (
            "ps2/leaderboard?name=Score&period=Weekly&world=10&c:limit=2&c:start=9998",
            json!([{"character_id": "11", "rank": "9999", "value": "3000000000"},
                {"character_id": "13", "rank": "10000", "value": "1"}]),
        ),
        ("ps2/character?character_id=11,13&c:limit=2", json!([{"character_id": "13"}])),
    ]);
    let place =
        now(leaderboard::by_character(Stat::Kills, Period::OneLife, CharacterId(11), &script)).expect("a place");
    assert_eq!((place.rank, place.value), (3, 185));
    let top = now(leaderboard::top(Stat::Score, Period::Weekly, 50, 9998, Some(WorldId::WAINWRIGHT), &script));
    assert_eq!((top[0].0.value, top[0].1.is_some(), top[1].1.is_some()), (3_000_000_000, false, true));
    assert_eq!(now(leaderboard::top(Stat::Deaths, Period::Daily, 1, 10_000, None, &script)), []);
}

#[test]
fn rows_are_found_by_name() {
    let url = |query: Query| query.url("", None, Verb::Get);
    assert_eq!(url(Character::by_name("Higby", Locale::En)), "/get/ps2/character?name.first_lower=higby");
    assert_eq!(url(Outfit::by_name("Some Outfit", Locale::En)), "/get/ps2/outfit?name_lower=some%20outfit");
    assert_eq!(url(Item::by_name("Bettel", Locale::De)), "/get/ps2/item?name.de=Bettel&c:case=0");
    assert_eq!(url(World::by_name("soltech", Locale::En)), "/get/ps2/world?c:limit=100");
    let world: World = row(json!({"world_id": "40", "name": {"en": "SolTech"}}));
    assert!(world.is_called("soltech", Locale::En) && !world.is_called("soltech", Locale::De));
    assert!(planetman(&json!({})).is_called("planetMAN", Locale::De));
}

#[test]
fn ranks_have_an_image_for_each_faction() {
    let rank: ExperienceRank = row(json!({"rank": "100", "vs": {"image_id": "4363"}}));
    let url = "https://census.daybreakgames.com/files/ps2/images/static/4363.png";
    assert_eq!(rank.image(FactionId::VS).as_deref(), Some(url));
    assert_eq!((rank.image(FactionId::NC), rank.image(FactionId::NSO)), (None, None));
}

#[test]
fn the_census_is_always_the_last_argument() {
    let mut functions = 0;
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ps2")).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for function in source.split("pub async fn ").skip(1) {
            let signature = function.split("-> Result<").next().unwrap().trim_end();
            let arguments = signature.trim_end_matches([')', ',', '\n', ' ']);
            assert!(arguments.ends_with("census: &F"), "{}: {signature}", path.display());
            functions += 1;
        }
    }
    assert!(functions > 20, "{functions}");
}
