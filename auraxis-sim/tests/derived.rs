//! Derived events of a war, received with faults, against the truth: each once, and right or marked.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use auraxis_core::{
    derived::Trackers,
    event::{Payload, *},
    frame::Frame,
    id::*,
    interest::Interest,
    scope::Scope,
    time::Timestamp,
};
use auraxis_sim::War;

const START: i64 = 1_700_000_000;
const HOUR: i64 = 3_600;
const WORLDS: [WorldId; 3] = [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH];

/// A deterministic generator of random numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) >> 2).unwrap() % bound
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}

fn event(name: &str, at: i64, world: WorldId, fields: &[(&str, u64)]) -> Event {
    let fields: Vec<_> = fields.iter().map(|(key, value)| format!(r#""{key}":"{value}","#)).collect();
    let fields = fields.concat();
    let frame = format!(r#"{{"payload":{{"event_name":"{name}",{fields}"timestamp":"{at}","world_id":"{world}"}}}}"#);
    match Frame::parse(&frame) {
        Ok(Frame::Event(event)) if event.kind() != EventKind::Unknown => event,
        other => panic!("{frame}: {other:?}"),
    }
}

/// A day: thousands of characters on three worlds, with alerts and captures.
fn day(seed: u64) -> Vec<Event> {
    let mut random = Random(seed);
    let mut events = Vec::new();
    let end = START + 24 * HOUR;
    for (n, world) in (0_u64..).zip(WORLDS) {
        for number in 0..2_500 {
            let character = [("character_id", 5_428_000_000_000_000_001 + n * 1_000_000 + number)];
            let mut at = START + random.below(8 * HOUR);
            // Some have been online since before the start.
            let mut is_online = random.chance(10);
            while at < end {
                let name = if is_online { "PlayerLogout" } else { "PlayerLogin" };
                events.push(event(name, at, world, &character));
                at += match is_online {
                    // A character can log in again within seconds.
                    true if random.chance(15) => random.below(20),
                    true => HOUR + random.below(8 * HOUR),
                    false => 5 + random.below(3 * HOUR),
                };
                is_online = !is_online;
            }
        }
        let mut at = START + random.below(HOUR);
        for instance in 1..12 {
            let (kind, scores) = (147 + instance % 12, [random.below(40), 10 + random.below(40), random.below(20)]);
            let alert = |at: i64, state: u64, scores: [i64; 3]| {
                let [vs, nc, tr] = scores.map(i64::cast_unsigned);
                let scores = [("faction_vs", vs), ("faction_nc", nc), ("faction_tr", tr), ("experience_bonus", 25)];
                let alert = [("instance_id", instance), ("metagame_event_id", kind), ("metagame_event_state", state)];
                let fields = [&scores[..], &alert, &[("metagame_event_state_name", 1), ("zone_id", 2)]].concat();
                event("MetagameEvent", at, world, &fields)
            };
            events.push(alert(at, 135, [0; 3]));
            let state = if random.chance(10) { 137 } else { 138 };
            at += if random.chance(20) { random.below(5_400) } else { 5_400 };
            events.push(alert(at, state, scores));
            at += random.below(2 * HOUR);
        }
        let mut at = START;
        while at < end - 60 {
            at += 20 + random.below(60);
            let facility = ("facility_id", 7_000 + random.below(80).cast_unsigned());
            let old = 1 + random.below(3).cast_unsigned();
            let new = if random.chance(30) { old } else { old % 3 + 1 };
            let name = if new == old { "PlayerFacilityDefend" } else { "PlayerFacilityCapture" };
            let rest = [("zone_id", 2), ("outfit_id", 37_509_488_620_601_345), ("duration_held", 900)];
            let control = [facility, ("old_faction_id", old), ("new_faction_id", new)];
            events.push(event("FacilityControl", at, world, &[&control[..], &rest].concat()));
            for _ in 0..random.below(30) {
                let number = random.below(2_500).cast_unsigned();
                let character = ("character_id", 5_428_000_000_000_000_001 + n * 1_000_000 + number);
                let at = at + random.below(3) - 1;
                events.push(event(name, at, world, &[facility, character, rest[0], rest[1]]));
            }
        }
    }
    events.retain(|event| event.timestamp().unwrap().0 < end);
    events.sort_by_key(Event::timestamp);
    events
}

/// The same for the simulator's war, which has several alerts per hour.
fn war(hours: u64) -> Vec<Event> {
    let war = War::new(7, Timestamp(START)).take_while(|event| event.offset < Duration::from_hours(hours));
    let is_relevant = |event: &Event| {
        matches!(
            event.kind(),
            EventKind::PlayerLogin
                | EventKind::PlayerLogout
                | EventKind::MetagameEvent
                | EventKind::FacilityControl
                | EventKind::PlayerFacilityCapture
                | EventKind::PlayerFacilityDefend
        )
    };
    war.map(|event| event.event).filter(is_relevant).collect()
}

/// What a client receives.
enum Input {
    Event(usize),
    Gap(Gap),
}

/// The events that arrive, with the time of their receipt in milliseconds, in this order; and which of them arrive.
struct Received {
    inputs: Vec<(i64, Input)>,
    arrived: Vec<bool>,
    /// The gaps that are noticed a minute after their start.
    silences: Vec<Interval>,
}

impl Received {
    /// Returns whether events of this world and time may be missing although no gap was reported soon after.
    fn is_silent(&self, world: WorldId, at: Timestamp) -> bool {
        let is_during = |(worlds, from, to): &Interval| worlds.contains(&world) && (from - 5..to + 5).contains(&at.0);
        self.silences.iter().any(is_during)
    }
}

/// An interval in which events of these worlds are lost.
type Interval = (Scope<WorldId>, i64, i64);

/// Delivers events up to three seconds late, some twice, and none in gaps, which are reported.
fn deliver(events: &[Event], random: &mut Random) -> Received {
    let (first, last) = (events[0].timestamp().unwrap().0, events.last().unwrap().timestamp().unwrap().0);
    let mut inputs = Vec::new();
    let (mut gaps, mut silences): (Vec<Interval>, Vec<Interval>) = (Vec::new(), Vec::new());
    let (mut at, mut id) = (first, 0);
    loop {
        at += 60 + random.below((last - first) / 15);
        let longest = if random.chance(20) { 2 * HOUR } else { 180 };
        let to = at + 5 + random.below(longest);
        if to >= last {
            break;
        }
        id += 1;
        let world = WORLDS[usize::try_from(random.below(3)).unwrap()];
        let worlds = if random.chance(50) { Scope::All } else { [world].into_iter().collect() };
        gaps.push((worlds.clone(), at, to));
        let mut gap = Gap::sample_of(id, worlds, Timestamp(at - 5));
        // A lost connection is noticed immediately, a silence after a minute.
        let noticed_at = if random.chance(50) { at } else { at + 60 };
        if noticed_at > at {
            silences.push(gaps.last().unwrap().clone());
        }
        if noticed_at < to {
            inputs.push((noticed_at * 1_000, Input::Gap(gap.clone())));
        }
        gap.to = Some(Timestamp(to + 2));
        inputs.push((to.max(noticed_at) * 1_000, Input::Gap(gap)));
        at = to;
    }
    let mut arrived = vec![false; events.len()];
    for (n, event) in events.iter().enumerate() {
        let copies = if random.chance(2) { 2 } else { 1 };
        for _ in 0..copies {
            let at_ms = event.timestamp().unwrap().0 * 1_000 + random.below(3_000);
            let world = event.world_id().unwrap();
            let is_lost =
                |(worlds, from, to): &Interval| worlds.contains(&world) && (from * 1_000..to * 1_000).contains(&at_ms);
            if !gaps.iter().any(is_lost) {
                arrived[n] = true;
                inputs.push((at_ms, Input::Event(n)));
            }
        }
    }
    inputs.sort_by_key(|(at_ms, _)| *at_ms);
    Received { inputs, arrived, silences }
}

trait SampleGap {
    fn sample_of(id: u32, worlds: Scope<WorldId>, from: Timestamp) -> Self;
}

impl SampleGap for Gap {
    fn sample_of(id: u32, worlds: Scope<WorldId>, from: Timestamp) -> Self {
        Self::new(from, id, (worlds, KindSet::ALL), (from, None), GapCause::Disconnected, None)
    }
}

/// Returns what is derived, with a clock as in the runtime: the latest timestamp, and the time since.
fn derive(events: &[Event], received: &Received) -> Vec<Event> {
    let mut trackers = Trackers::default();
    trackers.add(&Interest::new([
        SessionStart::selector(),
        SessionEnd::selector(),
        AlertStart::selector(),
        AlertEnd::selector(),
        FacilityCapture::selector(),
        FacilityDefence::selector(),
    ]));
    let mut derived = Vec::new();
    let mut latest: Option<(Timestamp, i64)> = None;
    let mut ticked_ms = 0;
    for (at_ms, input) in &received.inputs {
        if let Some((time, received_ms)) = latest
            && at_ms - ticked_ms >= 1_000
        {
            ticked_ms = *at_ms;
            trackers.advance(Timestamp(time.0 + (at_ms - received_ms) / 1_000), &mut derived);
        }
        match input {
            Input::Gap(gap) => trackers.gap(gap),
            Input::Event(n) => {
                let timestamp = events[*n].timestamp().unwrap();
                if latest.is_none_or(|(time, _)| time < timestamp) {
                    latest = Some((timestamp, *at_ms));
                }
                trackers.observe(&events[*n], latest.unwrap().0, &mut derived);
            }
        }
    }
    trackers.flush(&mut derived);
    assert_eq!(trackers.counts().evicted, 0);
    derived
}

/// How many derived events are right, how many are marked as incomplete, and what is wrong.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    marked: usize,
    /// Incomplete, but derived before the gap was reported.
    too_early: usize,
    wrong: Vec<String>,
}

impl Score {
    fn judge(&mut self, is_right: bool, is_marked: bool, what: impl FnOnce() -> String) {
        match (is_right, is_marked) {
            (true, false) => self.right += 1,
            (true, true) => self.marked += 1,
            (false, _) => self.wrong.push(what()),
        }
    }
}

/// A login or logout that happened, and whether it was received.
type Change = (Timestamp, bool, bool);

fn score_sessions(events: &[Event], received: &Received, derived: &[Event]) -> Score {
    let mut changes: BTreeMap<CharacterId, Vec<Change>> = BTreeMap::new();
    for (event, arrived) in events.iter().zip(&received.arrived) {
        let is_login = matches!(event, Event::PlayerLogin(_));
        if is_login || matches!(event, Event::PlayerLogout(_)) {
            let character = event.character_ids().next().unwrap();
            changes.entry(character).or_default().push((event.timestamp().unwrap(), is_login, *arrived));
        }
    }
    let mut starts: BTreeMap<CharacterId, Vec<Timestamp>> = BTreeMap::new();
    let mut ends: BTreeMap<CharacterId, Vec<&SessionEnd>> = BTreeMap::new();
    for event in derived {
        match event {
            Event::SessionStart(start) => starts.entry(start.character_id).or_default().push(start.timestamp),
            Event::SessionEnd(end) => ends.entry(end.character_id).or_default().push(end),
            _ => {}
        }
    }
    let mut score = Score::default();
    for (character, changes) in &changes {
        let arrived = |is_login| {
            let of_kind = changes.iter().filter(move |change| change.1 == is_login && change.2);
            of_kind.map(|change| change.0).collect::<Vec<_>>()
        };
        let (starts, ends) = (starts.remove(character).unwrap_or_default(), ends.remove(character).unwrap_or_default());
        score.judge(starts == arrived(true), false, || format!("starts of {character}: {starts:?}, {changes:?}"));
        // Each received logout ends a session, once.
        let seen: Vec<_> = ends.iter().filter(|end| end.cause == SessionEndCause::Logout).collect();
        let times: Vec<_> = seen.iter().map(|end| end.timestamp).collect();
        score.judge(times == arrived(false), false, || format!("ends of {character}: {times:?}, {changes:?}"));
        // No session ends twice.
        let started: Vec<_> = ends.iter().filter_map(|end| end.started).collect();
        let distinct: BTreeSet<_> = started.iter().collect();
        score.judge(distinct.len() == started.len(), false, || format!("ends of {character}: {ends:?}"));
        for end in ends {
            let ended = |start: Timestamp| {
                let at = changes.iter().position(|change| change.1 && change.0 == start)?;
                changes.get(at + 1).map(|end| (end.0, end.2))
            };
            let is_right = match (end.cause, end.started) {
                (SessionEndCause::Logout, Some(start)) => {
                    let length = end.timestamp.since(start);
                    let is_exact = ended(start) == Some((end.timestamp, true));
                    end.duration == Some(length) && (is_exact || end.gap)
                }
                (SessionEndCause::Logout, None) => {
                    let at = changes.iter().position(|change| !change.1 && change.0 == end.timestamp);
                    let login_was_lost = at.is_some_and(|at| at > 0 && !changes[at - 1].2);
                    end.duration.is_none() && (at == Some(0) || login_was_lost && end.gap)
                }
                (SessionEndCause::Gap | SessionEndCause::Timeout, Some(start)) => {
                    let is_lost = ended(start).is_none_or(|(at, arrived)| !arrived && at <= end.timestamp);
                    end.duration.is_none() && end.gap && is_lost
                }
                _ => false,
            };
            if end.cause == SessionEndCause::Relogin && received.is_silent(end.world_id, end.timestamp) {
                score.too_early += 1;
                continue;
            }
            score.judge(is_right, end.gap, || format!("{end:?}: {changes:?}"));
        }
    }
    score
}

/// The start and the end of an alert, and whether they were received.
type Alert<'a> = [Option<(&'a MetagameEvent, bool)>; 2];

