//! REST over real sockets.

mod common;

use std::time::{Duration, Instant};

use auraxis_core::{event::Event, frame::Frame};
use auraxis_sim::{RestFault, Sim};
use common::{TestClient, get, sim};
use serde_json::{Value, json};

fn str<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

/// Returns the leader of an outfit, with both ids.
async fn outfit_leader(sim: &Sim) -> Value {
    let found = get(sim, "/s:example/get/ps2/outfit_member?rank_ordinal=1&c:show=character_id,outfit_id").await;
    found["outfit_member_list"][0].clone()
}

#[tokio::test]
async fn characters_have_the_shape_of_the_real_api() {
    let sim = sim().await;
    let member = outfit_leader(&sim).await;
    let id = str(&member, "/character_id");
    let found = get(&sim, &format!("/s:example/get/ps2/character?character_id={id}")).await;
    assert_eq!(found["returned"], 1);
    let character = &found["character_list"][0];
    for pointer in [
        "/name/first",
        "/name/first_lower",
        "/faction_id",
        "/title_id",
        "/times/creation",
        "/times/minutes_played",
        "/certs/available_points",
        "/battle_rank/value",
        "/profile_id",
        "/daily_ribbon/count",
        "/prestige_level",
    ] {
        str(character, pointer);
    }
    assert_eq!(str(character, "/times/last_login_date").len(), "2022-11-24 20:07:35.0".len());
    for (path, list) in [
        (format!("/get/ps2/characters_world?character_id={id}"), "characters_world_list"),
        (format!("/get/ps2:v2/character/{id}"), "character_list"),
        (format!("/s:example/json/get/ps2:v1/character_name?character_id={id}"), "character_name_list"),
        (format!("/get/ps2/single_character_by_id?character_id={id}"), "single_character_by_id_list"),
    ] {
        assert_eq!(str(&get(&sim, &path).await, &format!("/{list}/0/character_id")), id, "{path}");
    }
}

#[tokio::test]
async fn terms_filter_and_commands_page_sort_and_shape() {
    let sim = sim().await;
    for (query, expected) in [
        ("title?title_id=1&c:lang=en", json!([{ "title_id": "1", "name": { "en": "Private" } }])),
        ("title?title_id=0", json!([])),
        ("title/5?c:show=title_id", json!([{ "title_id": "5" }])),
        ("title?title_id=3,1&c:limit=9&c:show=title_id", json!([{ "title_id": "1" }, { "title_id": "3" }])),
        (
            "title?title_id=%3E3&title_id=%5B6&c:limit=9&c:hide=name",
            json!([{ "title_id": "4" }, { "title_id": "5" }, { "title_id": "6" }]),
        ),
        (
            "title?c:sort=title_id:-1&c:start=1&c:limit=2&c:show=title_id",
            json!([{ "title_id": "50" }, { "title_id": "40" }]),
        ),
        ("title?name.en=^Arc&c:show=title_id", json!([{ "title_id": "50" }])),
        ("title?name.en=*rchon&c:show=title_id", json!([{ "title_id": "50" }])),
        ("title?name.en=archon", json!([])),
        ("title?name.en=archon&c:case=false&c:show=title_id", json!([{ "title_id": "50" }])),
        ("zone?name.en=!Indar&c:show=zone_id", json!([{ "zone_id": "4" }])),
        ("world?world_id=1&c:show=name.en,state", json!([{ "name": { "en": "Osprey" }, "state": "online" }])),
        ("faction?c:has=image_path&c:show=code_tag&c:limit=2", json!([{ "code_tag": "VS" }, { "code_tag": "NC" }])),
    ] {
        let found = get(&sim, &format!("/get/ps2/{query}")).await;
        let list = &found[format!("{}_list", query.split(['?', '/']).next().unwrap())];
        assert_eq!(*list, expected, "{query}");
        assert_eq!(found["returned"], expected.as_array().unwrap().len(), "{query}");
    }
}

