//! The event stream over real sockets.

mod common;

use std::time::Duration;

use auraxis_core::{command::Command, frame::Frame, time::Timestamp};
use auraxis_sim::{Sim, War};
use common::{TestClient, sim};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message},
};

const A: &str = "5428010618015189713";
const B: &str = "5428010618015189715";

fn event(name: &str, fields: &[(&str, &str)]) -> String {
    let mut payload = json!({ "event_name": name, "timestamp": "1700000000", "world_id": "1", "zone_id": "2" });
    for (key, value) in fields {
        payload[*key] = (*value).into();
    }
    json!({ "payload": payload, "service": "event", "type": "serviceMessage" }).to_string()
}

fn death(victim: &str, killer: &str) -> String {
    event(
        "Death",
        &[
            ("character_id", victim),
            ("attacker_character_id", killer),
            ("attacker_fire_mode_id", "0"),
            ("attacker_loadout_id", "1"),
            ("attacker_vehicle_id", "0"),
            ("attacker_weapon_id", "0"),
            ("character_loadout_id", "1"),
            ("is_headshot", "0"),
        ],
    )
}

fn experience(who: &str, sort: &str) -> String {
    event(
        "GainExperience",
        &[("character_id", who), ("experience_id", sort), ("amount", "1"), ("loadout_id", "1"), ("other_id", B)],
    )
}

#[tokio::test]
async fn the_first_frames_are_sent_in_order() {
    let sim = sim().await;
    let mut client = TestClient::connect_to(&format!("{}?environment=ps2&service-id=s:example", sim.ess_url())).await;
    let connected = json!({ "connected": "true", "service": "push", "type": "connectionStateChanged" });
    assert_eq!(client.receive_json().await, connected);
    assert_eq!(client.receive_json().await, json!({ "send this for help": { "service": "event", "action": "help" } }));
    for name in ["Connery_1", "Miller_10", "Jaeger_19", "Soltech_40"] {
        let expected = json!({ "detail": format!("EventServerEndpoint_{name}"), "online": "true", "service": "event",
            "type": "serviceStateChanged" });
        assert_eq!(client.receive_json().await, expected);
    }
    assert!(client.is_silent().await);
    assert_eq!(sim.connections(), 1);
}

#[tokio::test]
async fn heartbeats_are_sent_periodically() {
    let sim = Sim::builder().rate(0.0).heartbeat(Duration::from_millis(30)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    for _ in 0..3 {
        let text = client.receive().await;
        let Ok(Frame::Heartbeat(heartbeat)) = Frame::parse(&text) else { panic!("{text}") };
        assert!(heartbeat.timestamp.is_some() && heartbeat.endpoints.iter().all(|endpoint| endpoint.online));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["online"]["EventServerEndpoint_Miller_10"], "true");
    }
}

#[tokio::test]
async fn subscriptions_add_up_and_are_cleared_and_echoed() {
    let sim = sim().await;
    let mut client = TestClient::connect(&sim).await;
    let echo = |characters: Value, names: Value, flag: bool, worlds: Value| {
        let mut echo = json!({ "eventNames": names, "logicalAndCharactersWithWorlds": flag, "worlds": worlds });
        let key = if characters.is_number() { "characterCount" } else { "characters" };
        echo[key] = characters;
        json!({ "subscription": echo })
    };
    for (command, expected) in [
        (r#"{"service":"event","action":"subscribe"}"#.to_owned(), echo(json!(0), json!([]), false, json!([]))),
        (
            format!(
                r#"{{"service":"event","action":"subscribe","characters":["{A}"],"eventNames":["Death"],"worlds":[1]}}"#
            ),
            echo(json!(1), json!(["Death"]), false, json!(["1"])),
        ),
        (
            format!(
                r#"{{"service":"event","action":"subscribe","characters":["{B}"],"worlds":["10"],
                "eventNames":["GainExperience_experience_id_7"],"logicalAndCharactersWithWorlds":"true"}}"#
            ),
            echo(json!(2), json!(["Death", "GainExperience_experience_id_7"]), true, json!(["1", "10"])),
        ),
        (
            r#"{"service":"event","action":"subscribe","list_characters":true}"#.to_owned(),
            echo(json!([A, B]), json!(["Death", "GainExperience_experience_id_7"]), true, json!(["1", "10"])),
        ),
        (
            format!(r#"{{"service":"event","action":"clearSubscribe","characters":["{A}"],"worlds":["10"]}}"#),
            echo(json!(1), json!(["Death", "GainExperience_experience_id_7"]), true, json!(["1"])),
        ),
        (
            r#"{"service":"event","action":"subscribe","characters":["all"]}"#.to_owned(),
            echo(json!([B, "all"]), json!(["Death", "GainExperience_experience_id_7"]), true, json!(["1"])),
        ),
        (
            r#"{"service":"event","action":"clearSubscribe","all":"true"}"#.to_owned(),
            echo(json!(0), json!([]), false, json!([])),
        ),
    ] {
        assert_eq!(client.request(&command).await, expected, "{command}");
    }
    assert_eq!(sim.commands().len(), 7);
    assert!(matches!(sim.commands()[6], Command::ClearAll));
    assert!(sim.subscriptions()[0].lists.is_empty());
}