fn score_alerts(events: &[Event], received: &Received, derived: &[Event]) -> Score {
    let mut truth: BTreeMap<(WorldId, MetagameInstanceId), Alert<'_>> = BTreeMap::new();
    for (event, arrived) in events.iter().zip(&received.arrived) {
        if let Event::MetagameEvent(event) = event {
            let is_end = event.metagame_event_state != MetagameEventState::STARTED;
            let alert = truth.entry((event.world_id, event.instance_id)).or_default();
            alert[usize::from(is_end)] = Some((event, *arrived));
        }
    }
    let mut score = Score::default();
    for ((world, instance), [start, end]) in truth {
        let starts: Vec<_> = derived
            .iter()
            .filter_map(AlertStart::downcast_ref)
            .filter(|it| (it.world_id, it.instance_id) == (world, instance))
            .collect();
        let (start, was_seen) = start.unwrap();
        let is_right =
            if was_seen { starts.len() == 1 && starts[0].timestamp == start.timestamp } else { starts.is_empty() };
        score.judge(is_right, false, || format!("{start:?}: {starts:?}"));
        let ends: Vec<_> = derived
            .iter()
            .filter_map(AlertEnd::downcast_ref)
            .filter(|it| (it.world_id, it.instance_id) == (world, instance))
            .collect();
        let started = was_seen.then_some(start.timestamp);
        match (end, &ends[..]) {
            (Some((end, true)), [derived]) => {
                let scores =
                    [(end.faction_vs, FactionId::VS), (end.faction_nc, FactionId::NC), (end.faction_tr, FactionId::TR)];
                let best = scores.iter().map(|score| score.0).fold(0.0, f32::max);
                let best: Vec<_> = scores.iter().filter(|score| score.0 >= best).map(|score| score.1).collect();
                let is_canceled = end.metagame_event_state == MetagameEventState::CANCELED;
                let winner = if is_canceled || best.len() > 1 { None } else { Some(best[0]) };
                let cause = if is_canceled { AlertEndCause::Canceled } else { AlertEndCause::Ended };
                let is_right = derived.timestamp == end.timestamp
                    && (derived.cause, derived.winner, derived.started) == (cause, winner, started)
                    && derived.duration == started.map(|started| end.timestamp.since(started))
                    && derived.gap != was_seen;
                score.judge(is_right, derived.gap, || format!("{derived:?}: {start:?} {was_seen} {end:?}"));
            }
            (Some((_, false)), [derived]) => {
                let is_right = derived.cause == AlertEndCause::Overdue
                    && (derived.started, derived.winner, derived.scores) == (started, None, None)
                    && derived.gap
                    && derived.timestamp > start.timestamp;
                score.judge(is_right, derived.gap, || format!("{derived:?}: {start:?}"));
            }
            (Some((_, true)), ends) => score.judge(false, false, || format!("{start:?}: {ends:?}")),
            // It has not ended, its end is not overdue yet, or neither its start nor its end was received.
            (_, []) => score.judge(true, true, String::new),
            (_, ends) => score.judge(false, false, || format!("{start:?}: {ends:?}")),
        }
    }
    score
}

