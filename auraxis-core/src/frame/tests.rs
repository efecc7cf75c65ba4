//! The fast path and the general parser agree, and neither loses an event.

use proptest::prelude::*;

use super::*;

/// JSON values that round-trip: mostly digits, and odd values.
fn value() -> impl Strategy<Value = String> {
    const ODD: &[&str] = &[
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[1]",
        "{\"a\":[\"1\"]}",
        "\"\"",
        "\" \"",
        "\" 1\"",
        "\"-1\"",
        "-1",
        "\"00\"",
        "\"007\"",
        "\"+5\"",
        "\"-0\"",
        "\"0.0\"",
        "0",
        "\"1e3\"",
        "1.5",
        "\"1.5\"",
        "\"nan\"",
        "\"NaN\"",
        "\"inf\"",
        "\"0.00000001\"",
        "\"true\"",
        "\"TRUE\"",
        "\"NULL\"",
        "\"null\"",
        "\"4294967296\"",
        "4294967296",
        "\"9223372036854775808\"",
        "\"18446744073709551616\"",
        "18446744073709551615",
        "\"99999999999999999999\"",
        "\"\\u0031\"",
        "\"\\u0000\"",
    ];
    prop_oneof![
        8 => (0..40u64).prop_map(|number| format!("\"{number}\"")),
        8 => any::<u64>().prop_map(|number| format!("\"{number}\"")),
        2 => any::<i32>().prop_map(|number| number.to_string()),
        2 => any::<f32>().prop_map(|number| format!("\"{number}\"")),
        2 => "[ -~é]{0,9}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        3 => prop::sample::select(ODD).prop_map(String::from),
    ]
}

/// Values that JSON libraries do not preserve, or reject.
fn lossy_value() -> impl Strategy<Value = String> {
    prop::sample::select(
        &[
            "1e999",
            "1e3",
            "\"\\ud83d\\ude00\"",
            "18446744073709551616",
            "\"\\ud800\"",
            "{\"\\udc00\":1}",
            "\"\u{1}\"",
            "nan",
            "",
        ][..],
    )
    .prop_map(String::from)
}

/// The fields of one kind, each with a value, missing or duplicated. The `bool` tells whether one is duplicated.
fn fields_of(value: impl Strategy<Value = String>) -> impl Strategy<Value = (EventKind, bool, Vec<String>)> {
    let fields = prop::collection::vec((value, 0..30_u8), 17);
    (prop::sample::select(EventKind::ALL), fields).prop_map(|(kind, values)| {
        let mut fields: Vec<String> = vec![format!("\"event_name\":\"{}\"", kind.name())];
        let mut doubled = false;
        for (field, (value, presence)) in kind.fields().iter().zip(values) {
            match presence {
                0 => continue,
                28 => fields.push("\"new_field\":\"1\"".into()),
                29 => fields.push(format!("\"{field}\":\"1\"")),
                _ => {}
            }
            fields.push(format!("\"{field}\":{value}"));
            doubled |= presence == 29;
        }
        doubled |= fields.iter().filter(|field| field.contains("new_field")).count() > 1;
        fields.sort();
        (kind, doubled, fields)
    })
}

/// Frames in the usual layout.
fn frame_of(value: impl Strategy<Value = String>) -> impl Strategy<Value = (EventKind, bool, String)> {
    fields_of(value).prop_map(|(kind, doubled, fields)| (kind, doubled, joined(&fields)))
}

/// Frames with their fields in any order.
fn shuffled() -> impl Strategy<Value = String> {
    let fields = fields_of(prop_oneof![20 => value(), 1 => lossy_value()]);
    fields.prop_flat_map(|(_, _, fields)| Just(fields).prop_shuffle()).prop_map(|fields| joined(&fields))
}

fn joined(fields: &[String]) -> String {
    format!("{}{}{EVENT_TAIL}", EVENT_HEAD.plain, fields.join(","))
}

fn frame() -> impl Strategy<Value = String> {
    frame_of(prop_oneof![20 => value(), 1 => lossy_value()]).prop_map(|(_, _, text)| text)
}

/// A frame as the server writes it, with every field.
fn usual(kind: EventKind) -> String {
    let mut fields: Vec<String> = kind.fields().iter().map(|field| format!("\"{field}\":\"1\"")).collect();
    fields.push(format!("\"event_name\":\"{}\"", kind.name()));
    fields.sort();
    format!("{}{}{EVENT_TAIL}", EVENT_HEAD.plain, fields.join(","))
}

