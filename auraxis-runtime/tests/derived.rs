//! Derived events: dispatched by hand, in a replay, and in a test.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::time::{Duration, SystemTime};

use auraxis_core::{delivery::Delivered, event::*, id::*, scope::Scope, time::Timestamp};
use auraxis_runtime::{Client, Speed, Trigger};
use common::*;
use tokio::time::sleep;

/// When recordings begin, in seconds since the Unix epoch.
const START: u64 = 1_700_000_000;

const CHARACTER: (&str, u64) = ("character_id", 5);

fn at(kind: EventKind, second: u64, fields: &[(&str, u64)]) -> Event {
    event(kind, &[&[("timestamp", START + second)], fields].concat())
}

fn logs_in(second: u64) -> Event {
    at(EventKind::PlayerLogin, second, &[CHARACTER])
}

fn logs_out(second: u64) -> Event {
    at(EventKind::PlayerLogout, second, &[CHARACTER])
}

/// A recording in which each event is received when it happens.
fn recording(name: &str, events: &[Event]) -> Recording {
    let line = |event: &Event| {
        let frame = event.to_frame().replace('"', "\\\"");
        format!(r#"{{"at_ms":{},"link":0,"frame":"{frame}"}}"#, 1_000 * event.timestamp().unwrap().0)
    };
    Recording::of(name, events.iter().map(line))
}

fn since_start(time: Timestamp) -> i64 {
    time.0 - START.cast_signed()
}

#[tokio::test]
async fn events_that_are_dispatched_by_hand_derive_others() {
    let (client, log) = (client(), Log::new());
    client.add(Trigger::on::<SessionEnd>().action(log.handler(|end: SessionEnd| (end.duration, end.gap)))).unwrap();
    for event in [logs_in(0), logs_out(60), logs_in(100)] {
        client.dispatch(event).await.unwrap();
    }
    assert_eq!(log.take(), [(Some(Duration::from_mins(1)), false)]);
    let missing = (Scope::All, KindSet::ALL);
    let interval = (Timestamp(START.cast_signed() + 110), None);
    let gap = Gap::new(Timestamp(START.cast_signed() + 120), 1, missing, interval, GapCause::Disconnected, None);
    client.dispatch(gap).await.unwrap();
    for event in [logs_out(160), logs_in(200)] {
        client.dispatch(event).await.unwrap();
    }
    assert_eq!(log.take(), [(Some(Duration::from_mins(1)), true)]);
}

#[tokio::test]
async fn filters_match_derived_events_and_limit_the_subscription() {
    let (client, log) = (client(), Log::new());
    let trigger = || Trigger::on::<SessionEnd>().worlds([WorldId(1)]);
    let id = |end: SessionEnd| end.character_id.0;
    let add = |name: &'static str, character: u64| {
        let action = log.handler(move |end| (name, id(end)));
        client.add(trigger().named(name).characters([CharacterId(character)]).action(action)).unwrap()
    };
    add("five", 5);
    let six = add("six", 6);
    assert_eq!(subscription(&client).trim(), "PlayerLogin, PlayerLogout for characters 5, 6");
    let logout = |second: u64, character: u64, world: u64| {
        at(EventKind::PlayerLogout, second, &[("character_id", character), ("world_id", world)])
    };
    for event in [logout(0, 5, 1), logout(1, 6, 1), logout(2, 7, 1), logout(3, 6, 10), logout(20, 8, 1)] {
        client.dispatch(event).await.unwrap();
    }
    assert_eq!(log.take(), [("five", 5), ("six", 6)]);
    six.remove();
    assert_eq!(subscription(&client).trim(), "PlayerLogin, PlayerLogout for characters 5");
}

#[tokio::test]
async fn a_trigger_that_returns_does_not_know_the_sessions_of_before() {
    let (client, log) = (client(), Log::new());
    let add = || {
        let action = log.handler(|end: SessionEnd| end.started.map(since_start));
        client.add(Trigger::on::<SessionEnd>().named("end").action(action)).unwrap()
    };
    let first = add();
    client.dispatch(logs_in(0)).await.unwrap();
    first.remove();
    // The server does not send this one.
    client.dispatch(logs_out(10)).await.unwrap();
    add();
    for event in [logs_out(60), logs_out(100)] {
        client.dispatch(event).await.unwrap();
    }
    assert_eq!(log.take(), [None]);
}

#[tokio::test]
async fn a_replay_derives_events_when_they_were_due() {
    let events = [logs_in(0), logs_out(60), at(EventKind::Death, 3_000, &[])];
    let recording = recording("due", &events);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let received = |end: &Delivered<SessionEnd>| end.received_at().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let handler = log.handler(move |end: Delivered<SessionEnd>| {
        (since_start(end.timestamp), received(&end).as_secs() - START, end.duration.map(|length| length.as_secs()))
    });
    client.add(Trigger::on::<SessionEnd>().delivered().action(handler)).unwrap();
    within(client.run()).await.unwrap();
    let [(60, received, Some(60))] = log.take()[..] else { panic!() };
    assert_eq!(received, 60, "the recorded time is that of the last frame, before the next one");
}

#[tokio::test]
async fn the_end_of_a_replay_releases_what_is_held_and_ends_nothing_else() {
    let alert = [("metagame_event_id", 147), ("metagame_event_state", 135)];
    let facility = [("old_faction_id", 1), ("new_faction_id", 2), CHARACTER];
    let events = [
        at(EventKind::MetagameEvent, 0, &alert),
        logs_in(5),
        at(EventKind::FacilityControl, 60, &facility[..2]),
        at(EventKind::PlayerFacilityCapture, 60, &facility[2..]),
        logs_out(60),
    ];
    let recording = recording("end", &events);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let names = |event: Event| match event {
        Event::FacilityCapture(capture) => format!("capture by {:?}, gap: {}", capture.participants, capture.gap),
        other => other.name().to_owned(),
    };
    macro_rules! follow {
        ($($event:ident)*) => {$(
            client.add(Trigger::on::<$event>().action(log.handler(move |it: $event| names(it.into())))).unwrap();
        )*};
    }
    follow! { SessionStart SessionEnd AlertStart AlertEnd FacilityCapture PopulationReport Stopping }
    // The clock jumps over the time at which the alert is overdue.
    let sleeps = |_: SessionEnd| sleep(Duration::from_hours(30));
    client.add(Trigger::on::<SessionEnd>().named("sleeps").action(sleeps)).unwrap();
    within(client.run()).await.unwrap();
    let capture = format!("capture by {:?}, gap: true", [CharacterId(5)]);
    assert_eq!(log.take(), ["AlertStart", "SessionStart", "SessionEnd", &capture, "Stopping"]);
}

#[tokio::test]
async fn derived_events_are_not_part_of_everything() {
    let (client, log): (Client, Log<String>) = (client(), Log::new());
    client.add(Trigger::on::<Event>().action(log.handler(|event: Event| event.name().to_owned()))).unwrap();
    client.add(Trigger::on::<SessionStart>().action(|_: SessionStart| ())).unwrap();
    for event in [logs_in(0), logs_out(60)] {
        client.dispatch(event).await.unwrap();
    }
    assert_eq!(log.take(), ["PlayerLogin", "PlayerLogout"]);
}