fn score_captures(events: &[Event], received: &Received, derived: &[Event]) -> Score {
    type Key = (Timestamp, WorldId, ZoneId, FacilityId, FactionId, FactionId);
    let mut truth: BTreeMap<Key, (BTreeSet<CharacterId>, bool)> = BTreeMap::new();
    for (event, arrived) in events.iter().zip(&received.arrived) {
        if let Event::FacilityControl(it) = event {
            let key = (it.timestamp, it.world_id, it.zone_id, it.facility_id, it.old_faction_id, it.new_faction_id);
            truth.insert(key, (BTreeSet::new(), *arrived));
        }
    }
    for event in events {
        let (facility, is_capture) = match event {
            Event::PlayerFacilityCapture(event) => (event.facility_id, true),
            Event::PlayerFacilityDefend(event) => (event.facility_id, false),
            _ => continue,
        };
        let (at, world) = (event.timestamp().unwrap(), event.world_id().unwrap());
        let is_its = |key: &Key| key.1 == world && key.3 == facility && (key.4 != key.5) == is_capture;
        // Nobody takes part in the captures of a continent that locks, so the first of two is meant.
        let from = (Timestamp(at.0 - 1), WorldId(0), ZoneId(0), FacilityId(0), FactionId(0), FactionId(0));
        let to = (Timestamp(at.0 + 2), WorldId(0), ZoneId(0), FacilityId(0), FactionId(0), FactionId(0));
        if let Some((_, capture)) = truth.range_mut(from..to).find(|(key, _)| is_its(key)) {
            capture.0.extend(event.character_ids());
        }
    }
    let mut score = Score::default();
    let mut seen = BTreeSet::new();
    for event in derived {
        let (key, participants, gap) = match event {
            Event::FacilityCapture(it) => {
                let factions = (it.old_faction_id, it.new_faction_id);
                let key = (it.timestamp, it.world_id, it.zone_id, it.facility_id, factions.0, factions.1);
                (key, &it.participants, it.gap)
            }
            Event::FacilityDefence(it) => {
                let key = (it.timestamp, it.world_id, it.zone_id, it.facility_id, it.faction_id, it.faction_id);
                (key, &it.participants, it.gap)
            }
            _ => continue,
        };
        let participants: BTreeSet<_> = participants.iter().copied().collect();
        let is_right = seen.insert(key)
            && truth.get(&key).is_some_and(|(expected, arrived)| {
                *arrived && (participants == *expected || gap && participants.is_subset(expected))
            });
        let is_incomplete = truth.get(&key).is_some_and(|(expected, _)| participants.is_subset(expected));
        if !is_right && !gap && is_incomplete && received.is_silent(key.1, key.0) {
            score.too_early += 1;
            continue;
        }
        score.judge(is_right, gap, || format!("{event:?}: {:?}", truth.get(&key)));
    }
    for (key, (_, arrived)) in &truth {
        if *arrived && !seen.contains(key) {
            score.judge(false, false, || format!("missing: {key:?}"));
        }
    }
    score
}

