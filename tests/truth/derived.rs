//! Derived events of a stream with faults, against the truth.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis::{event::SessionEndCause, prelude::*};
use auraxis_core::frame::Frame;
use auraxis_sim::{Script, Sim, TruthEntry};
use tokio::time::sleep;

use crate::{
    HOUR,
    common::{client, start, stop},
};

const SCRIPT: &str = "every 9s reset
    every 4s duplicate next 20 after 2
    every 3s reorder next 20 by 2
    at 25s silence link for 10s";

/// Logins and logouts of a character: when, whether it is a login, and whether it was sent.
type Changes = Vec<(Timestamp, bool, bool)>;

/// Who took part in a capture: where, of which facility, and when.
type Participant = (WorldId, FacilityId, Timestamp, CharacterId);

#[tokio::test]
async fn derived_events_of_a_stream_with_faults_are_right_or_marked() {
    let script: Script = SCRIPT.parse().unwrap();
    let builder = Sim::builder().seed(3).hour(HOUR).keep_truth().faults(script);
    let sim = builder.start().await.unwrap();
    let derived = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&derived);
    let everything = Trigger::builder::<Event>().on::<SessionStart>().on::<SessionEnd>().on::<FacilityCapture>();
    let collect = everything.action(move |event: Event| seen.lock().unwrap().push(event));
    let client = client(&sim).verify_interval(Duration::from_secs(2)).trigger(collect).build().unwrap();
    let running = start(&client).await;
    sleep(Duration::from_mins(1)).await;
    stop(&client, running).await;

    let (changes, participants) = read(&sim.truth());
    let derived = std::mem::take(&mut *derived.lock().unwrap());
    let (mut right, mut marked) = (0, 0);
    for event in &derived {
        let (is_right, is_marked) = match event {
            Event::SessionStart(start) => {
                (changes[&start.character_id].iter().any(|change| change.1 && change.0 == start.timestamp), false)
            }
            Event::SessionEnd(end) => (is_session(end, &changes[&end.character_id]), end.gap),
            Event::FacilityCapture(capture) => {
                let truth: BTreeSet<_> = participants
                    .iter()
                    .filter(|(world, facility, at, _)| {
                        (*world, *facility) == (capture.world_id, capture.facility_id)
                            && at.abs_diff(capture.timestamp) <= Duration::from_secs(3)
                    })
                    .map(|(.., character)| *character)
                    .collect();
                (capture.participants.iter().copied().collect::<BTreeSet<_>>() == truth, capture.gap)
            }
            other => panic!("not derived: {other:?}"),
        };
        assert!(is_right || is_marked, "{event:?}");
        if is_marked { marked += 1 } else { right += 1 }
    }
    println!("{right} derived events are right, {marked} are marked");
    assert!(right > 10, "{right} right, {marked} marked");
}

fn read(truth: &[TruthEntry]) -> (BTreeMap<CharacterId, Changes>, Vec<Participant>) {
    let (mut changes, mut participants) = (BTreeMap::<_, Changes>::new(), Vec::new());
    for entry in truth {
        let TruthEntry::Event { links, frame, .. } = entry else { continue };
        let Ok(Frame::Event(event)) = Frame::parse(frame) else { continue };
        let was_sent = !links.is_empty();
        match event {
            Event::PlayerLogin(login) => {
                changes.entry(login.character_id).or_default().push((login.timestamp, true, was_sent));
            }
            Event::PlayerLogout(logout) => {
                changes.entry(logout.character_id).or_default().push((logout.timestamp, false, was_sent));
            }
            Event::PlayerFacilityCapture(capture) => {
                participants.push((capture.world_id, capture.facility_id, capture.timestamp, capture.character_id));
            }
            _ => {}
        }
    }
    (changes, participants)
}

/// Returns whether a session is right as far as it says something.
fn is_session(end: &SessionEnd, changes: &Changes) -> bool {
    let Some(at) = changes.iter().position(|change| !change.1 && change.0 == end.timestamp) else { return false };
    let before = at.checked_sub(1).map(|before| changes[before]);
    let is_start = match (end.started, before) {
        (Some(started), Some((login, is_login, _))) => is_login && login == started,
        (None, Some((_, is_login, was_sent))) => !is_login || !was_sent,
        (started, None) => started.is_none(),
    };
    end.cause == SessionEndCause::Logout && is_start
}
