//! Faults of the stream, as a client sees them over real sockets.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use auraxis_sim::{Fault, Links, Sim};
use common::{TestClient, experience, sim};
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, protocol::CloseFrame},
};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

/// Publishes experience with the amounts from 1 on, and returns the amounts in the expected number of frames.
async fn delivered(sim: &Sim, client: &mut TestClient, amounts: u32, frames: usize) -> Vec<u32> {
    for amount in 1..=amounts {
        sim.publish(&experience(1, amount));
    }
    let mut delivered = Vec::new();
    for _ in 0..frames {
        let payload = &client.receive_json().await["payload"];
        delivered.push(payload["amount"].as_str().unwrap().parse().unwrap());
    }
    assert!(client.is_silent().await, "{delivered:?} and more");
    delivered
}

async fn subscribed() -> (Sim, TestClient) {
    let sim = sim().await;
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    (sim, client)
}

#[tokio::test]
async fn frames_are_duplicated_and_reordered() {
    let (sim, mut client) = subscribed().await;
    sim.inject(Fault::Duplicate { next: 2, after: 1 });
    assert_eq!(delivered(&sim, &mut client, 4, 6).await, [1, 2, 1, 3, 2, 4]);
    sim.inject(Fault::Reorder { next: 1, by: 2 });
    assert_eq!(delivered(&sim, &mut client, 4, 4).await, [2, 3, 1, 4]);
    assert_eq!(delivered(&sim, &mut client, 2, 2).await, [1, 2]);
}

#[tokio::test]
async fn frames_are_late_or_delayed_in_order() {
    let (sim, mut client) = subscribed().await;
    sim.inject(Fault::Late { next: 1, by: millis(60) });
    assert_eq!(delivered(&sim, &mut client, 3, 3).await, [2, 3, 1]);

    sim.inject(Fault::Delay { by: millis(200), duration: millis(100) });
    let started = Instant::now();
    assert_eq!(delivered(&sim, &mut client, 3, 3).await, [1, 2, 3]);
    assert!(started.elapsed() >= millis(200));
    assert_eq!(delivered(&sim, &mut client, 1, 1).await, [1]);
}

