//! The war, without sockets: reproducible, valid and consistent.

use std::collections::{BTreeMap, BTreeSet};

use auraxis_core::{
    event::{Event, EventKind},
    frame::Frame,
    id::{CharacterId, ExperienceId, FactionId, MetagameEventState, WorldId, ZoneId},
    time::Timestamp,
};
use auraxis_sim::{War, WarEvent};

const START: Timestamp = Timestamp(1_700_000_000);
const MANY: usize = 20_000;

fn war_events(seed: u64, many: usize) -> Vec<WarEvent> {
    War::new(seed, START).take(many).collect()
}

#[test]
fn the_same_seed_gives_the_same_war() {
    let text = |seed| war_events(seed, MANY).into_iter().map(|war_event| war_event.frame).collect::<Vec<_>>();
    let first = text(1);
    assert_eq!(first, text(1));
    assert_ne!(first, text(2));
}

#[test]
fn every_frame_is_a_known_event_in_the_format_of_the_server() {
    for war_event in war_events(3, MANY) {
        let Ok(Frame::Event(event)) = Frame::parse(&war_event.frame) else { panic!("no event: {}", war_event.frame) };
        assert_ne!(event.kind(), EventKind::Unknown, "{}", war_event.frame);
        assert_eq!(event.to_frame(), war_event.frame);
        assert_eq!(event, war_event.event);
        assert!(war_event.frame.contains("\"world_id\""), "{}", war_event.frame);
    }
}

#[test]
fn every_kind_that_the_game_sends_occurs_and_most_are_experience() {
    for seed in 0..3 {
        let mut counts = BTreeMap::<EventKind, usize>::new();
        let mut last = None;
        for war_event in war_events(seed, MANY) {
            *counts.entry(war_event.event.kind()).or_default() += 1;
            last = Some(war_event.offset);
        }
        let expected: BTreeSet<_> =
            EventKind::ALL.iter().copied().filter(|kind| *kind != EventKind::ContinentUnlock).collect();
        assert_eq!(counts.keys().copied().collect::<BTreeSet<_>>(), expected, "seed {seed}");
        let share = counts[&EventKind::GainExperience] * 100 / MANY;
        assert!((65..=85).contains(&share), "{share} % of the events are experience with seed {seed}");
        let pace = f64::from(u32::try_from(MANY).unwrap()) / last.unwrap().as_secs_f64();
        assert!((War::RATE * 0.92..=War::RATE * 1.08).contains(&pace), "{pace} events a second with seed {seed}");
    }
}

#[test]
fn characters_act_only_between_login_and_logout() {
    for seed in 0..2 {
        let mut online = BTreeSet::<CharacterId>::new();
        for war_event in war_events(seed, MANY) {
            match &war_event.event {
                Event::PlayerLogin(login) => {
                    assert!(online.insert(login.character_id), "in twice: {}", war_event.frame);
                }
                Event::PlayerLogout(out) => assert!(online.remove(&out.character_id), "out first: {}", war_event.frame),
                event => {
                    for id in event.character_ids() {
                        assert!(online.contains(&id), "not in the game: {}", war_event.frame);
                    }
                }
            }
        }
    }
}

#[test]
fn mutual_deaths_and_rank_ups_occur_within_seconds() {
    for seed in 0..10 {
        let mut deaths = Vec::new();
        let (mut mutual, mut ranks) = (0, 0);
        for war_event in war_events(seed, 500) {
            match war_event.event {
                Event::Death(death) => {
                    let killer = death.attacker_character_id;
                    if deaths.iter().any(|&(by, of, at): &(_, _, Timestamp)| {
                        by == Some(death.character_id)
                            && Some(of) == killer
                            && death.timestamp.abs_diff(at).as_secs() < 5
                    }) {
                        mutual += 1;
                    }
                    deaths.push((killer, death.character_id, death.timestamp));
                }
                Event::BattleRankUp(_) => ranks += 1,
                _ => {}
            }
        }
        assert!(mutual >= 1 && ranks >= 2, "{mutual} mutual deaths and {ranks} level-ups with seed {seed}");
    }
}

