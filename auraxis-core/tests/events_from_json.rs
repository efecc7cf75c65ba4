//! Events deserialize from JSON, and every other format of serde, as the payloads that the server sends.

use std::time::Duration;

use auraxis_core::{
    event::{BattleRankUp, Connected, Death, Event, EventKind, FieldFault, PlayerLogin, UnknownEvent},
    id::*,
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn rank_up() -> Value {
    json!({
        "battle_rank": "42", "character_id": "5428010618035323201", "event_name": "BattleRankUp",
        "timestamp": "1700000000", "world_id": "40", "zone_id": "2"
    })
}

/// Deserializes a payload from text, from a reader and from a value.
fn read<T: DeserializeOwned + PartialEq + std::fmt::Debug>(payload: &Value) -> Result<T, String> {
    let text = payload.to_string();
    let from_text = serde_json::from_str(&text);
    assert_eq!(from_text.as_ref().ok(), serde_json::from_reader(text.as_bytes()).ok().as_ref());
    assert_eq!(from_text.as_ref().ok(), serde_json::from_value(payload.clone()).ok().as_ref());
    from_text.map_err(|error| error.to_string())
}

#[test]
fn every_kind_is_read_as_an_event_and_as_its_struct() {
    for kind in EventKind::ALL {
        let mut payload: Value = kind.fields().iter().map(|field| ((*field).to_owned(), json!("1"))).collect();
        payload["event_name"] = kind.name().into();
        let event: Event = read(&payload).unwrap();
        assert_eq!(event.kind(), *kind);
        assert_eq!(read::<Event>(&serde_json::to_value(&event).unwrap()), Ok(event));
    }
    let event: BattleRankUp = read(&rank_up()).unwrap();
    assert_eq!((event.battle_rank, event.world_id), (42, WorldId::SOLTECH));
    assert_eq!(serde_json::to_value(&event).unwrap(), rank_up());
    assert_eq!(read::<Event>(&rank_up()), Ok(event.into()));
}

#[test]
fn a_struct_is_parsed_leniently_or_reports_why_not() {
    let mut payload = rank_up();
    payload.as_object_mut().unwrap().remove("event_name");
    payload["battle_rank"] = json!(42);
    payload["weather"] = json!(["sandstorm"]);
    let event: BattleRankUp = read(&payload).unwrap();
    assert_eq!((event.battle_rank, event.extra.get("weather")), (42, Some(&json!(["sandstorm"]))));

    let error = |payload: &Value| read::<BattleRankUp>(payload).unwrap_err();
    payload["battle_rank"] = json!("-1");
    assert!(error(&payload).starts_with(r#"`battle_rank` has an invalid value: `"-1"`"#), "{}", error(&payload));
    payload.as_object_mut().unwrap().remove("battle_rank");
    assert!(error(&payload).starts_with("`battle_rank` is missing"));
    payload["event_name"] = json!("Death");
    assert!(error(&payload).starts_with("expected the event `BattleRankUp`, found `Death`"), "{}", error(&payload));
    assert!(error(&json!([])).contains("expected the payload of an event"), "{}", error(&json!([])));
    let doubled = rank_up().to_string().replace('}', r#","world_id":"1"}"#);
    let error = serde_json::from_str::<BattleRankUp>(&doubled).unwrap_err().to_string();
    assert!(error.starts_with("`world_id` occurs more than once"), "{error}");
}

#[test]
fn an_event_that_no_struct_can_represent_is_an_unknown_event() {
    let mut payload = rank_up();
    payload["character_id"] = json!("-1");
    let Event::Unknown(event) = read(&payload).unwrap() else { panic!("known") };
    assert_eq!((event.event_name(), event.payload()), ("BattleRankUp", payload.as_object().unwrap()));
    assert_eq!(event.fault().map(FieldFault::field), Some("character_id"));

    let event: UnknownEvent = read(&rank_up()).unwrap();
    assert_eq!((event.event_name(), event.fault()), ("BattleRankUp", None));

    for payload in [json!({}), json!(null), json!("Death"), json!({ "online": {} })] {
        assert!(read::<Event>(&payload).is_err(), "{payload}");
    }
    assert!(read::<Event>(&json!({ "online": {} })).unwrap_err().contains("has an `event_name`"));
}

#[test]
fn events_can_be_fields_of_other_structs() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Stored {
        at: u64,
        #[serde(flatten)]
        event: Event,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Login(PlayerLogin),
        RankUp(BattleRankUp),
    }

    let stored = Stored { at: 7, event: serde_json::from_value(rank_up()).unwrap() };
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<Stored>(&text).unwrap().event.kind(), EventKind::BattleRankUp);
    let either = serde_json::from_value(rank_up()).unwrap();
    assert!(matches!(either, Either::RankUp(event) if event.zone_id == ZoneId::INDAR));
}

#[test]
fn an_event_knows_its_age() {
    let now = Timestamp::now();
    let mut payload = rank_up();
    payload["timestamp"] = json!(now.0 - 3_600);
    let hour = Duration::from_hours(1)..Duration::from_hours(2);
    let event: BattleRankUp = read(&payload).unwrap();
    assert!(hour.contains(&event.age()), "{:?}", event.age());
    assert!(Event::from(event).age().is_some_and(|age| hour.contains(&age)));
    assert_eq!(Event::from(Connected::new(Timestamp(now.0 + 1_000), 1)).age(), Some(Duration::ZERO), "to come");

    payload["event_name"] = json!("Novelty");
    let event: UnknownEvent = read(&payload).unwrap();
    assert!(event.age().is_some_and(|age| hour.contains(&age)));
    payload["timestamp"] = json!("soon");
    assert_eq!(read::<UnknownEvent>(&payload).unwrap().age(), None);
    assert!(read::<Death>(&payload).is_err());
}