#[tokio::test]
async fn a_silent_link_sends_nothing_but_answers_pings() {
    let sim = Sim::builder().rate(0.0).heartbeat(millis(20)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(Fault::Silence { duration: millis(500) });
    assert_eq!(sim.publish(&experience(1, 1)), 0);
    while !client.is_silent().await {}
    client.send(common::EVERYTHING).await;
    assert!(client.ping().await);
    assert!(client.receive().await.contains("heartbeat"));
    sleep(millis(20)).await;
    assert_eq!(sim.publish(&experience(1, 1)), 1);
}

#[tokio::test]
async fn heartbeats_stop_while_events_continue() {
    let sim = Sim::builder().rate(0.0).heartbeat(millis(20)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(Fault::StopHeartbeats { duration: millis(300) });
    while !client.is_silent().await {}
    sim.publish(&experience(1, 1));
    assert_eq!(client.receive().await, experience(1, 1));
    assert!(client.receive().await.contains("heartbeat"));
}

#[tokio::test]
async fn a_silent_world_is_reported_online_while_other_worlds_continue() {
    let (sim, mut client) = subscribed().await;
    sim.inject(fault("silence world 40 for 200ms"));
    assert_eq!((sim.publish(&experience(40, 1)), sim.publish(&experience(1, 1))), (0, 1));
    assert_eq!(client.receive().await, experience(1, 1));
    let endpoint = |online: bool| {
        json!({ "detail": "EventServerEndpoint_Soltech_40", "online": online.to_string(), "service": "event",
            "type": "serviceStateChanged" })
    };
    let mut other = TestClient::connect_to(&format!("{}?environment=ps2&service-id=s:example", sim.ess_url())).await;
    let mut greeting = Vec::new();
    for _ in 0..6 {
        greeting.push(other.receive_json().await);
    }
    assert!(greeting.contains(&endpoint(true)) && !greeting.contains(&endpoint(false)));
    sleep(millis(200)).await;
    assert_eq!(sim.publish(&experience(40, 2)), 1);
}

#[tokio::test]
async fn a_world_goes_down_and_comes_up() {
    let sim = Sim::builder().rate(0.0).heartbeat(millis(100)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(fault("down world 40 for 250ms"));
    assert_eq!((sim.publish(&experience(40, 1)), sim.publish(&experience(10, 1))), (0, 1));
    let state = |online: &str| {
        json!({ "detail": "EventServerEndpoint_Soltech_40", "online": online, "service": "event",
            "type": "serviceStateChanged" })
    };
    let mut received: Vec<Value> = Vec::new();
    while received.last() != Some(&state("true")) {
        received.push(client.receive_json().await);
    }
    assert_eq!(received[0], state("false"));
    let beats: Vec<_> =
        received.iter().filter_map(|frame| frame["online"]["EventServerEndpoint_Soltech_40"].as_str()).collect();
    assert!(beats.len() >= 2 && beats.iter().all(|online| *online == "false"), "{beats:?}");
    assert_eq!(sim.publish(&experience(40, 1)), 1);
}

#[tokio::test]
async fn the_server_forgets_parts_of_a_subscription() {
    let (sim, mut client) = subscribed().await;
    client.request(r#"{"service":"event","action":"subscribe","worlds":["1","40"],"eventNames":["Death"]}"#).await;
    for (text, list) in [("forget event all", "eventNames"), ("forget world all", "worlds")] {
        let before = client.request(r#"{"service":"event","action":"subscribe"}"#).await;
        assert!(before["subscription"][list].as_array().unwrap().contains(&"all".into()));
        sim.inject(match text {
            "forget world all" => Fault::ForgetEverything,
            _ => fault(text),
        });
        assert_eq!(sim.publish(&experience(1, 1)), 0);
        assert!(client.is_silent().await);
        let after = client.request(r#"{"service":"event","action":"subscribe"}"#).await;
        assert!(!after["subscription"][list].as_array().unwrap().contains(&"all".into()), "{after}");
    }
    assert!(sim.subscriptions()[0].lists.is_empty());
}

#[tokio::test]
async fn connections_are_reset_cut_and_closed() {
    let sim = sim().await;
    let mut client = TestClient::connect(&sim).await;
    sim.inject(Fault::Reset);
    let Error::Io(error) = client.error().await else { panic!() };
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);

    let mut client = TestClient::connect(&sim).await;
    sim.inject(Fault::Cut);
    assert_eq!(client.next().await, None);

    let mut client = TestClient::connect(&sim).await;
    sim.inject(Fault::Close { code: 1001 });
    assert_eq!(client.next().await, Some(Message::Close(Some(CloseFrame { code: 1001.into(), reason: "".into() }))));
    assert_eq!(sim.connections(), 0);
}

#[tokio::test]
async fn a_frozen_link_answers_nothing_until_it_thaws() {
    let (sim, mut client) = subscribed().await;
    sim.inject(Fault::Freeze { duration: millis(400) });
    assert!(!client.ping().await);
    assert_eq!((sim.connections(), sim.publish(&experience(1, 1))), (1, 0));
    sleep(millis(400)).await;
    sim.publish(&experience(1, 2));
    assert!(matches!(client.next().await, Some(Message::Pong(_))));
    assert_eq!(client.receive().await, experience(1, 2));
}

#[tokio::test]
async fn a_deaf_link_answers_later_and_a_slow_link_sends_slowly() {
    let (sim, mut client) = subscribed().await;
    sim.inject(Fault::Deaf { duration: millis(300) });
    client.send(common::EVERYTHING).await;
    assert!(client.is_silent().await);
    sim.publish(&experience(1, 1));
    assert_eq!(client.receive().await, experience(1, 1));
    assert!(client.receive().await.contains("subscription"));

    sim.inject(Fault::Slow { bytes_per_second: 1_000, duration: Duration::from_secs(5) });
    let started = Instant::now();
    sim.publish(&experience(1, 2));
    assert_eq!(client.receive().await, experience(1, 2));
    assert!(started.elapsed() >= millis(150), "{:?}", started.elapsed());
}

#[tokio::test]
async fn new_connections_are_refused_with_the_status_of_the_fault() {
    let sim = sim().await;
    let url = format!("{}?environment=ps2&service-id=s:example", sim.ess_url());
    for status in [503, 403] {
        sim.inject(Fault::Refuse { status, duration: Duration::from_mins(1) });
        let Err(Error::Http(response)) = connect_async(&url).await else { panic!() };
        assert_eq!(response.status().as_u16(), status);
    }
    sim.inject(Fault::Refuse { status: 503, duration: Duration::ZERO });
    TestClient::connect(&sim).await;
}

#[tokio::test]
async fn garbage_is_sent_between_events() {
    let (sim, mut client) = subscribed().await;
    sim.inject(Fault::Garbage { frames: 7 });
    sim.publish(&experience(1, 1));
    for _ in 0..7 {
        let frame = client.next().await.unwrap();
        assert!(frame.is_binary() || auraxis_core::frame::Frame::parse(frame.to_text().unwrap()).is_err());
    }
    assert_eq!(client.receive().await, experience(1, 1));
}

#[tokio::test]
async fn events_are_rewritten() {
    let sim = Sim::builder().rate(0.0).keep_truth().heartbeat(millis(50)).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    for text in ["unknown event", "unknown field next 1", "twin next 1", "future next 1 by 1h"] {
        sim.inject(fault(text));
    }
    assert_eq!(sim.publish(&experience(1, 1)), 1);
    let mut received: Vec<String> = Vec::new();
    while received.len() < 3 {
        received.extend(Some(client.receive().await).filter(|text| text.contains("payload")));
    }
    assert!(received[0].contains("OrbitalStrike"));
    assert!(received[1].contains("zz_weather") && received[1].contains(r#""timestamp":"1700003600""#));
    assert_eq!(received[1], received[2]);
    // Twins are two events of the truth.
    let events = sim.truth().into_iter().filter(|entry| matches!(entry, auraxis_sim::TruthEntry::Event { .. })).count();
    assert_eq!(events, 3);

    sim.inject(Fault::Ps4 { duration: Duration::from_mins(1) });
    sim.publish(&experience(1, 2));
    let (mut has_ps4_endpoint, mut lacks_team) = (false, false);
    while !(has_ps4_endpoint && lacks_team) {
        let text = client.receive().await;
        has_ps4_endpoint |= text.contains("EventServerEndpoint_1000_Genudine_1001_Palos");
        lacks_team |= text.contains("GainExperience") && !text.contains("team_id");
    }
}

#[tokio::test]
async fn a_close_frame_contains_the_reason() {
    let sim = sim().await;
    for (text, reason) in [
        ("close 1012 because service restart".to_owned(), "service restart".to_owned()),
        (format!("close 1012 because {}", "é".repeat(100)), "é".repeat(61)),
    ] {
        let mut client = TestClient::connect(&sim).await;
        sim.inject(fault(&text));
        let close = Message::Close(Some(CloseFrame { code: 1012.into(), reason: reason.into() }));
        assert_eq!(client.next().await, Some(close));
    }
}

#[tokio::test]
async fn events_with_odd_values_are_sent_to_subscribers_of_the_original_event() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client
        .request(
            r#"{"service":"event","action":"subscribe","characters":["5428010618015189713"],
        "eventNames":["GainExperience_experience_id_4"]}"#,
        )
        .await;
    let mut odd = Vec::new();
    for value in ["-1", "empty", "float", "huge", "null", "doubled"] {
        sim.inject(fault(&format!("odd value {value} next 9")));
        for amount in 1..=9 {
            assert_eq!(sim.publish(&experience(1, amount)), 1, "{value}");
            let text = client.receive().await;
            assert_ne!(text, experience(1, amount), "{value}");
            odd.push(text);
        }
        assert_eq!(sim.publish(&experience(1, 1)), 1);
        assert_eq!(client.receive().await, experience(1, 1));
    }
    for expected in [
        r#""amount":"-1""#,
        r#""character_id":"""#,
        r#""experience_id":"4.5""#,
        r#""timestamp":"99999999999999999999""#,
        r#""zone_id":null"#,
        r#""loadout_id":"1","loadout_id":"1""#,
    ] {
        assert!(odd.iter().any(|text| text.contains(expected)), "{expected} in {odd:#?}");
    }
    let score = auraxis_sim::Scorer::new(&sim.truth()).score(odd.iter().map(String::as_str));
    assert!(score.extra.is_empty() && score.twice.is_empty(), "{score}");
}

#[tokio::test]
async fn a_fault_affects_the_selected_links() {
    let sim = sim().await;
    let (mut one, mut two) = (TestClient::connect(&sim).await, TestClient::connect(&sim).await);
    sim.inject(Fault::Cut.on(Links::Nth(2)));
    assert_eq!(two.next().await, None);
    assert!(one.is_silent().await);
    sim.inject(Fault::Cut.on(Links::Nth(2)));
    assert_eq!(sim.connections(), 1);
    sim.inject(Fault::Cut.on(Links::One));
    assert_eq!(sim.connections(), 0);
    sim.inject(Fault::Cut.on(Links::One));
}

#[tokio::test]
async fn a_script_is_played() {
    let script = "at 50ms unknown event\nevery 60ms garbage 1 on link 1".parse().unwrap();
    let sim = Sim::builder().rate(0.0).faults(script).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    for _ in 0..3 {
        assert!(client.receive().await.starts_with(r#"{"payload":{"character_id":"5428010618015189713","event_na"#));
    }
}
