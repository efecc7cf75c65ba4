//! An event with an odd value is never lost: if its struct cannot represent the value, it is a complete `UnknownEvent`.

use auraxis_core::{
    event::{Death, Event, EventKind, FieldFault, GainExperience, Payload, Selector, UnknownEvent},
    frame::Frame,
    id::*,
    interest::{Filter, Interest},
    scope::Scope,
    subscription::Subscription,
    time::Timestamp,
};
use serde_json::{Map, Value, json};

/// Values as they can occur in a frame: their JSON, and the value of the field in the unknown event.
fn odd_values() -> Vec<(&'static str, Value)> {
    vec![
        // Ids.
        (r#""-1""#, json!("-1")),
        (r#""""#, json!("")),
        (r#"" ""#, json!(" ")),
        (r#"" 1""#, json!(" 1")),
        (r#""1 ""#, json!("1 ")),
        (r#""one""#, json!("one")),
        (r#""NULL""#, json!("NULL")),
        (r#""null""#, json!("null")),
        (r#""1,2""#, json!("1,2")),
        (r#""0x10""#, json!("0x10")),
        (r#""18446744073709551616""#, json!("18446744073709551616")),
        (r#""4294967296000000000000""#, json!("4294967296000000000000")),
        ("-1", json!(-1)),
        ("-9223372036854775809", json!("-9223372036854775809")),
        ("18446744073709551616", json!("18446744073709551616")),
        // Fractions, and values that are not numbers.
        (r#""1.5""#, json!("1.5")),
        (r#""1.0""#, json!("1.0")),
        (r#""1e3""#, json!("1e3")),
        (r#""nan""#, json!("nan")),
        (r#""NaN""#, json!("NaN")),
        (r#""inf""#, json!("inf")),
        (r#""-Infinity""#, json!("-Infinity")),
        (r#""1e999""#, json!("1e999")),
        ("1.5", json!(1.5)),
        ("1e3", json!(1e3)),
        ("1e999", json!("1e999")),
        // Flags.
        (r#""TRUE""#, json!("TRUE")),
        (r#""yes""#, json!("yes")),
        (r#""2""#, json!("2")),
        ("true", json!(true)),
        ("false", json!(false)),
        // Shapes.
        ("null", json!(null)),
        ("{}", json!({})),
        ("[]", json!([])),
        (r#"["1"]"#, json!(["1"])),
        (r#"{"id":"1","deep":[{"a":null}]}"#, json!({"id": "1", "deep": [{"a": null}]})),
        (r#"{"\udc00":["\ud83d"]}"#, json!({"\u{fffd}": ["\u{fffd}"]})),
        // Strings that are not valid Unicode.
        (r#""\ud800""#, json!("\u{fffd}")),
        (r#""a\udc00\ud83d\ude00z""#, json!("a\u{fffd}😀z")),
        (r#""\u0000""#, json!("\0")),
        (r#""٣""#, json!("٣")),
    ]
}

/// A payload of this kind in which every field is 1.
fn payload(kind: EventKind) -> Map<String, Value> {
    let fields = kind.fields().iter().map(|field| ((*field).to_owned(), json!("1")));
    fields.chain([("event_name".to_owned(), json!(kind.name()))]).collect()
}

/// The frame of a payload in which one field has invalid JSON, or a value that does not round-trip.
fn frame_with(payload: &Map<String, Value>, field: &str, json: &str) -> String {
    let mut entries: Vec<String> =
        payload.iter().filter(|(key, _)| *key != field).map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    entries.push(format!("{}:{json}", json!(field)));
    entries.sort();
    frame(&entries)
}

fn frame(entries: &[String]) -> String {
    format!(r#"{{"payload":{{{}}},"service":"event","type":"serviceMessage"}}"#, entries.join(","))
}

fn event(text: &str) -> Event {
    match text.parse() {
        Ok(Frame::Event(event)) => event,
        other => panic!("{text} is not an event: {other:?}"),
    }
}

fn unknown(text: &str) -> UnknownEvent {
    match event(text) {
        Event::Unknown(event) => event,
        known => panic!("{text} is known: {known:?}"),
    }
}

#[test]
fn no_odd_value_loses_an_event_or_a_field() {
    let mut unknowns = 0;
    for &kind in EventKind::ALL {
        let payload = payload(kind);
        for field in kind.fields() {
            for (json, value) in odd_values() {
                let text = frame_with(&payload, field, json);
                let event = event(&text);
                assert_eq!(event.name(), kind.name(), "{text}");
                let Event::Unknown(event) = event else {
                    let written = serde_json::to_value(&event).unwrap();
                    let same = match &written[field] {
                        Value::String(text) => says_the_same(text, json, &value),
                        other => *other == value,
                    };
                    assert!(same, "{text} became {}", written[field]);
                    continue;
                };
                unknowns += 1;
                let mut whole = payload.clone();
                whole.insert((*field).to_owned(), value);
                assert_eq!(event.payload(), &whole, "{text}");
                let fault = event.fault().unwrap_or_else(|| panic!("{text} has no fault"));
                assert_eq!(fault.field(), *field, "{fault}");
                assert!(matches!(fault, FieldFault::Value { .. }), "{fault}");
            }
        }
    }
    assert!(unknowns > 3_000, "{unknowns}");
}

/// Whether the written text equals the value that was read, or is the same number or flag.
fn says_the_same(text: &str, json: &str, value: &Value) -> bool {
    let read = value.as_str().unwrap_or(json);
    let number = |text: &str| text.parse::<f32>().ok().filter(|number| number.is_finite());
    let flag = |text: &str| ["0", "1"].iter().position(|flag| *flag == text);
    text == read
        || number(text).is_some_and(|written| number(read) == Some(written))
        || flag(text).is_some_and(|written| read == ["false", "true"][written])
}

#[test]
fn which_values_a_field_can_hold() {
    for (kind, field, json, known) in [
        (EventKind::Death, "character_id", r#""-1""#, false),
        (EventKind::Death, "character_id", r#""18446744073709551615""#, true),
        (EventKind::Death, "character_id", r#""18446744073709551616""#, false),
        (EventKind::Death, "character_id", "18446744073709551615", true),
        (EventKind::Death, "character_id", "null", false),
        (EventKind::Death, "attacker_character_id", "null", true),
        (EventKind::Death, "attacker_character_id", r#""""#, false),
        (EventKind::Death, "attacker_team_id", "null", true),
        (EventKind::Death, "attacker_team_id", r#""344""#, true),
        (EventKind::Death, "attacker_team_id", r#""-1""#, false),
        (EventKind::Death, "is_headshot", "true", true),
        (EventKind::Death, "is_headshot", "1", true),
        (EventKind::Death, "is_headshot", r#""""#, false),
        (EventKind::Death, "is_headshot", r#""2""#, false),
        (EventKind::Death, "timestamp", r#""1730180202.0""#, false),
        (EventKind::Death, "timestamp", "1730180202.5", false),
        (EventKind::Death, "timestamp", r#""1730180202000""#, true),
        (EventKind::Death, "timestamp", r#""x""#, false),
        (EventKind::Death, "zone_id", "99999999999", false),
        (EventKind::Death, "world_id", r#""4294967296""#, false),
        (EventKind::GainExperience, "amount", r#""15.5""#, false),
        (EventKind::GainExperience, "amount", r#""""#, false),
        (EventKind::GainExperience, "amount", r#""-15""#, true),
        (EventKind::GainExperience, "amount", "15", true),
        (EventKind::GainExperience, "experience_id", r#""4294967296""#, false),
        (EventKind::GainExperience, "loadout_id", "null", true),
        (EventKind::GainExperience, "team_id", r#""-1""#, false),
        (EventKind::ItemAdded, "item_count", r#""3000000000""#, false),
        (EventKind::ItemAdded, "item_count", r#""-3""#, true),
        (EventKind::ItemAdded, "context", r#""""#, true),
        (EventKind::ItemAdded, "context", r#""\ud800""#, false),
        (EventKind::ItemAdded, "context", "{}", false),
        (EventKind::MetagameEvent, "faction_nc", r#""nan""#, false),
        (EventKind::MetagameEvent, "faction_nc", r#""1e39""#, false),
        (EventKind::MetagameEvent, "faction_nc", r#""52""#, true),
        (EventKind::MetagameEvent, "zone_id", "null", true),
        (EventKind::ContinentLock, "vs_population", r#""""#, false),
        (EventKind::FacilityControl, "duration_held", r#""-5""#, false),
        (EventKind::VehicleDestroy, "character_id", "null", true),
        (EventKind::VehicleDestroy, "vehicle_id", r#""""#, false),
        (EventKind::PlayerLogin, "world_id", "null", false),
    ] {
        let text = frame_with(&payload(kind), field, json);
        assert_eq!(event(&text).kind() == kind, known, "{field} of {} holding {json}", kind.name());
    }
}

#[test]
fn a_missing_field_makes_an_unknown_event_unless_it_is_optional() {
    for &kind in EventKind::ALL {
        for field in kind.fields() {
            let mut payload = payload(kind);
            payload.remove(*field);
            let text = json!({ "payload": payload.clone() }).to_string();
            match event(&text) {
                Event::Unknown(event) => {
                    assert_eq!(event.fault(), Some(&FieldFault::Missing { field: (*field).into() }));
                    assert_eq!((event.event_name(), event.payload()), (kind.name(), &payload));
                }
                known => assert_eq!(known.kind(), kind),
            }
        }
    }
}

#[test]
fn null_and_zero_are_none_and_round_trip() {
    for (json, written) in [("null", json!(null)), (r#""0""#, json!("0")), ("0", json!("0"))] {
        let text = frame_with(&payload(EventKind::GainExperience), "loadout_id", json);
        let Event::GainExperience(mut event) = event(&text) else { panic!("not experience: {text}") };
        assert_eq!(event.loadout_id, None);
        let value = serde_json::to_value(&event).unwrap();
        assert_eq!(value["loadout_id"], written);
        assert_eq!(value.as_object().unwrap().len(), EventKind::GainExperience.fields().len() + 1);
        event.loadout_id = Some(LoadoutId(7));
        assert_eq!(serde_json::to_value(&event).unwrap()["loadout_id"], "7");
        assert_eq!(serde_json::to_string(&event).unwrap().matches("loadout_id").count(), 1);
    }
}

#[test]
fn a_duplicate_key_has_its_last_value_and_a_fault() {
    let mut entries: Vec<String> =
        payload(EventKind::Death).iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    entries.push(r#""world_id":"40""#.into());
    let event = unknown(&frame(&entries));
    assert_eq!(event.fault(), Some(&FieldFault::Duplicate { field: "world_id".into() }));
    assert_eq!((event.event_name(), event.world_id()), ("Death", Some(WorldId::SOLTECH)));

    // Outside the payload, duplicates do not matter.
    let death = json!(payload(EventKind::Death));
    for text in [
        format!(r#"{{"payload":{death},"service":"event","type":"serviceMessage","type":"serviceMessage"}}"#),
        format!(r#"{{"type":1,"service":"event","service":"event","payload":{{}},"payload":{death}}}"#),
        format!(r#"{{"\ud800":1,"payload":{death}}}"#),
    ] {
        assert!(matches!(text.parse(), Ok(Frame::Event(Event::Death(_)))), "{text}");
    }
    let heartbeat = r#"{"online":{},"service":"event","timestamp":"1","timestamp":"2","type":"heartbeat"}"#;
    let Ok(Frame::Heartbeat(heartbeat)) = heartbeat.parse() else { panic!("no heartbeat") };
    assert_eq!(heartbeat.timestamp, Some(Timestamp(2)));
}

#[test]
fn an_event_without_a_usable_name_is_an_event() {
    for (json, name) in [
        (None, ""),
        (Some("null"), ""),
        (Some("{}"), ""),
        (Some(r#""""#), ""),
        (Some("7"), "7"),
        (Some(r#""De\ud800th""#), "De\u{fffd}th"),
    ] {
        let mut rest = payload(EventKind::Death);
        rest.remove("event_name");
        let text = match json {
            Some(json) => frame_with(&rest, "event_name", json),
            None => json!({ "payload": rest }).to_string(),
        };
        let event = unknown(&text);
        assert_eq!(event.event_name(), name, "{text}");
        assert_eq!((event.world_id(), event.get("zone_id")), (Some(WorldId(1)), Some("1")));
        assert_eq!(event.fault().is_some(), name.is_empty() || name.contains('\u{fffd}'), "{text}");
    }
}

#[test]
fn an_odd_endpoint_of_a_heartbeat_is_skipped() {
    let text = r#"{"online":{"A_1":"perhaps","B_40":"true"},"service":"event","timestamp":"x","type":"heartbeat"}"#;
    let Ok(Frame::Heartbeat(heartbeat)) = text.parse() else { panic!("no heartbeat") };
    assert_eq!((heartbeat.timestamp, heartbeat.endpoints.len()), (None, 1));
    assert_eq!(heartbeat.endpoints[0].worlds().collect::<Vec<_>>(), [WorldId::SOLTECH]);
}

#[test]
fn replies_accept_values_in_any_notation() {
    let usual = r#"{"subscription":{"characterCount":2,"eventNames":["Death"],"logicalAndCharactersWithWorlds":true,"worlds":["1","40"]}}"#;
    let odd = r#"{"subscription":{"characterCount":"2","eventNames":"Death","logicalAndCharactersWithWorlds":"true","worlds":[1,40],"new":1}}"#;
    assert_eq!(odd.parse::<Frame>(), usual.parse());
    let bare = r#"{"subscription":{"characters":null,"characterCount":"many","worlds":null}}"#;
    let Ok(Frame::Subscription(echo)) = bare.parse() else { panic!("no echo") };
    assert!(echo.worlds.is_empty() && echo.characters.is_none() && echo.character_count.is_none());

    for (list, ids) in [(r#"["5","x",7,null]"#, vec![5, 7]), (r#""5""#, vec![5]), ("null", vec![])] {
        let text = format!(
            r#"{{"payload":{{"recent_character_id_count":"2","recent_character_id_list":{list}}},"service":"event"}}"#
        );
        let list = ids.into_iter().map(CharacterId).collect();
        assert_eq!(text.parse(), Ok(Frame::RecentCharacters { count: 2, list }));
    }
}

#[test]
fn filters_use_the_valid_fields_of_an_odd_event() {
    let read = |field, json| Event::from(unknown(&frame_with(&payload(EventKind::Death), field, json)));
    let moment = Some(Timestamp(1_730_180_202));
    for json in [r#""1730180202.0""#, r#""1730180202.9""#, "1730180202.25", r#"" 1730180202""#] {
        assert_eq!(read("timestamp", json).timestamp(), moment, "{json}");
    }
    assert_eq!(read("timestamp", r#""soon""#).timestamp(), None);
    for json in [r#""40.0""#, "40.0", r#""40 ""#] {
        assert_eq!(read("world_id", json).world_id(), Some(WorldId::SOLTECH), "{json}");
    }
    for json in [r#""40.5""#, r#""-40""#, "[40]", r#""""#] {
        assert_eq!(read("world_id", json).world_id(), None, "{json}");
    }
    assert_eq!(read("zone_id", "2.0").zone_id(), Some(ZoneId::INDAR));
    let characters = |event: Event| event.character_ids().collect::<Vec<_>>();
    assert_eq!(characters(read("character_id", r#""-1""#)), [CharacterId(1)], "the attacker");
    let exact = CharacterId(5_428_000_000_000_000_001);
    assert_eq!(characters(read("character_id", r#""5428000000000000001.0""#)), [exact, CharacterId(1)]);

    let odd = read("is_headshot", r#""""#);
    let of = |worlds, characters| Interest {
        worlds: Scope::from_iter([worlds]),
        characters: Scope::from_iter([characters]),
        ..Interest::new([UnknownEvent::selector()])
    };
    assert!(of(WorldId(1), CharacterId(1)).admits(&odd));
    assert_eq!(of(WorldId(2), CharacterId(1)).filter(&odd), Some(Filter::Worlds));
    assert_eq!(of(WorldId(1), CharacterId(2)).filter(&odd), Some(Filter::Characters));
}

#[test]
fn odd_events_are_matched_by_name() {
    let odd = Event::from(unknown(&frame_with(&payload(EventKind::Death), "is_headshot", r#""""#)));
    assert_eq!((odd.kind(), odd.name()), (EventKind::Unknown, "Death"));
    assert!(!Death::selector().matches(&odd), "its handler takes a `Death`");
    assert!(!Selector::named("Death").matches(&odd), "the same");
    assert!(UnknownEvent::selector().matches(&odd) && Selector::Everything.matches(&odd));
    assert!(Selector::Named("Death".into()).matches(&odd), "which asks for odd ones alone");
    assert!(!Selector::Named("VehicleDestroy".into()).matches(&odd));

    // The server matches by name only.
    let subscribed = |selector, event| Subscription::covering([&Interest::new([selector])]).admits(event);
    assert!(subscribed(Death::selector(), &odd));
    assert!(!subscribed(Selector::Kind(EventKind::VehicleDestroy), &odd));
    let odd = Event::from(unknown(&frame_with(&payload(EventKind::GainExperience), "amount", r#""""#)));
    assert!(subscribed(GainExperience::filter_experience(1), &odd));
    assert!(!subscribed(GainExperience::filter_experience(2), &odd));
    let odd = Event::from(unknown(&frame_with(&payload(EventKind::ContinentLock), "nc_population", r#""""#)));
    assert!(subscribed(Selector::Kind(EventKind::ContinentLock), &odd));
}

#[test]
fn a_fault_describes_what_is_wrong() {
    let death = payload(EventKind::Death);
    let fault = |json| unknown(&frame_with(&death, "world_id", json)).fault().unwrap().to_string();
    assert_eq!(fault(r#""-1""#), r#"`world_id` has an invalid value: `"-1"`"#);
    assert_eq!(fault("null"), "`world_id` has an invalid value: `null`");
    let long = format!("[{}]", "\"ä\",".repeat(200) + "1");
    assert!(fault(&long).len() < 300, "{}", fault(&long));
    let mut without = death.clone();
    without.remove("world_id");
    let missing = unknown(&json!({ "payload": without }).to_string());
    assert_eq!(missing.fault().unwrap().to_string(), "`world_id` is missing");
    let double = r#"{"payload":{"event_name":"Novelty","world_id":"1","world_id":"1"}}"#;
    assert_eq!(unknown(double).fault().unwrap().to_string(), "`world_id` occurs more than once");
}
