//! Parsing of frames, by example. The values are composed; the layout is that of the service.

use std::fmt::Write as _;

use auraxis_core::{
    event::{Event, EventKind, GainExperience, Selector},
    frame::{Fault, FaultKind, Frame},
    id::*,
    time::Timestamp,
};
use serde_json::{Value, json};

fn message(payload: &Value) -> String {
    json!({ "payload": payload, "service": "event", "type": "serviceMessage" }).to_string()
}

fn event(payload: &Value) -> Event {
    match Frame::parse(&message(payload)) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

fn fault(text: &str) -> Fault {
    Frame::parse(text).expect_err("a fault")
}

fn death() -> Value {
    json!({
        "attacker_character_id": "5428000000000000001", "attacker_fire_mode_id": "0", "attacker_loadout_id": "32",
        "attacker_team_id": "1", "attacker_vehicle_id": "0", "attacker_weapon_id": "7233",
        "character_id": "5428000000000000003", "character_loadout_id": "13", "event_name": "Death",
        "is_critical": "0", "is_headshot": "1", "team_id": "3", "timestamp": "1730180202", "world_id": "40",
        "zone_id": "6"
    })
}

#[test]
fn a_death_is_read_field_by_field() {
    let Event::Death(death) = event(&death()) else { panic!("not a death") };
    assert_eq!(death.attacker_character_id, Some(CharacterId(5_428_000_000_000_000_001)));
    assert_eq!(death.attacker_fire_mode_id, None);
    assert_eq!(death.attacker_loadout_id, Some(LoadoutId::NSO_HEAVY_ASSAULT));
    assert_eq!(death.attacker_team_id, Some(FactionId::VS));
    assert_eq!(death.attacker_vehicle_id, None);
    assert_eq!(death.attacker_weapon_id, Some(ItemId(7233)));
    assert_eq!(death.character_id, CharacterId(5_428_000_000_000_000_003));
    assert!(death.is_headshot);
    assert_eq!(death.is_critical, Some(false));
    assert_eq!(death.team_id, Some(FactionId::TR));
    assert_eq!(death.timestamp, Timestamp(1_730_180_202));
    assert_eq!(death.vehicle_id, None);
    assert_eq!(death.world_id, WorldId::SOLTECH);
    assert_eq!(death.zone_id, ZoneId::AMERISH);
    assert!(death.extra.is_empty());
}

#[test]
fn events_round_trip() {
    for payload in [
        death(),
        json!({ "event_name": "ContinentLock", "metagame_event_id": "0", "nc_population": "39",
            "previous_faction": "0", "timestamp": "1488350511", "tr_population": "23", "triggering_faction": "2",
            "vs_population": "36.5", "world_id": "17", "zone_id": "2" }),
        json!({ "event_name": "MetagameEvent", "experience_bonus": "25.000000", "faction_nc": "52.156864",
            "faction_tr": "19.607843", "faction_vs": "27.843140", "instance_id": "20367",
            "metagame_event_id": "152", "metagame_event_state": "138", "metagame_event_state_name": "ended",
            "timestamp": "1544075818", "world_id": "17" }),
        json!({ "character_id": "5428000000000000003", "context": "GiveRewardBundle:\"Ding\"",
            "event_name": "ItemAdded", "item_count": "-3", "item_id": "6013812", "timestamp": "1659246325",
            "world_id": "1", "zone_id": "131434" }),
        json!({ "event_name": "VehicleDestroy", "attacker_character_id": "0", "attacker_loadout_id": "0",
            "attacker_vehicle_id": "0", "attacker_weapon_id": "86", "character_id": "0", "facility_id": "222280",
            "faction_id": "2", "timestamp": "1", "vehicle_id": "103", "world_id": "1000", "zone_id": "6" }),
        json!({ "event_name": "PlayerLogin", "character_id": "5428000000000000003", "timestamp": "1611720644",
            "world_id": "1", "brand_new": ["x", { "y": 1 }] }),
        json!({ "event_name": "RelicCaptured", "relic_id": "7", "timestamp": "9", "world_id": "19", "deep": { "a": [1] } }),
    ] {
        let frame = event(&payload).to_frame();
        let written: Value = serde_json::from_str(&frame).unwrap();
        assert_eq!(written["payload"], payload);
        assert_eq!(serde_json::to_value(event(&payload)).unwrap(), payload);
    }
}

#[test]
fn fields_may_come_in_any_order_as_numbers_and_with_white_space() {
    let expected = event(&death());
    let mut shuffled = String::from("{ \"type\": \"serviceMessage\",\n \"payload\": {\n");
    for (key, value) in death().as_object().unwrap().iter().rev() {
        let text = value.as_str().unwrap();
        let value = if key == "event_name" { format!("{text:?}") } else { text.to_string() };
        writeln!(shuffled, "\t{key:?} : {value} ,").unwrap();
    }
    shuffled.truncate(shuffled.len() - 2);
    shuffled += "} , \"service\" : \"event\" }";
    assert_eq!(Frame::parse(&shuffled), Ok(Frame::Event(expected)));
}

#[test]
fn an_unknown_field_is_kept() {
    let mut payload = death();
    payload["weather"] = json!("sandstorm");
    let Event::Death(death) = event(&payload) else { panic!("not a death") };
    assert_eq!(death.extra.get("weather"), Some(&json!("sandstorm")));
    assert_eq!(death.extra.iter().count(), 1);
}

#[test]
fn an_unknown_event_is_kept_whole() {
    let payload = json!({ "event_name": "RelicCaptured", "character_id": "5", "timestamp": "9", "world_id": 19 });
    let Event::Unknown(unknown) = event(&payload) else { panic!("known") };
    assert_eq!(unknown.event_name(), "RelicCaptured");
    assert_eq!((unknown.timestamp(), unknown.world_id()), (Some(Timestamp(9)), Some(WorldId::JAEGER)));
    assert_eq!(unknown.get("character_id"), Some("5"));
    let event = Event::from(unknown);
    assert_eq!((event.name(), event.kind()), ("RelicCaptured", EventKind::Unknown));
    assert_eq!(event.character_ids().collect::<Vec<_>>(), [CharacterId(5)]);
}

#[test]
fn unknown_ids_are_valid() {
    let mut payload = death();
    payload["world_id"] = json!("4000000");
    payload["attacker_loadout_id"] = json!("987");
    payload["team_id"] = json!("344");
    let Event::Death(death) = event(&payload) else { panic!("not a death") };
    assert_eq!((death.world_id, death.world_id.name()), (WorldId(4_000_000), None));
    assert_eq!(death.attacker_loadout_id, Some(LoadoutId(987)));
    assert_eq!(death.team_id, Some(FactionId(344)));
}

#[test]
fn an_invalid_frame_is_a_fault_with_an_excerpt() {
    for (text, kind) in [
        ("", FaultKind::NotAnObject),
        ("not json", FaultKind::NotAnObject),
        ("[1,2]", FaultKind::NotAnObject),
        (r#"{"payload":{"event_name":"Death","#, FaultKind::NotAnObject),
        ("{}", FaultKind::Unrecognised),
        (r#"{"payload":{}}"#, FaultKind::Unrecognised),
        (r#"{"payload":7}"#, FaultKind::Unrecognised),
        (r#"{"type":"heartbeat","online":"yes"}"#, FaultKind::Unrecognised),
        (r#"{"service":"event","type":"surprise"}"#, FaultKind::Unrecognised),
    ] {
        let fault = fault(text);
        assert_eq!((&fault.kind, &*fault.found), (&kind, text));
    }
    let long = format!("{{\"a\":\"{}\"}}", "ä".repeat(Frame::MAX_LENGTH));
    let fault = fault(&long);
    assert_eq!(fault.kind, FaultKind::TooLong);
    assert!(fault.found.len() < 250 && fault.found.ends_with("bytes)"), "{}", fault.found);
}

#[test]
fn control_frames_have_booleans_as_strings_or_as_json() {
    for online in [json!("true"), json!(true)] {
        let text = json!({ "detail": "EventServerEndpoint_Connery_1", "online": online, "service": "event",
            "type": "serviceStateChanged" });
        let Ok(Frame::ServiceState(state)) = Frame::parse(&text.to_string()) else { panic!("no state") };
        assert!(state.online);
        assert_eq!(state.worlds().collect::<Vec<_>>(), [WorldId::OSPREY]);
    }
    let text = json!({ "connected": true, "service": "ess-demux", "type": "essDemuxConnectionStateChanged" });
    assert_eq!(Frame::parse(&text.to_string()), Ok(Frame::ConnectionState { connected: true }));
    let text = r#"{"send this for help":{"service":"event","action":"help"}}"#;
    assert_eq!(Frame::parse(text), Ok(Frame::Help));
}

#[test]
fn endpoints_of_a_heartbeat_have_any_number_of_worlds() {
    let text = json!({
        "online": {
            "EventServerEndpoint_1000_Genudine_1001_Palos_1002_Crux": "true", "EventServerEndpoint_Briggs_25": "false",
            "Odd": "true"
        },
        "service": "event", "timestamp": "1730180181", "type": "heartbeat"
    });
    let Ok(Frame::Heartbeat(heartbeat)) = Frame::parse(&text.to_string()) else { panic!("no heartbeat") };
    assert_eq!(heartbeat.timestamp, Some(Timestamp(1_730_180_181)));
    let states: Vec<_> =
        heartbeat.endpoints.iter().map(|state| (state.worlds().collect::<Vec<_>>(), state.online)).collect();
    assert_eq!(
        states,
        [
            (vec![WorldId::GENUDINE, WorldId::PALOS, WorldId::CRUX], true),
            (vec![WorldId::BRIGGS], false),
            (vec![], true)
        ]
    );
}

#[test]
fn the_reply_to_recent_character_ids_is_not_an_event() {
    let text = message(&json!({ "recent_character_id_count": 2, "recent_character_id_list": ["5", "7"] }));
    let list = vec![CharacterId(5), CharacterId(7)];
    assert_eq!(Frame::parse(&text), Ok(Frame::RecentCharacters { count: 2, list }));
    let text = message(&json!({ "recent_character_id_count": "3" }));
    assert_eq!(Frame::parse(&text), Ok(Frame::RecentCharacters { count: 3, list: vec![] }));
}

#[test]
fn the_characters_of_an_event_are_the_one_it_is_about_and_the_attacker() {
    let ids = |payload: Value| event(&payload).character_ids().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(ids(death()), [5_428_000_000_000_000_003, 5_428_000_000_000_000_001]);
    let mut environment = death();
    environment["attacker_character_id"] = json!("0");
    assert_eq!(ids(environment), [5_428_000_000_000_000_003]);
    assert_eq!(
        ids(json!({ "event_name": "GainExperience", "amount": "5", "character_id": "7", "experience_id": "4",
            "loadout_id": "1", "other_id": "9", "timestamp": "1", "world_id": "1", "zone_id": "2" })),
        [7]
    );
}

#[test]
fn selectors_match_their_names() {
    assert_eq!(Selector::named("Death"), Selector::Kind(EventKind::Death));
    assert_eq!(Selector::named("GainExperience_experience_id_7"), GainExperience::filter_experience(7));
    assert_eq!(Selector::named("RelicCaptured").wire_name(), "RelicCaptured");
    for &kind in EventKind::ALL {
        assert_eq!(EventKind::from_name(kind.name()), Some(kind));
    }
}