#[tokio::test]
async fn joins_can_be_nested_and_siblings() {
    let sim = sim().await;
    let member = outfit_leader(&sim).await;
    let (id, outfit) = (str(&member, "/character_id"), str(&member, "/outfit_id"));

    // The query that auraxium sends for a character's world.
    let path = format!("/get/ps2/characters_world?character_id={id}&c:join=world^on:world_id^to:world_id");
    let found = get(&sim, &path).await;
    let row = &found["characters_world_list"][0];
    assert_eq!(str(row, "/world_id_join_world/world_id"), str(row, "/world_id"));

    let found = get(
        &sim,
        &format!(
            "/get/ps2/outfit?outfit_id={outfit}&c:show=name&c:join=outfit_member^list:1^show:character_id^inject_at:members\
             (character^show:name.first'title_id^inject_at:who(title^inject_at:title),characters_world^inject_at:world)\
             ,character^on:leader_character_id^to:character_id^inject_at:leader"
        ),
    )
    .await;
    let row = &found["outfit_list"][0];
    assert_eq!(str(row, "/leader/character_id"), id);
    assert!(row["members"].as_array().unwrap().len() > 3);
    assert_eq!(str(row, "/members/0/who/name/first"), str(row, "/leader/name/first"));
    str(row, "/members/0/world/world_id");

    let inner = "/get/ps2/title?c:limit=50&c:join=character^on:title_id^to:title_id^outer:0^show:title_id";
    let outer = inner.replace("outer:0", "outer:1");
    let (inner, outer) = (get(&sim, inner).await, get(&sim, &outer).await);
    assert!(inner["returned"].as_u64() < outer["returned"].as_u64());
    let terms = "/get/ps2/zone?zone_id=2&c:join=map_region^on:zone_id^to:zone_id^list:1^terms:facility_type_id=<4'facility_name=*Amp";
    let found = get(&sim, terms).await;
    assert_eq!(found["zone_list"][0]["zone_id_join_map_region"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn resolves_are_predefined_joins() {
    let sim = sim().await;
    let member = outfit_leader(&sim).await;
    let (id, outfit) = (str(&member, "/character_id"), str(&member, "/outfit_id"));
    let path = format!(
        "/get/ps2/character?character_id={id}&c:resolve=world,online_status,outfit(alias,name),outfit_member,faction,nonsense"
    );
    let found = get(&sim, &path).await;
    let row = &found["character_list"][0];
    assert_eq!((str(row, "/online_status"), str(row, "/world_id")), ("0", "1"));
    assert_eq!(row["outfit"].as_object().unwrap().len(), 2);
    assert_eq!(str(row, "/outfit_member/rank"), "Leader");
    assert_eq!(str(row, "/faction/faction_id"), str(row, "/faction_id"));

    let path = format!("/get/ps2/outfit?outfit_id={outfit}&c:resolve=member_character,leader_name,rank");
    let found = get(&sim, &path).await;
    let row = &found["outfit_list"][0];
    assert_eq!(str(row, "/members/0/character/character_id"), id);
    str(row, "/leader/name/first");
    assert_eq!(row["members"].as_array().unwrap().len().to_string(), str(row, "/member_count"));
}

#[tokio::test]
async fn trees_counts_lists_of_collections_and_distinct_values() {
    let sim = sim().await;
    let found = get(&sim, "/get/ps2/title?title_id=1,3&c:limit=9&c:tree=title_id^prefix:t&c:show=title_id").await;
    assert_eq!(found["title_list"], json!([{ "t1": { "title_id": "1" }, "t3": { "title_id": "3" } }]));
    assert_eq!(get(&sim, "/count/ps2/world").await, json!({ "count": 6 }));
    assert_eq!(get(&sim, "/count/ps2/world?world_id=!1").await, json!({ "count": 5 }));
    for uncountable in ["characters_world?character_id=1", "bogus", "title?bogus=1"] {
        assert_eq!(get(&sim, &format!("/count/ps2/{uncountable}")).await, json!({ "count": -1 }));
    }
    let found = get(&sim, "/s:example/get/ps2").await;
    let list = found["datatype_list"].as_array().unwrap();
    assert_eq!(found["returned"], list.len());
    assert!(list.iter().any(|entry| entry["name"] == "character" && entry["count"] == "dynamic"));
    let found = get(&sim, "/get/ps2/character?c:distinct=faction_id").await;
    assert_eq!(found["character_list"], json!([{ "faction_id": ["1", "2", "3", "4"] }]));
    assert_eq!(found["count"], 4);
    assert!(get(&sim, "/get/ps2/title?c:timing=1").await["timing"]["total-ms"].is_number());
}

#[tokio::test]
async fn errors_are_those_of_the_real_api() {
    let sim = sim().await;
    let term =
        |text: &str| json!({ "errorCode": "SERVER_ERROR", "errorMessage": format!("INVALID_SEARCH_TERM: {text}") });
    for (path, expected) in [
        ("/get/ps2/bogus", json!({ "error": "No data found." })),
        ("/get/bogus/item", json!({ "error": "No data found." })),
        ("/get/ps2/item&field=value", json!({ "error": "Bad request syntax." })),
        ("/get/", json!({ "errorCode": "SERVER_ERROR" })),
        ("/get/ps2/characters_world", json!({ "errorCode": "SERVER_ERROR" })),
        (
            "/get/ps2/loadout?bogus=1",
            term("Invalid search term. Valid search terms: [loadout_id, profile_id, faction_id, code_name]"),
        ),
        (
            "/get/ps2/world?name.en=Osprey",
            term("Invalid search term. Valid search terms: [world_id, state, name, description]"),
        ),
        ("/get/ps2/item?item_id=bogus", term("Invalid search term: item_id. Value must be a number.")),
        ("/get/ps2/item?c:limit=Bogus", term("Invalid search term: c:limit. Value must be a whole number.")),
        (
            "/get/ps2/item?name.en=*VS",
            term("Invalid search value for term: name.en. Regex query must have at least 3 characters."),
        ),
        ("/get/ps2/item?c:show=bogus", term("c:show or c:hide resulted in no valid terms.")),
        ("/get/ps2/item?c:distinct=bogus", term("Invalid distinct value")),
    ] {
        assert_eq!(get(&sim, path).await, expected, "{path}");
    }
    let refused = get(&sim, "/s:refused/get/ps2/item").await;
    assert!(str(&refused, "/error").starts_with("Provided Service ID is not registered."));
    assert_eq!(sim.requests().last().map(String::as_str), Some("/s:refused/get/ps2/item"));
}

#[tokio::test]
async fn rest_agrees_with_the_stream() {
    let sim = Sim::builder().rate(4_000.0).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    let subscribe = r#"{"service":"event","action":"subscribe","characters":["all"],"worlds":["all"],
        "eventNames":["PlayerLogin","PlayerLogout","BattleRankUp"]}"#;
    client.request(subscribe).await;
    let (mut ranks, mut unknown) = (0, 0);
    while ranks < 15 || unknown < 3 {
        // Skips old events: by now, their characters would all be visible in REST.
        client.drain().await;
        let text = client.receive().await;
        let Ok(Frame::Event(event)) = Frame::parse(&text) else { continue };
        let id = event.character_ids().next().unwrap();
        let path = format!("/get/ps2/character?character_id={id}&c:resolve=world,online_status&c:show=battle_rank");
        let found = get(&sim, &path).await;
        let Some(row) = found["character_list"].get(0) else {
            // A new character, which is not visible in REST yet.
            unknown += 1;
            continue;
        };
        assert_eq!(str(row, "/world_id"), event.world_id().unwrap().to_string());
        if let Event::BattleRankUp(up) = event {
            let rank: u32 = str(row, "/battle_rank/value").parse().unwrap();
            // The war continues during the request, so the answer can be newer than the event, but never older.
            assert!(rank >= up.battle_rank, "{text}: {row}");
            ranks += 1;
        }
    }
}

#[tokio::test]
async fn a_character_is_online_after_login() {
    let sim = Sim::builder().rate(25.0).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.request(r#"{"service":"event","action":"subscribe","worlds":["1"],"eventNames":["PlayerLogin"]}"#).await;
    let text = client.receive().await;
    let Ok(Frame::Event(event)) = Frame::parse(&text) else { panic!("{text}") };
    let id = event.character_ids().next().unwrap();
    let found = get(&sim, &format!("/get/ps2/characters_online_status?character_id={id}")).await;
    assert_eq!(str(&found, "/characters_online_status_list/0/online_status"), "1");
}

#[tokio::test]
async fn faults_are_injected_by_method() {
    let sim = sim().await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("{}/get/ps2/title", sim.rest_url());
    let ask = || http.get(&url).send();

    sim.next_rest_faults([
        RestFault::ServiceUnavailable,
        RestFault::Status(503),
        RestFault::NotJson,
        RestFault::Maintenance,
        RestFault::Reset,
        RestFault::Hang(Duration::from_millis(150)),
    ]);
    assert_eq!(ask().await.unwrap().json::<Value>().await.unwrap(), json!({ "error": "service_unavailable" }));
    assert_eq!(ask().await.unwrap().status(), 503);
    assert!(ask().await.unwrap().json::<Value>().await.is_err());
    assert_eq!(ask().await.unwrap().status(), 302);
    assert!(ask().await.is_err(), "the connection was not reset");
    let started = Instant::now();
    assert_eq!(ask().await.unwrap().status(), 200);
    assert!(started.elapsed() >= Duration::from_millis(150));
    assert_eq!(ask().await.unwrap().json::<Value>().await.unwrap()["returned"], 1);

    sim.rest_fault(Some(RestFault::Status(500)));
    for _ in 0..3 {
        assert_eq!(ask().await.unwrap().status(), 500);
    }
    sim.rest_fault(None);
    assert_eq!(ask().await.unwrap().status(), 200);
}

#[tokio::test]
async fn faults_are_also_injected_by_script() {
    let script = "at 0s rest status:503 next 2\nat 0s rest service-unavailable for 1m".parse().unwrap();
    let sim = Sim::builder().rate(0.0).faults(script).start().await.unwrap();
    let url = format!("{}/get/ps2/title", sim.rest_url());
    // The script starts shortly after the simulator.
    while reqwest::get(&url).await.unwrap().status() != 503 {}
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 503);
    assert_eq!(get(&sim, "/get/ps2/title").await, json!({ "error": "service_unavailable" }));
    sim.inject("rest not-json for 0s".parse::<auraxis_sim::Fault>().unwrap());
    assert_eq!(get(&sim, "/get/ps2/title").await["returned"], 1);
    sim.inject("rest bad-request for 1m".parse::<auraxis_sim::Fault>().unwrap());
    sim.rest_fault(None);
    assert_eq!(get(&sim, "/get/ps2/title").await["returned"], 1);
}