#[test]
fn kills_are_rewarded_and_teams_are_consistent() {
    let war_events = war_events(4, MANY);
    let mut rewards = BTreeSet::new();
    for war_event in &war_events {
        if let Event::GainExperience(tick) = &war_event.event {
            rewards.insert((tick.experience_id, tick.character_id, tick.other_id, tick.timestamp));
        }
    }
    let (mut kills, mut suicides, mut environment, mut friendly) = (0, 0, 0, 0);
    let (mut experience, mut characters) = (BTreeSet::new(), BTreeSet::new());
    for war_event in &war_events {
        match &war_event.event {
            Event::Death(death) => match death.attacker_character_id {
                None => environment += 1,
                Some(killer) if killer == death.character_id => suicides += 1,
                Some(_) if death.team_id == death.attacker_team_id => friendly += 1,
                Some(killer) => {
                    let other = Some(death.character_id.into());
                    if rewards.contains(&(ExperienceId::KILL, killer, other, death.timestamp)) {
                        kills += 1;
                    }
                }
            },
            Event::GainExperience(tick) => {
                experience.insert(tick.experience_id);
                characters.insert(tick.character_id);
                assert!(tick.team_id.is_some_and(|team| (1..=3).contains(&team.0)), "{}", war_event.frame);
                if let Some(other) = tick.other_id {
                    let is_character = other.0.to_string().len() == 19;
                    assert_eq!(other.character().is_some(), is_character, "{}", war_event.frame);
                }
            }
            _ => {}
        }
    }
    assert!(
        kills > 500 && suicides > 5 && environment > 20 && friendly > 5,
        "{kills} {suicides} {environment} {friendly}"
    );
    for id in [1, 2, 4, 7, 53].map(ExperienceId) {
        assert!(experience.contains(&id), "no experience with id {id}");
    }
    assert!(characters.len() > 150, "{} characters", characters.len());
}

#[test]
fn alerts_keep_their_instance_id_and_lock_their_continent() {
    let mut running = BTreeMap::new();
    let (mut ended, mut locked) = (0, 0);
    for war_event in war_events(5, 60_000) {
        match war_event.event {
            Event::MetagameEvent(alert) if alert.metagame_event_state == MetagameEventState::STARTED => {
                assert!(running.insert((alert.world_id, alert.instance_id), alert.zone_id).is_none());
            }
            Event::MetagameEvent(alert) => {
                assert_eq!(alert.metagame_event_state, MetagameEventState::ENDED);
                assert_eq!(running.remove(&(alert.world_id, alert.instance_id)), Some(alert.zone_id));
                ended += 1;
            }
            Event::ContinentLock(lock) => {
                assert!((1..=3).contains(&lock.triggering_faction.0));
                locked += 1;
            }
            Event::FishScan(scan) => assert_eq!(scan.zone_id, ZoneId::OSHUR),
            Event::FacilityControl(control) => assert_ne!(control.new_faction_id, FactionId::NONE),
            _ => {}
        }
    }
    assert!(ended >= 2 && locked == ended, "{ended} alerts, {locked} locks");
}

#[test]
fn timestamps_follow_the_offsets_and_no_frame_occurs_twice() {
    let mut before = (Timestamp(0), BTreeSet::new());
    for war_event in war_events(6, MANY) {
        let at = war_event.event.timestamp().unwrap();
        let offset = i64::try_from(war_event.offset.as_secs()).unwrap();
        assert_eq!(at.0, START.0 + offset);
        assert!(at >= before.0);
        if at > before.0 {
            before = (at, BTreeSet::new());
        }
        assert!(before.1.insert(war_event.frame.clone()), "twice: {}", war_event.frame);
    }
}

#[test]
fn activity_follows_the_evening_at_a_constant_rate() {
    let midnight = 1_700_006_400;
    let worlds = [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH];
    let shares = |hour: i64| {
        let war_events: Vec<_> = War::new(7, Timestamp(midnight + hour * 3_600)).take(MANY).collect();
        let pace = f64::from(u32::try_from(MANY).unwrap()) / war_events[MANY - 1].offset.as_secs_f64();
        assert!((War::RATE * 0.9..=War::RATE * 1.1).contains(&pace), "{pace} events a second at {hour} o'clock");
        let many = |world| war_events.iter().filter(|war_event| war_event.event.world_id() == Some(world)).count();
        worlds.map(|world| many(world) * 100 / MANY)
    };
    let ([osprey, wainwright, _], [_, _, noon]) = (shares(3), shares(12));
    assert!(osprey > wainwright * 2, "{osprey} {wainwright}");
    let [osprey, wainwright, evening] = shares(20);
    assert!(wainwright > osprey && noon > evening, "{osprey} {wainwright} {noon} {evening}");
}
