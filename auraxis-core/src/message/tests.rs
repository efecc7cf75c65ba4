//! Tests of messages: no event is changed on its way, and none is missed because of its subject.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;

use super::*;
use crate::{
    environment::Environment,
    event::{
        sample::{MOMENT, Sample},
        *,
    },
    frame::{Fault, FaultKind, Frame},
    id::{CharacterId, ExperienceId, WorldId},
    interest::Interest,
    scope::Scope,
    time::Timestamp,
};

fn parse(payload: &str) -> Event {
    let Ok(Frame::Event(event)) = Frame::parse(&format!(r#"{{"payload":{{{payload}}}}}"#)) else {
        panic!("not an event: {payload}")
    };
    event
}

fn named(name: &str) -> Event {
    parse(&format!(r#""event_name":"{name}","timestamp":"1","world_id":"1""#))
}

/// Returns the event as it is received: its subject, and its body.
fn sent(event: &Event) -> Result<Event, Fault> {
    let subject = Subject::new(Environment::Pc, event).to_string();
    let (_, kind) = subject.rsplit_once('.').expect("a subject has several tokens");
    decode(kind, &encode(event).expect("the event is not a custom one"))
}

macro_rules! samples {
    ($($name:ident)*) => { [$( Event::from($name::sample()) ),*] };
}

/// A sample of every kind except custom events.
fn samples() -> Vec<Event> {
    let game = samples! {
        AchievementEarned BattleRankUp ContinentLock ContinentUnlock Death FacilityControl FishScan GainExperience
        ItemAdded MetagameEvent PlayerFacilityCapture PlayerFacilityDefend PlayerLogin PlayerLogout SkillAdded
        VehicleDestroy UnknownEvent
    };
    let derived = samples! {
        SessionStart SessionEnd AlertStart AlertEnd FacilityCapture FacilityDefence PopulationReport
    };
    let signals = samples! {
        Started Connected Disconnected WorldStateChanged TriggerFailed Overflow Gap SubscriptionDrift Lagging
        RunsAborted ParseFailed Stopping
    };
    game.into_iter().chain(derived).chain(signals).collect()
}

#[test]
fn every_event_is_received_as_it_was_sent() {
    let samples = samples();
    let kinds: BTreeSet<_> = samples.iter().map(Event::kind).collect();
    assert_eq!(kinds.len(), EventKind::COUNT - 1);
    for event in samples {
        assert_eq!(sent(&event).as_ref(), Ok(&event));
        assert_eq!(sent(&event).unwrap().message_id(), event.message_id());
    }
    assert_eq!(encode(&Custom::sample().into()), None);
    assert!(decode("Custom", r#"{"payload":{"event_name":"Custom","timestamp":"1"}}"#).is_err());
}

#[test]
fn values_at_their_limits_are_received_as_they_were_sent() {
    let worlds: Scope<_> = [WorldId(1), WorldId(u32::MAX)].into_iter().collect();
    let every: KindSet = EventKind::every().collect();
    assert!(!every.is_all());
    for kinds in [KindSet::default(), every, [EventKind::Unknown, EventKind::Gap].into_iter().collect()] {
        for to in [None, Some(Timestamp(i64::MAX))] {
            let gap = Gap::new(MOMENT, 1, (worlds.clone(), kinds), (Timestamp(i64::MIN), to), GapCause::Drift, Some(1));
            assert_eq!(sent(&gap.clone().into()), Ok(gap.into()));
        }
    }
    let gap = Gap::sample().with(|gap| gap.worlds = Scope::none());
    assert_eq!(sent(&gap.clone().into()), Ok(gap.into()));
    let drift = SubscriptionDrift::sample().with(|drift| {
        drift.missing.characters.insert("all".into());
        drift.extra.event_names.insert("\"\u{1}é".into());
    });
    assert_eq!(sent(&drift.clone().into()), Ok(drift.into()));
    let end = AlertEnd::sample().with(|end| {
        end.zone_id = None;
        end.duration = Some(Duration::new(u64::MAX, 999_999_999));
        end.scores = Some(AlertScores { vs: 33.3, nc: f32::MAX, tr: f32::MIN_POSITIVE });
    });
    assert_eq!(sent(&end.clone().into()), Ok(end.into()));
    let capture = FacilityCapture::sample().with(|capture| {
        capture.participants = [CharacterId(u64::MAX), CharacterId(1)].into();
        capture.outfit_id = None;
    });
    assert_eq!(sent(&capture.clone().into()), Ok(capture.into()));
}

#[test]
fn a_body_of_another_version_is_read() {
    let newer = r#"{"payload":{"event_name":"Gap","timestamp":"9","id":1,"worlds":["1","moon"],"kinds":["Death","New"],
        "from":"5","cause":"Sabotage","new":{"a":[1]}},"service":"event","new":1}"#;
    let kinds = [EventKind::Death].into_iter().collect();
    let worlds = [WorldId(1)].into_iter().collect();
    let gap = Gap::new(Timestamp(9), 1, (worlds, kinds), (Timestamp(5), None), GapCause::Other, None);
    assert_eq!(decode("Gap", newer), Ok(gap.into()));

    let older = r#"{"payload":{"event_name":"AlertStart","timestamp":"9","world_id":"1","instance_id":"2",
        "metagame_event_id":"3"}}"#;
    let Ok(Event::AlertStart(start)) = decode("AlertStart", older) else { panic!("not an alert") };
    assert_eq!((start.zone_id, start.max_duration, start.recovered), (None, None, false));

    // A kind that only a newer version derives is an unknown event.
    let Ok(Event::Unknown(event)) = decode("Duel", r#"{"payload":{"event_name":"Duel","timestamp":"1"}}"#) else {
        panic!("not unknown")
    };
    assert_eq!(event.event_name(), "Duel");
}

#[test]
fn a_body_that_is_not_what_its_subject_names_is_a_fault() {
    let gap = encode(&Gap::sample().into()).unwrap();
    let start = encode(&SessionStart::sample().into()).unwrap();
    let long = format!("{gap}{}", " ".repeat(Frame::MAX_LENGTH));
    for (kind, text, expected) in [
        ("Gap", &*start, FaultKind::NotAsNamed),
        ("Started", &gap, FaultKind::NotAsNamed),
        ("Gap", r#"{"payload":{"event_name":"Gap"}}"#, FaultKind::NotAsNamed),
        ("Gap", r#"{"payload":null}"#, FaultKind::NotAsNamed),
        ("Gap", "nonsense", FaultKind::NotAsNamed),
        ("Gap", &long, FaultKind::TooLong),
        ("Death", "nonsense", FaultKind::NotAnObject),
        ("Death", r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#, FaultKind::NotAsNamed),
    ] {
        assert_eq!(decode(kind, text).map_err(|fault| fault.kind), Err(expected), "{kind}: {text:.80}");
    }
    let fault = decode("Gap", r#"{"payload":{"event_name":"Gap","timestamp":"1"}}"#).unwrap_err().to_string();
    assert!(fault.contains("missing field `id`") && fault.contains(r#""timestamp":"1""#), "{fault}");
}

#[test]
fn the_server_cannot_forge_a_signal_or_a_derived_event() {
    for event in samples().iter().filter(|event| !event.kind().is_from_game()) {
        let Ok(Frame::Event(forged)) = Frame::parse(&encode(event).unwrap()) else { panic!("not an event: {event:?}") };
        assert_eq!((forged.kind(), forged.name()), (EventKind::Unknown, event.name()));
        assert_eq!(sent(&forged).as_ref(), Ok(&forged));
        let kind = Subject::new(Environment::Pc, &forged).kind;
        assert_eq!(unescape(&kind).as_deref(), Some(event.name()));
        assert_ne!(kind, event.name());
        assert_ne!(forged.message_id(), event.message_id());
    }
}

#[test]
fn an_id_does_not_depend_on_the_order_of_fields_nor_on_what_a_version_knows() {
    let login = r#""character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"40""#;
    let id = parse(login).message_id();
    assert_eq!(
        id,
        parse(r#""world_id":40,"timestamp":"1","event_name":"PlayerLogin","character_id":"5""#).message_id()
    );
    let unread: UnknownEvent = serde_json::from_str(&format!("{{{login}}}")).unwrap();
    assert_eq!(id, Event::from(unread).message_id());
    for other in [
        login.replace("40", "41"),
        login.replace("Login", "Logout"),
        login.replace("\"1\"", "\"5\"").replace("\"5\",\"ev", "\"1\",\"ev"),
        format!(r#"{login},"new":"1""#),
    ] {
        assert_ne!(id, parse(&other).message_id(), "{other}");
    }
}

#[test]
fn a_derived_event_of_a_relay_that_was_started_later_has_the_same_id() {
    let id = |event: Event| event.message_id();
    let session = SessionEnd::sample();
    let later = session.clone().with(|end| (end.started, end.duration, end.gap) = (None, None, true));
    assert_ne!(session, later);
    assert_eq!(id(session.clone().into()), id(later.into()));
    let other = session.clone().with(|end| end.timestamp.0 += 1);
    assert_ne!(id(session.into()), id(other.into()));

    let alert = AlertEnd::sample();
    let overdue = alert.clone().with(|end| (end.timestamp, end.cause) = (Timestamp(1), AlertEndCause::Overdue));
    assert_eq!(id(alert.clone().into()), id(overdue.into()));
    let other = alert.clone().with(|end| end.instance_id.0 += 1);
    assert_ne!(id(alert.into()), id(other.into()));

    let report = PopulationReport::sample();
    let other = report.clone().with(|report| (report.vs, report.from) = (0, report.timestamp));
    assert_eq!(id(report.clone().into()), id(other.into()));
    let other = report.clone().with(|report| report.zone_id.0 += 1);
    assert_ne!(id(report.into()), id(other.into()));
}

#[test]
fn ids_are_different_and_stay_the_same() {
    let ids: BTreeSet<_> = samples().iter().map(Event::message_id).collect();
    assert_eq!(ids.len(), samples().len());
    for (event, id) in [
        (Event::from(Death::sample()), "4f9dfd9ea3032dd7ec4f2f850771ab3d"),
        (named("New"), "d3635cfe7fc6461e04bb12ab1ce5850a"),
        (
            parse(r#""event_name":"New","nested":{"b":[1,null],"a":{"d":true,"c":"é"}}"#),
            "651f95a0d42a266f9ac0de8e0b795cad",
        ),
        (Gap::sample().into(), "dfdc11ddbb04f579f2787bfc6d514c92"),
        (AlertEnd::sample().into(), "583bf833c023e1bb6e8ab765f9784108"),
    ] {
        assert_eq!(event.message_id().to_string(), id, "relays of other versions would publish {event:?} twice");
    }
}

#[test]
fn a_subject_names_the_environment_the_world_and_the_kind() {
    let subject = |environment, event: Event| Subject::new(environment, &event).to_string();
    assert_eq!(subject(Environment::Pc, Death::sample().into()), "ps2.ps2.1.Death");
    assert_eq!(subject(Environment::Ps4Us, GainExperience::sample().into()), "ps2.ps2ps4us.1.GainExperience");
    assert_eq!(subject(Environment::Pc, Gap::sample().into()), "ps2.ps2.0.Gap");
    assert_eq!(subject(Environment::Ps4Eu, WorldStateChanged::sample().into()), "ps2.ps2ps4eu.1.WorldStateChanged");
    assert_eq!(subject(Environment::Pc, named("a.b*>")), "ps2.ps2.1.a%2Eb%2A%3E");
    assert_eq!(subject(Environment::Pc, parse(r#""event_name":"","timestamp":"1""#)), "ps2.ps2.0.%");
    assert_eq!(subject(Environment::Pc, named(&"é".repeat(1_000))), format!("ps2.ps2.1.{}", "%C3%A9".repeat(50)));
}

#[test]
fn what_is_no_token_has_no_text() {
    for token in ["", "a.b", "%2", "%2x", "%+5", "%%", "a%", "%FF", "é", " "] {
        assert_eq!(unescape(token), None, "{token}");
    }
}

proptest! {
    #[test]
    fn an_escaped_text_is_a_token_that_can_be_read_again(text in "(\\PC|[\\x00-\\x7f]){0,20}") {
        let token = escape(&text);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_%".contains(&byte);
        prop_assert!(!token.is_empty() && token.bytes().all(allowed), "{}", token);
        prop_assert_eq!(unescape(&token), Some(text));
    }

    #[test]
    fn no_text_makes_unescaping_or_decoding_panic(token in "\\PC{0,20}", text in "\\PC{0,40}") {
        let _ = unescape(&token);
        let _ = (decode(&token, &text), decode("Gap", &text));
        let _ = decode("Gap", &format!(r#"{{"payload":{{"event_name":"Gap",{text}}}}}"#));
    }
}

/// Whether a filter matches a subject; of two filters, whether some subject matches both.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.split('.').collect(), other.split('.').collect());
    assert_eq!((one.len(), other.len()), (4, 4));
    one.iter().zip(&other).all(|(one, other)| one == other || *one == "*" || *other == "*")
}

fn assert_disjoint(filters: &BTreeSet<String>) {
    assert!(filters.len() <= MAX_FILTERS);
    for one in filters {
        for other in filters.range(one.clone()..).skip(1) {
            assert!(!overlap(one, other), "{one} and {other}");
        }
    }
}

/// Interests in one or two selectors, on none, some and all of two worlds.
fn small_interests() -> Vec<Interest> {
    let selectors = [
        Selector::Everything,
        Selector::Kind(EventKind::Unknown),
        Selector::Kind(EventKind::Death),
        Selector::Experience(ExperienceId(1)),
        Selector::Named("Gap".into()),
        Selector::Named("Death".into()),
        Selector::Kind(EventKind::SessionEnd),
        Selector::Kind(EventKind::Gap),
    ];
    let scopes =
        [Scope::All, Scope::none(), Scope::from_iter([WorldId(1)]), Scope::from_iter([WorldId(0), WorldId(2)])];
    let mut interests = Vec::new();
    for (at, one) in selectors.iter().enumerate() {
        for other in &selectors[at..] {
            for worlds in &scopes {
                let interest = Interest::new([one.clone(), other.clone()]);
                interests.push(Interest { worlds: worlds.clone(), ..interest });
            }
        }
    }
    interests
}

fn small_events() -> Vec<Event> {
    let mut events = vec![parse(r#""event_name":"New","timestamp":"1""#)];
    for world in [0, 1, 2, 3].map(WorldId) {
        let of = |name: &str| parse(&format!(r#""event_name":"{name}","timestamp":"1","world_id":"{world}""#));
        // The death has no victim.
        events.extend(["New", "Gap", "Death"].map(of));
        events.push(Death::sample().with(|event| event.world_id = world).into());
        events.push(GainExperience::sample().with(|event| event.world_id = world).into());
        events.push(SessionEnd::sample().with(|event| event.world_id = world).into());
    }
    events
}

#[test]
fn every_admitted_event_matches_exactly_one_filter_of_any_two_interests() {
    let interests = small_interests();
    let events = small_events();
    let subjects: Vec<_> = events.iter().map(|event| Subject::new(Environment::Pc, event).to_string()).collect();
    for (at, one) in interests.iter().enumerate() {
        for other in &interests[at..] {
            let filters = filters(Environment::Pc, [one, other]);
            assert_disjoint(&filters);
            for (event, subject) in events.iter().zip(&subjects) {
                if one.admits(event) || other.admits(event) {
                    let matching = filters.iter().filter(|filter| overlap(filter, subject)).count();
                    assert_eq!(matching, 1, "{one} and {other}: {filters:?} for {subject}");
                }
            }
        }
    }
}

fn interest(selector: Selector, worlds: &[u32]) -> Interest {
    let worlds = worlds.iter().copied().map(WorldId).collect();
    Interest { worlds, ..Interest::new([selector]) }
}

#[test]
fn filters_are_as_narrow_as_they_can_be() {
    let kind = Selector::Kind;
    for (interests, expected) in [
        (vec![], vec![]),
        (vec![interest(kind(EventKind::Death), &[])], vec![]),
        (vec![Interest::new([kind(EventKind::Gap)])], vec![]),
        (
            vec![interest(kind(EventKind::Death), &[1, 17]), interest(kind(EventKind::SessionEnd), &[1])],
            vec!["ps2.ps2.1.Death", "ps2.ps2.1.SessionEnd", "ps2.ps2.17.Death"],
        ),
        (
            vec![interest(kind(EventKind::Death), &[1]), Interest::new([kind(EventKind::Death)])],
            vec!["ps2.ps2.*.Death"],
        ),
        (
            vec![interest(Selector::Everything, &[1]), interest(kind(EventKind::Death), &[1, 2])],
            vec!["ps2.ps2.1.*", "ps2.ps2.2.Death"],
        ),
        (vec![interest(Selector::Everything, &[1]), Interest::new([kind(EventKind::Death)])], vec!["ps2.ps2.*.*"]),
        (vec![Interest::new([GainExperience::filter_experience(7)])], vec!["ps2.ps2.*.GainExperience"]),
        (vec![Interest::new([Selector::named("Relic.Taken")])], vec!["ps2.ps2.*.Relic%2ETaken"]),
        (vec![Interest::new([Selector::named("Gap")])], vec!["ps2.ps2.*.%47ap"]),
        (vec![Interest::new([kind(EventKind::Unknown)])], vec!["ps2.ps2.*.*"]),
    ] {
        assert_eq!(filters(Environment::Pc, &interests), expected.into_iter().map(String::from).collect());
    }
    // A world event has no character, so that this trigger never runs.
    let none = [CharacterId(1)].into_iter().collect();
    let never = Interest { characters: none, ..Interest::new([kind(EventKind::FacilityControl)]) };
    assert!(filters(Environment::Pc, [&never]).is_empty());
}

#[test]
fn many_filters_are_widened() {
    let names = |count: usize| (0..count).map(|name| Selector::named(format!("New{name}")));
    let on = |worlds: Scope<WorldId>, count| Interest { worlds, ..Interest::new(names(count)) };
    let worlds = |count| (1..=count).map(WorldId).collect::<Scope<_>>();
    for (interest, expected) in [
        (on(worlds(2), 128), 256),
        (on(worlds(2), 129), 129),
        (on(worlds(2), 256), 256),
        (on(worlds(2), 257), 1),
        (on(Scope::All, 257), 1),
        (Interest { worlds: worlds(257), ..Interest::new([Selector::Everything]) }, 1),
    ] {
        let filters = filters(Environment::Pc, [&interest]);
        assert_disjoint(&filters);
        assert_eq!(filters.len(), expected);
    }
}

#[test]
fn signals_about_the_stream_travel_and_have_their_own_filters() {
    let expected = ["Gap", "SubscriptionDrift", "WorldStateChanged"].map(|kind| format!("ps2.ps2ps4eu.*.{kind}"));
    assert_eq!(signal_filters(Environment::Ps4Eu), expected.into());
    let stay = EventKind::every().filter(|kind| !kind.travels()).count();
    assert_eq!(stay, EventKind::SIGNALS.len() - 3);
}

#[test]
fn merged_filters_match_what_any_of_them_matches() {
    let lists: [&[&str]; 4] = [
        &["ps2.ps2.1.Death", "ps2.ps2.17.Death"],
        &["ps2.ps2.*.PlayerLogin", "ps2.ps2.1.PlayerLogin"],
        &["ps2.ps2.17.*", "ps2.ps2.17.PlayerLogin"],
        &["ps2.ps2ps4us.*.*"],
    ];
    let subjects: Vec<_> = ["ps2", "ps2ps4us"]
        .iter()
        .flat_map(|environment| ["1", "17", "0"].map(|world| format!("ps2.{environment}.{world}")))
        .flat_map(|start| ["Death", "PlayerLogin", "%47ap"].map(|kind| format!("{start}.{kind}")))
        .collect();
    let set = |filters: &[&str]| filters.iter().copied().map(String::from).collect::<BTreeSet<_>>();
    for (one, other) in lists.iter().flat_map(|one| lists.iter().map(move |other| (one, other))) {
        let merged = merge_filters(one.iter().chain(*other).copied());
        for subject in &subjects {
            let is_wanted = is_match(&set(one), subject) || is_match(&set(other), subject);
            assert!(!is_wanted || is_match(&merged, subject), "{subject}: {merged:?}");
            assert!(merged.iter().filter(|filter| is_match(&set(&[filter]), subject)).count() <= 1, "{merged:?}");
        }
    }
    assert!(merge_filters(["other.>", "ps2.ps2.one.Death", "ps2.ps2.1.Death.more"]).is_empty());
    assert!(!is_match(&set(&["ps2.ps2.*.*"]), "ps2.ps2.1"));
}