fn check(name: &str, events: &[Event], seed: u64) {
    let received = deliver(events, &mut Random(seed));
    let derived = derive(events, &received);
    let lost = received.arrived.iter().filter(|arrived| !**arrived).count();
    println!("{name}: {} events, {lost} lost in gaps, {} derived", events.len(), derived.len());
    for (what, score) in [
        ("sessions", score_sessions(events, &received, &derived)),
        ("alerts", score_alerts(events, &received, &derived)),
        ("captures", score_captures(events, &received, &derived)),
    ] {
        let Score { right, marked, too_early, wrong } = &score;
        println!("{what}: {right} right, {marked} marked, {too_early} derived too early, {} wrong", wrong.len());
        assert!(wrong.is_empty(), "{name}, seed {seed}, {what}: {}", wrong[..wrong.len().min(3)].join("\n"));
        assert!(*too_early <= *marked, "{name}, seed {seed}, {what}: {too_early} were derived too early");
        assert!(
            *right > 10 && *marked > 0,
            "{name}, seed {seed}: the faults must have an effect, and not on everything"
        );
    }
}

#[test]
fn a_day_with_faults_is_right_or_marked() {
    for seed in 2..=3 {
        check("a day", &day(seed), seed);
    }
}

#[test]
fn the_war_with_faults_is_right_or_marked() {
    check("two hours of war", &war(2), 3);
}

#[test]
fn a_day_without_faults_is_right() {
    let events = day(4);
    let inputs = (0..).zip(&events).map(|(n, event)| (event.timestamp().unwrap().0 * 1_000, Input::Event(n))).collect();
    let received = Received { inputs, arrived: vec![true; events.len()], silences: Vec::new() };
    let derived = derive(&events, &received);
    for score in [
        score_sessions(&events, &received, &derived),
        score_alerts(&events, &received, &derived),
        score_captures(&events, &received, &derived),
    ] {
        assert!(score.wrong.is_empty(), "{}", score.wrong[0]);
        assert!(score.marked <= 8, "only what had not ended, or was held, at the end: {}", score.marked);
    }
}