#[tokio::test]
async fn each_class_of_events_is_matched_by_its_rule() {
    let control = event(
        "FacilityControl",
        &[
            ("duration_held", "1"),
            ("facility_id", "1"),
            ("new_faction_id", "1"),
            ("old_faction_id", "2"),
            ("outfit_id", "0"),
        ],
    );
    let login = event("PlayerLogin", &[("character_id", A)]);
    let rank = event("BattleRankUp", &[("character_id", A), ("battle_rank", "5")]);
    let only_a = format!(r#""characters":["{A}"]"#);
    let only_b = format!(r#""characters":["{B}"]"#);
    let all = r#""characters":["all"]"#;
    let with = r#""logicalAndCharactersWithWorlds":true"#;
    let (here, elsewhere) = (r#""worlds":["1"]"#, r#""worlds":["10"]"#);
    let cases = [
        // World events: by world alone.
        (&control, "FacilityControl", vec![here], true),
        (&control, "FacilityControl", vec![elsewhere], false),
        (&control, "FacilityControl", vec![all], false),
        (&control, "FacilityControl", vec![here, &only_b, with], true),
        // Character events: by character. With the flag, by character and world.
        (&rank, "BattleRankUp", vec![&only_a], true),
        (&rank, "BattleRankUp", vec![&only_b], false),
        (&rank, "BattleRankUp", vec![here], false),
        (&rank, "BattleRankUp", vec![all, elsewhere], true),
        (&rank, "BattleRankUp", vec![all, elsewhere, with], false),
        (&rank, "BattleRankUp", vec![all, here, with], true),
        (&rank, "Death", vec![all, here], false),
        (&rank, "all", vec![all, here], true),
        // Attack events: by victim or attacker.
        (&death(A, B), "Death", vec![&only_a], true),
        (&death(A, B), "Death", vec![&only_b], true),
        (&death(A, "0"), "Death", vec![&only_b], false),
        (&death(A, B), "Death", vec![here], false),
        (&death(A, B), "Death", vec![&only_b, elsewhere, with], false),
        // Experience: by the character that gains it, and by its id.
        (&experience(A, "7"), "GainExperience", vec![&only_a], true),
        (&experience(A, "7"), "GainExperience", vec![&only_b], false),
        (&experience(A, "7"), "GainExperience_experience_id_7", vec![&only_a], true),
        (&experience(A, "4"), "GainExperience_experience_id_7", vec![&only_a], false),
        // Logins: by character or by world, with or without the flag.
        (&login, "PlayerLogin", vec![here], true),
        (&login, "PlayerLogin", vec![&only_a], true),
        (&login, "PlayerLogin", vec![&only_a, elsewhere, with], true),
        (&login, "PlayerLogin", vec![&only_b, elsewhere], false),
    ]
    .map(|(event, name, rest, is_sent)| (event.clone(), name, rest, is_sent));
    let sim = sim().await;
    let mut client = TestClient::connect(&sim).await;
    for (event, name, rest, is_sent) in cases {
        client.request(r#"{"service":"event","action":"clearSubscribe","all":"true"}"#).await;
        let command =
            format!(r#"{{"service":"event","action":"subscribe","eventNames":["{name}"],{}}}"#, rest.join(","));
        client.request(&command).await;
        assert_eq!(sim.publish(&event), usize::from(is_sent), "{command}: {event}");
        if is_sent {
            assert_eq!(client.receive().await, event, "{command}");
        }
    }
    assert!(client.is_silent().await);
}

#[tokio::test]
async fn the_other_commands_are_answered_and_nonsense_is_not() {
    let sim = sim().await;
    let mut client = TestClient::connect(&sim).await;
    for nonsense in [
        "nonsense",
        "[]",
        r#"{"service":"event","action":"dance"}"#,
        r#"{"service":"push","action":"subscribe"}"#,
        r#"{"service":"event","action":"echo","payload":"text"}"#,
    ] {
        client.send(nonsense).await;
    }
    client.send(r#"{"service":"event","action":"echo","payload":{"test":"test"}}"#).await;
    for _ in 0..4 {
        assert_eq!(client.receive().await, r#"{"test":"test"}"#);
    }
    let help = client.request(r#"{"service":"event","action":"help"}"#).await;
    assert_eq!(help["example event service message payloads"]["Death"]["payload"]["character_id"], "");
    assert!(help["example messages to event service"].is_object());

    sim.publish(&death(A, B));
    sim.publish(&death(A, "0"));
    let count = client.request(r#"{"service":"event","action":"recentCharacterIdsCount"}"#).await;
    let expected = json!({ "payload": { "recent_character_id_count": 2 }, "service": "event",
        "type": "serviceMessage" });
    assert_eq!(count, expected);
    let list = client.request(r#"{"service":"event","action":"recentCharacterIds"}"#).await;
    assert_eq!(list["payload"]["recent_character_id_list"], json!([A, B]));
}

#[tokio::test]
async fn unknown_environments_and_service_ids_get_403() {
    let sim = sim().await;
    let refused = |query: &str| {
        let url = format!("{}?{query}", sim.ess_url());
        async move {
            match connect_async(url).await {
                Err(Error::Http(response)) => response.status().as_u16() == 403,
                _ => false,
            }
        }
    };
    assert!(refused("environment=ps9&service-id=s:example").await);
    assert!(refused("environment=ps2&service-id=s:refused").await);
    assert!(refused("environment=ps2&service-id=example").await);
    assert!(!refused("environment=ps2&service-id=s:example").await);
    sim.refuse(true);
    assert!(refused("environment=ps2&service-id=s:example").await);
    sim.refuse(false);
    assert!(!refused("environment=ps2&service-id=s:example").await);
}

#[tokio::test]
async fn frames_are_pushed_unchanged_and_connections_drop_without_a_close_frame() {
    let sim = sim().await;
    let (mut one, mut other) = (TestClient::connect(&sim).await, TestClient::connect(&sim).await);
    sim.push("{not json");
    sim.push_binary(vec![1, 2, 3]);
    for client in [&mut one, &mut other] {
        assert_eq!(client.receive().await, "{not json");
        assert_eq!(client.next().await, Some(Message::binary(vec![1, 2, 3])));
    }
    sim.drop_connections();
    assert_eq!(sim.connections(), 0);
    assert_eq!(one.next().await, None);
    assert_eq!(other.next().await, None);
    TestClient::connect(&sim).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let sim = sim().await;
    drop(TestClient::connect(&sim).await);
    let idle = TestClient::connect(&sim).await;
    let long = "x".repeat(2_000);
    let flood = async {
        while sim.connections() > 0 {
            sim.push(&long);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), flood).await.expect("a cut in time");
    assert_eq!((sim.connections(), sim.overflows()), (0, 1));
    drop(idle);
}

#[tokio::test]
async fn the_events_of_the_war_are_sent_unchanged() {
    let start = Timestamp(1_700_000_000);
    let sim = Sim::builder().seed(9).rate(20_000.0).war_start(start).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client
        .request(
            r#"{"service":"event","action":"subscribe","characters":["all"],"eventNames":["all"],
        "worlds":["1","10","19","40"]}"#,
        )
        .await;
    let first = client.receive().await;
    let mut war = War::new(9, start).skip_while(|war_event| war_event.frame != first).skip(1);
    for _ in 0..2_000 {
        assert_eq!(client.receive().await, war.next().unwrap().frame);
    }
    sim.shutdown().await;
}

#[tokio::test]
async fn a_simulator_stops_at_shutdown_and_when_dropped() {
    let sim = sim().await;
    let port = sim.rest_url();
    let mut client = TestClient::connect(&sim).await;
    tokio::time::timeout(Duration::from_secs(5), sim.shutdown()).await.expect("a stop in time");
    assert_eq!(client.next().await, None);
    assert!(reqwest::get(port).await.is_err());

    let sim = common::sim().await;
    let mut client = TestClient::connect(&sim).await;
    drop(sim);
    assert_eq!(client.next().await, None);
}

#[tokio::test]
async fn in_fast_motion_heartbeats_follow_the_clock_of_the_war() {
    let start = Timestamp(1_700_000_000);
    let sim =
        Sim::builder().rate(10_000.0).war_start(start).heartbeat(Duration::from_millis(100)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    let (mut newest, mut beats) = (start, Vec::new());
    while beats.len() < 5 {
        match Frame::parse(&client.receive().await) {
            Ok(Frame::Event(event)) => newest = newest.max(event.timestamp().unwrap()),
            Ok(Frame::Heartbeat(heartbeat)) => {
                let at = heartbeat.timestamp.unwrap();
                // A tenth of a second here is twenty of the war.
                assert!(at.abs_diff(newest) <= Duration::from_secs(30), "{at} is not {newest}");
                beats.push(at);
            }
            _ => {}
        }
    }
    let (first, last) = (beats[0], beats[4]);
    assert!(last.since(first) >= Duration::from_mins(1), "{first} … {last}");
}