proptest! {
    #[test]
    fn the_fast_path_agrees_with_the_general_parser(text in frame()) {
        if let Some(event) = scan::<Unescaped>(text.as_bytes()) {
            prop_assert_eq!(Frame::parse_general(&text), Ok(Frame::Event(event)));
        }
    }

    #[test]
    fn every_path_agrees_with_the_general_parser_whatever_the_order(text in shuffled()) {
        let general = Frame::parse_general(&text);
        if let Some(frame) = Frame::parse_usual(text.as_bytes()) {
            prop_assert_eq!(&general, &Ok(frame));
        }
        if let Some(frame) = scan_unordered(&text) {
            prop_assert_eq!(&general, &Ok(frame));
        }
        let quoted = serde_json::to_string(&text).unwrap();
        if let Some(frame) = Frame::parse_escaped(&quoted[1..quoted.len() - 1]) {
            prop_assert_eq!(&general, &Ok(frame));
        }
        prop_assert_eq!(Frame::parse(&text), general);
    }

    #[test]
    fn no_odd_value_loses_an_event((kind, doubled, text) in frame_of(value())) {
        let Ok(Frame::Event(event)) = Frame::parse(&text) else { panic!("{text} is lost") };
        prop_assert_eq!(event.name(), kind.name());
        let Event::Unknown(unknown) = &event else {
            prop_assert!(!doubled, "{}", text);
            prop_assert_eq!(event.kind(), kind);
            return Ok(());
        };
        prop_assert!(unknown.fault().is_some(), "{}", text);
        let whole: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&whole["payload"], &Value::from(unknown.payload().clone()));
    }

    #[test]
    fn an_event_is_read_as_it_was_written((_, doubled, text) in frame_of(value())) {
        let Ok(Frame::Event(event)) = Frame::parse(&text) else { panic!("{text} is lost") };
        let payload = serde_json::to_value(&event).unwrap();
        if !doubled {
            prop_assert_eq!(&serde_json::from_str::<Event>(&payload.to_string()).unwrap(), &event);
            prop_assert_eq!(&Frame::parse(&event.to_frame()), &Ok(Frame::Event(event.clone())));
            prop_assert_eq!(serde_json::from_value::<Event>(payload).unwrap(), event);
        }
    }

    #[test]
    fn a_frame_that_is_not_utf_8_is_no_usual_one(kind in 0..EventKind::ALL.len(), at: usize, byte in 0x20_u8..) {
        let mut bytes = usual(EventKind::ALL[kind]).into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let general = str::from_utf8(&bytes).ok().map(Frame::parse_general);
        if let Some(frame) = Frame::parse_usual(&bytes) {
            prop_assert_eq!(general, Some(Ok(frame)));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        let _ = Frame::parse(&text);
    }

    #[test]
    fn no_damage_to_a_frame_makes_it_panic(text in frame(), cut in 0..400usize, insert in "\\PC{0,3}") {
        let at = text.floor_char_boundary(cut);
        let _ = Frame::parse(&text[..at]);
        let _ = Frame::parse(&format!("{}{insert}{}", &text[..at], &text[at..]));
    }
}

#[test]
fn every_kind_takes_the_fast_path_in_its_usual_layout() {
    for &kind in EventKind::ALL {
        let text = usual(kind);
        let event = Frame::parse_usual(text.as_bytes()).unwrap_or_else(|| panic!("{} did not: {text}", kind.name()));
        assert_eq!(Frame::parse_escaped(&text.replace('"', "\\\"")).as_ref(), Some(&event));
        assert_eq!(Frame::parse_general(&text), Ok(event));
    }
}

#[test]
fn every_kind_takes_the_unordered_path_in_another_layout() {
    for &kind in EventKind::ALL {
        let mut fields: Vec<String> = kind.fields().iter().map(|field| format!("\"{field}\":\"1\"")).collect();
        fields.extend(["\"event_name\":\"x\"".replace('x', kind.name()), "\"new\":\"1\"".into()]);
        fields.reverse();
        let text = joined(&fields);
        let frame = scan_unordered(&text).unwrap_or_else(|| panic!("{} did not: {text}", kind.name()));
        assert_eq!(Frame::parse_general(&text), Ok(frame));
    }
}

#[test]
fn a_number_in_a_new_field_is_read_again_as_it_was_read_before() {
    for number in ["7", "-7", "0.5", "4174486407370955.16163", "1e3", "1.50", "18446744073709551616", "0.1", "1e999"] {
        let text = usual(EventKind::PlayerLogin).replace("{\"char", &format!("{{\"a_new_field\":{number},\"char"));
        let Ok(Frame::Event(event)) = Frame::parse(&text) else { panic!("{text} is lost") };
        assert_eq!(Frame::parse(&event.to_frame()), Ok(Frame::Event(event.clone())), "{number}");
    }
}

#[test]
fn missing_optional_fields_keep_the_fast_path() {
    let text = usual(EventKind::GainExperience).replace("\"team_id\":\"1\",", "");
    assert!(!text.contains("team_id") && Frame::parse_usual(text.as_bytes()).is_some());
}

#[test]
fn every_kind_names_its_fields_in_the_order_of_the_alphabet() {
    for kind in EventKind::ALL {
        assert!(kind.fields().is_sorted(), "{kind:?}");
    }
}
