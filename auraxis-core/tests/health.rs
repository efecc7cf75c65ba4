//! What silence is found in simulated nights, and what is taken for a quiet one.

use std::collections::BTreeMap;

use auraxis_core::{
    event::EventKind,
    id::WorldId,
    stream::{
        Holes,
        health::{
            ACT_EVIDENCE, Blame, Change, Coverage, Expected, Health, Level, MAX_WORLDS, REPORT_EVIDENCE, Silence,
            TrafficClass, WorldState,
        },
    },
    time::Timestamp,
};
use proptest::prelude::*;

/// Of 400 nights, tried once, none raised an alarm.
const NIGHTS: u64 = 24;

const HOUR: u64 = 3600;
const EVENING: u64 = 22 * HOUR;
const FOUR: u64 = 28 * HOUR;
const MORNING: u64 = 30 * HOUR;

const FREQUENT: [TrafficClass; 4] =
    [TrafficClass::Experience, TrafficClass::Attack, TrafficClass::Character, TrafficClass::Login];

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Between 0 and 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are left")]
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.share(), 0);
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }

    /// Normal, by the sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// The war on one world: fights whose intensity follows the hour, swings by itself, and drops when a continent locks.
struct War {
    world: WorldId,
    /// Kills per second at 22:00 and at 4:00.
    evening: f64,
    night: f64,
    swing: f64,
    lull: u64,
    /// Events of the seconds to come.
    later: [Vec<TrafficClass>; 4],
}

impl War {
    fn new(world: WorldId, evening: f64, night: f64) -> Self {
        Self { world, evening, night, swing: 0.0, lull: 0, later: Default::default() }
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
    fn kills(&self, second: u64) -> f64 {
        // From evening to four o'clock and from there as slowly up again.
        let way = (second.abs_diff(FOUR) as f64 / (6 * HOUR) as f64).min(1.0);
        let lull = if self.lull > 0 { 0.4 } else { 1.0 };
        self.night * (self.evening / self.night).powf(way) * self.swing.exp() * lull
    }

    fn second(&mut self, dice: &mut Dice, second: u64) -> Vec<TrafficClass> {
        // Fights swing by a factor of 1.6 within about 8 minutes.
        self.swing += -self.swing / 480.0 + 0.5 * (2.0f64 / 480.0).sqrt() * dice.normal();
        self.lull = self.lull.saturating_sub(1);
        let kills = self.kills(second);
        for _ in 0..dice.poisson(kills) {
            self.later[0].push(TrafficClass::Attack);
            let assists = 1 + dice.poisson(2.5);
            for _ in 0..assists {
                self.later[usize::try_from(dice.below(3)).expect("small")].push(TrafficClass::Experience);
            }
        }
        let alone = dice.poisson(1.5 * kills);
        self.later[0].extend((0..alone).map(|_| TrafficClass::Experience));
        for _ in 0..dice.poisson(0.15 * kills) {
            let items = 1 + dice.poisson(1.0);
            self.later[0].extend((0..items).map(|_| TrafficClass::Character));
        }
        let logins = dice.poisson(0.1 * kills);
        self.later[0].extend((0..logins).map(|_| TrafficClass::Login));
        if dice.below(90 * 60) == 0 {
            self.lull = 180;
            self.later[0].extend([TrafficClass::World; 60]);
        }
        let now = std::mem::take(&mut self.later[0]);
        self.later.rotate_left(1);
        now
    }
}

/// A world, a class or everything stops at some second.
#[derive(Clone, Copy, Default)]
struct Stop {
    at: u64,
    world: Option<WorldId>,
    class: Option<TrafficClass>,
}

/// Runs from `from` to `until` and returns what was reported, with the second.
fn run(
    health: &mut Health,
    wars: &mut [War],
    dice: &mut Dice,
    from: u64,
    until: u64,
    stop: Option<Stop>,
) -> Vec<(u64, Change)> {
    let mut changes = Vec::new();
    for second in from..until {
        for war in wars.iter_mut() {
            for class in war.second(dice, second) {
                let now_ms = second * 1000 + dice.below(1000);
                let stopped = stop.is_some_and(|stop| {
                    second >= stop.at
                        && stop.world.is_none_or(|world| world == war.world)
                        && stop.class.is_none_or(|stopped| stopped == class)
                });
                if !stopped {
                    health.event(war.world, class, now_ms);
                }
            }
        }
        changes.extend(health.check(second * 1000 + 999).into_iter().map(|change| (second, change)));
    }
    changes
}

fn worlds() -> Vec<War> {
    vec![
        War::new(WorldId::OSPREY, 3.0, 0.3),
        War::new(WorldId::WAINWRIGHT, 4.0, 0.1),
        War::new(WorldId::SOLTECH, 0.6, 0.05),
        War::new(WorldId::GENUDINE, 0.5, 0.02),
        War::new(WorldId::CERES, 0.2, 0.008),
    ]
}

fn everything() -> Vec<Expected> {
    let class = |class| Expected { world: None, class, coverage: Coverage::Whole };
    TrafficClass::ALL.into_iter().map(class).collect()
}

fn whole() -> Health {
    let mut health = Health::new();
    health.expect(everything());
    health
}

/// When a silence of that world first reached the level, in seconds after `at`.
fn found(changes: &[(u64, Change)], at: u64, world: Option<WorldId>, level: Level) -> Option<(u64, Silence)> {
    changes.iter().find_map(|(second, change)| match change {
        Change::Silent(silence) if silence.world == world && silence.level == level => Some((second - at, *silence)),
        _ => None,
    })
}

#[test]
fn quiet_nights_raise_no_alarm() {
    let mut alarms = BTreeMap::new();
    for seed in 0..NIGHTS {
        // Every third night is learned as it comes, every third with the first priors.
        let mut health = if seed % 3 == 0 { Health::new() } else { whole() };
        let changes = run(&mut health, &mut worlds(), &mut Dice(seed), EVENING, MORNING, None);
        if !changes.is_empty() {
            alarms.insert(seed, changes);
        }
    }
    println!("{NIGHTS} nights of 8 hours, 5 worlds: {} with an alarm", alarms.len());
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn quiet_nights_have_no_holes_and_short_silences_of_a_link_are_some() {
    let (mut found, mut beside, mut silences) = (0, 0, 0);
    for seed in 0..NIGHTS {
        let (mut holes, mut dice, mut worlds) = (Holes::default(), Dice(seed), worlds());
        let mut expected = Vec::new();
        // Every ten minutes of the first hour of every other night, the link is silent for six seconds.
        for second in EVENING..MORNING {
            let is_silent = seed % 2 == 0 && second < EVENING + HOUR && second % 600 > 593;
            let at = Timestamp(second.try_into().unwrap());
            for war in &mut worlds {
                let world = war.world;
                for _ in war.second(&mut dice, second) {
                    if !is_silent {
                        holes.event(Some(world), at, second * 1000);
                    }
                }
            }
            if is_silent && second % 600 == 594 {
                expected.push(at);
                silences += 1;
            }
            for hole in holes.check(second * 1000) {
                assert!(expected.iter().any(|at| (hole.from..=hole.to).contains(at)), "{seed}: {hole:?}");
                *(if hole.world.is_none() { &mut found } else { &mut beside }) += 1;
            }
        }
    }
    println!("{found} of {silences} silences of six seconds found, and {beside} of single worlds beside them");
    assert_eq!(found, silences);
}

#[test]
fn learning_from_scratch_at_night_raises_no_alarm() {
    for seed in 100..300 {
        let mut health = if seed % 2 == 0 { whole() } else { Health::new() };
        let start = FOUR - HOUR + seed % 3 * HOUR / 2;
        let changes = run(&mut health, &mut worlds(), &mut Dice(seed), start, start + HOUR, None);
        assert!(changes.is_empty(), "{seed}: {changes:#?}");
    }
}

#[test]
fn a_world_that_becomes_silent_soon_after_the_start_is_found() {
    let mut times = Vec::new();
    for (start, seconds, limit) in [(EVENING, 15, 60), (EVENING, 30, 45), (EVENING, 60, 45), (FOUR - HOUR, 30, 120)] {
        for world in [WorldId::OSPREY, WorldId::WAINWRIGHT].into_iter().take(if start == EVENING { 2 } else { 1 }) {
            for seed in 0..6 {
                let (mut health, mut dice) = (Health::new(), Dice(seed));
                let at = start + seconds;
                let stop = Stop { at, world: Some(world), class: None };
                let changes = run(&mut health, &mut worlds(), &mut dice, start, at + limit, Some(stop));
                let (reported, _) = found(&changes, at, Some(world), Level::Report).unwrap();
                assert_eq!(changes.iter().filter(|(second, _)| *second < at).count(), 0, "{changes:?}");
                times.push((start / HOUR % 24, seconds, reported));
            }
        }
    }
    println!("silent world soon after the start (hour, after, reported after) in s: {times:?}");
}

#[test]
fn a_silent_world_is_found() {
    let (mut evening, mut night) = (Vec::new(), Vec::new());
    for seed in 0..6 {
        for (start, times) in [(EVENING, &mut evening), (FOUR - HOUR, &mut night)] {
            let (mut health, mut dice, mut wars) = (whole(), Dice(seed), worlds());
            let at = start + HOUR;
            let stop = Stop { at, world: Some(WorldId::OSPREY), class: None };
            let changes = run(&mut health, &mut wars, &mut dice, start, at + 600, Some(stop));
            let (reported, silence) = found(&changes, at, Some(WorldId::OSPREY), Level::Report).unwrap();
            let (acted, _) = found(&changes, at, Some(WorldId::OSPREY), Level::Act).unwrap();
            assert!(silence.since_ms.abs_diff(at * 1000) < 20_000, "{silence:?}");
            assert!(silence.evidence >= REPORT_EVIDENCE && silence.expected_lost >= silence.evidence);
            assert!(silence.classes.contains(TrafficClass::Experience));
            assert!(!silence.classes.contains(TrafficClass::World));
            times.push((reported, acted));
            let others = changes.iter().filter(|(_, change)| match change {
                Change::Silent(silence) => silence.world != Some(WorldId::OSPREY),
                _ => true,
            });
            assert_eq!(others.count(), 0, "{changes:#?}");
            let state = health.worlds().into_iter().find(|health| health.world == Some(WorldId::OSPREY)).unwrap().state;
            assert_eq!(state, WorldState::Silent(Level::Act));

            // It comes back.
            let changes = run(&mut health, &mut wars, &mut dice, at + 600, at + 720, None);
            let recovered = |change: &Change| matches!(change, Change::Recovered(back) if back.world == silence.world);
            assert!(changes.iter().any(|(_, change)| recovered(change)), "{changes:?}");
            assert!(health.silences().next().is_none());
        }
    }
    println!("silent world (reported, acted upon) after s: at 23:00 {evening:?}, at 4:00 {night:?}");
    assert!(evening.iter().all(|(reported, acted)| *reported <= 20 && *acted <= 60));
    assert!(night.iter().all(|(reported, acted)| *reported <= 180 && *acted <= 540));
}

#[test]
fn a_silent_link_is_found_sooner_and_gives_one_verdict() {
    let (mut evening, mut night) = (Vec::new(), Vec::new());
    for seed in 0..6 {
        for (start, times) in [(EVENING, &mut evening), (FOUR - HOUR, &mut night)] {
            let (mut health, mut dice) = (whole(), Dice(seed));
            let at = start + HOUR;
            let stop = Some(Stop { at, ..Stop::default() });
            let changes = run(&mut health, &mut worlds(), &mut dice, start, at + 1200, stop);
            assert_eq!(changes.len(), 2, "{changes:#?}");
            let (reported, silence) = found(&changes, at, None, Level::Report).unwrap();
            let learned = health.reports_after_ms().unwrap();
            assert!((reported * 1000).abs_diff(learned) <= 2000, "{reported} {learned}");
            let (acted, _) = found(&changes, at, None, Level::Act).unwrap();
            assert_eq!(silence.classes, FREQUENT.into_iter().collect());
            assert!(acted * 1000 <= 3 * learned, "{acted} {learned}");
            times.push((reported, acted));
        }
    }
    println!("silent link (reported, acted upon) after s: at 23:00 {evening:?}, at 4:00 {night:?}");
    assert!(evening.iter().all(|(_, acted)| *acted <= 20));
    assert!(night.iter().all(|(reported, acted)| *reported <= 60 && *acted <= 150));
}

#[test]
fn one_event_a_second_is_enough_to_find_a_silent_world_within_a_minute() {
    // One after the other, and two in pairs.
    for together in [1, 2] {
        for seed in 0..10 {
            let (mut health, mut dice) = (Health::new(), Dice(seed));
            let found = (0..2 * HOUR).find_map(|second| {
                let other = dice.poisson(2.0);
                (0..other).for_each(|_| health.event(WorldId::SOLTECH, TrafficClass::Attack, second * 1000));
                if second < HOUR {
                    let events = together * dice.poisson(1.0);
                    (0..events).for_each(|_| health.event(WorldId::OSPREY, TrafficClass::Experience, second * 1000));
                }
                let changes = health.check(second * 1000 + 999);
                assert!(changes.is_empty() || second >= HOUR, "{second}: {changes:?}");
                (!changes.is_empty()).then(|| second - HOUR)
            });
            assert!(found.unwrap() <= 60, "{together} {seed}: {found:?}");
        }
    }
}

#[test]
fn a_link_is_found_silent_minutes_after_its_start() {
    for minutes in [2, 10] {
        let (mut health, mut dice) = (whole(), Dice(1));
        let at = EVENING + minutes * 60;
        let changes =
            run(&mut health, &mut worlds(), &mut dice, EVENING, at + 120, Some(Stop { at, ..Stop::default() }));
        let (reported, _) = found(&changes, at, None, Level::Report).unwrap();
        println!("silent link, {minutes} min after the start: reported after {reported} s");
        assert!(reported <= 30);
    }
}

#[test]
fn a_busy_world_that_stops_does_not_make_the_quiet_rest_of_the_link_look_silent() {
    for seed in 0..10 {
        let (mut health, mut dice) = (Health::new(), Dice(seed));
        let mut wars = vec![War::new(WorldId::OSPREY, 4.0, 4.0), War::new(WorldId::CERES, 0.03, 0.03)];
        let at = EVENING + HOUR;
        let stop = Stop { at, world: Some(WorldId::OSPREY), class: None };
        let changes = run(&mut health, &mut wars, &mut dice, EVENING, at + 2 * HOUR, Some(stop));
        assert!(found(&changes, at, Some(WorldId::OSPREY), Level::Act).is_some(), "{changes:#?}");
        let late = |second: u64, change: &Change| {
            second > at + 120 && !matches!(change, Change::Silent(silence) if silence.world == Some(WorldId::OSPREY))
        };
        assert!(!changes.iter().any(|(second, change)| late(*second, change)), "{seed}: {changes:#?}");
    }
}

#[test]
fn a_class_that_stops_on_all_worlds_is_one_silence() {
    let (mut health, mut dice) = (whole(), Dice(3));
    let at = EVENING + HOUR;
    let stop = Stop { at, world: None, class: Some(TrafficClass::Experience) };
    let changes = run(&mut health, &mut worlds(), &mut dice, EVENING, at + 900, Some(stop));
    let (reported, silence) = found(&changes, at, None, Level::Report).unwrap();
    println!("a class silent on all worlds: reported after {reported} s");
    assert!(reported <= 15);
    assert_eq!(silence.classes, [TrafficClass::Experience].into_iter().collect());
    assert_eq!(changes.len(), 2, "{changes:#?}");
}

#[test]
fn a_class_that_stops_on_one_world_is_found() {
    let (mut health, mut dice) = (whole(), Dice(4));
    let at = EVENING + HOUR;
    let stop = Stop { at, world: Some(WorldId::OSPREY), class: Some(TrafficClass::Attack) };
    let changes = run(&mut health, &mut worlds(), &mut dice, EVENING, at + 300, Some(stop));
    let (reported, silence) = found(&changes, at, Some(WorldId::OSPREY), Level::Report).unwrap();
    println!("a class silent on one world: reported after {reported} s");
    assert!(reported <= 60);
    assert_eq!(silence.classes, [TrafficClass::Attack].into_iter().collect());
}

#[test]
fn a_world_that_is_announced_down_is_not_silent() {
    let (mut health, mut dice, mut wars) = (whole(), Dice(5), worlds());
    let at = EVENING + HOUR;
    let stop = Some(Stop { at, world: Some(WorldId::OSPREY), class: None });
    assert!(run(&mut health, &mut wars, &mut dice, EVENING, at, None).is_empty());
    // The heartbeat tells it somewhat later than the silence does.
    let changes = run(&mut health, &mut wars, &mut dice, at, at + 30, stop);
    assert!(found(&changes, at, Some(WorldId::OSPREY), Level::Report).is_some());
    health.set_online(WorldId::OSPREY, false);
    let changes = run(&mut health, &mut wars, &mut dice, at + 30, at + 2 * HOUR, stop);
    assert!(matches!(changes[..], [(_, Change::Withdrawn(silence))] if silence.world == Some(WorldId::OSPREY)));
    let state =
        |health: &Health| health.worlds().into_iter().find(|known| known.world == Some(WorldId::OSPREY)).unwrap().state;
    assert_eq!(state(&health), WorldState::Down);

    // Up again, and still empty: a grace period, and then the prior.
    health.set_online(WorldId::OSPREY, true);
    let up = at + 2 * HOUR;
    let changes = run(&mut health, &mut wars, &mut dice, up, up + HOUR / 2, stop);
    let (reported, silence) = found(&changes, up, Some(WorldId::OSPREY), Level::Report).unwrap();
    assert!((14 * 60..17 * 60).contains(&reported), "{reported}");
    assert!(silence.since_ms.abs_diff(up * 1000) < 2000, "{silence:?}");
}

#[test]
fn a_world_that_delivers_is_not_down() {
    let (mut health, mut dice, mut wars) = (whole(), Dice(6), worlds());
    health.set_online(WorldId::OSPREY, false);
    let at = EVENING + HOUR;
    assert!(run(&mut health, &mut wars, &mut dice, EVENING, at, None).is_empty());
    // Repeated with every heartbeat.
    health.set_online(WorldId::OSPREY, false);
    let stop = Some(Stop { at, world: Some(WorldId::OSPREY), class: None });
    let changes = run(&mut health, &mut wars, &mut dice, at, at + 60, stop);
    assert!(found(&changes, at, Some(WorldId::OSPREY), Level::Report).is_some());
}

#[test]
fn time_not_spent_listening_is_no_silence() {
    let (mut health, mut dice, mut wars) = (whole(), Dice(7), worlds());
    let mut at = EVENING + HOUR;
    assert!(run(&mut health, &mut wars, &mut dice, EVENING, at, None).is_empty());
    // The link is closed for five minutes, with checks going on.
    for second in at..at + 300 {
        health.not_listening(1000);
        assert!(health.check(second * 1000 + 999).is_empty());
    }
    at += 300;
    assert!(run(&mut health, &mut wars, &mut dice, at, at + 300, None).is_empty());
    // The loop stands still for a minute, and nobody says so.
    at += 360;
    assert!(health.check(at * 1000).is_empty());
    assert!(run(&mut health, &mut wars, &mut dice, at, at + 300, None).is_empty());
    // Told in one piece.
    at += 3600 + 300;
    health.not_listening(3_600_000);
    assert!(health.check(at * 1000).is_empty());
    assert!(run(&mut health, &mut wars, &mut dice, at, at + 300, None).is_empty());
}

#[test]
fn a_continent_lock_and_nothing_else_is_no_silence() {
    let mut health = Health::new();
    let mut changes = Vec::new();
    for second in 0..8 * HOUR {
        if second % (2 * HOUR) == 60 {
            (0..70).for_each(|_| health.event(WorldId::SOLTECH, TrafficClass::World, second * 1000));
        }
        changes.extend(health.check(second * 1000 + 500));
    }
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_burst_of_experience_and_nothing_else_is_no_silence() {
    let mut health = Health::new();
    for second in 0..8 * HOUR {
        if second < 3 {
            (0..500).for_each(|_| health.event(WorldId::SOLTECH, TrafficClass::Experience, second * 1000));
        }
        assert!(health.check(second * 1000 + 500).is_empty(), "{second}");
    }
}

#[test]
fn five_characters_may_log_out() {
    for seed in 0..20 {
        let mut health = Health::new();
        let coverage = Coverage::Characters(5);
        health.expect([TrafficClass::Experience, TrafficClass::Attack, TrafficClass::Login].map(|class| Expected {
            world: Some(WorldId::OSPREY),
            class,
            coverage,
        }));
        let mut dice = Dice(seed);
        // A squad: they play for an hour or two, and log out together.
        let mut playing = 3600;
        for second in 0..8 * HOUR {
            let now_ms = second * 1000;
            match second {
                _ if second < playing => {
                    for _ in 0..dice.poisson(0.3) {
                        health.event(WorldId::OSPREY, TrafficClass::Experience, now_ms);
                    }
                    if dice.below(60) == 0 {
                        health.event(WorldId::OSPREY, TrafficClass::Attack, now_ms);
                    }
                }
                _ if second == playing + HOUR => playing = second + 2 * HOUR,
                _ => {}
            }
            assert_eq!(health.check(now_ms + 999), [], "{seed}: {second}");
        }
    }
}

#[test]
fn matches_on_jaeger_end() {
    let mut health = whole();
    let mut dice = Dice(8);
    let mut wars = worlds();
    wars.push(War::new(WorldId::JAEGER, 3.0, 3.0));
    let stop = Stop { at: EVENING + HOUR, world: Some(WorldId::JAEGER), class: None };
    assert_eq!(run(&mut health, &mut wars, &mut dice, EVENING, EVENING + 3 * HOUR, Some(stop)), []);
}

#[test]
fn worlds_that_were_never_heard_are_missed_after_minutes_if_they_are_live() {
    let mut health = whole();
    let mut changes = Vec::new();
    for second in 0..7200 {
        // Something proves that the link lives.
        health.event(WorldId::GENUDINE, TrafficClass::World, second * 1000);
        changes.extend(health.check(second * 1000 + 500).into_iter().map(|change| (second, change)));
    }
    let silent: Vec<_> = changes
        .iter()
        .map(|(second, change)| match change {
            Change::Silent(silence) => (*second, silence.world, silence.level),
            other => panic!("{other:?}"),
        })
        .collect();
    let worlds: Vec<_> = silent.iter().map(|(_, world, _)| *world).collect();
    for world in [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH] {
        assert!(worlds.contains(&Some(world)), "{silent:?}");
    }
    assert!(
        silent.iter().all(|(second, _, level)| (240..400).contains(second) && *level == Level::Report),
        "{silent:?}"
    );
}

#[test]
fn a_silence_that_a_sibling_does_not_share_is_the_links_fault() {
    let (mut dead, mut alive) = (whole(), whole());
    let at = EVENING + HOUR;
    let stop = Some(Stop { at, ..Stop::default() });
    let changes = run(&mut dead, &mut worlds(), &mut Dice(9), EVENING, at + 60, stop);
    run(&mut alive, &mut worlds(), &mut Dice(9), EVENING, at + 60, None);
    let (_, silence) = found(&changes, at, None, Level::Report).unwrap();
    assert_eq!(silence.blame([&alive]), Blame::Link);
    assert_eq!(silence.blame([&dead]), Blame::Unknown);
    assert_eq!(silence.blame([]), Blame::Unknown);
}

#[test]
fn what_is_no_longer_subscribed_is_not_missed() {
    let (mut health, mut dice) = (whole(), Dice(10));
    let at = EVENING + HOUR;
    assert_eq!(run(&mut health, &mut worlds(), &mut dice, EVENING, at, None), []);
    // Only logins are left.
    health.expect([Expected { world: None, class: TrafficClass::Login, coverage: Coverage::Whole }]);
    let mut wars = worlds();
    for second in at..at + HOUR {
        for war in &mut wars {
            for class in war.second(&mut dice, second) {
                if class == TrafficClass::Login {
                    health.event(war.world, class, second * 1000);
                }
            }
        }
        assert_eq!(health.check(second * 1000 + 999), [], "{second}");
    }
}

#[test]
fn a_silence_outlasts_reconnections() {
    let mut health = whole();
    let (mut wars, mut dice) = (worlds(), Dice(3));
    let at = EVENING + 40;
    run(&mut health, &mut wars, &mut dice, EVENING, at, None);
    let stop = Some(Stop { at, world: Some(WorldId::OSPREY), class: None });
    let mut changes = Vec::new();
    for second in (at..at + 60).step_by(5) {
        changes.extend(run(&mut health, &mut wars, &mut dice, second, second + 5, stop));
        health.not_listening(300);
        health.expect(everything());
    }
    assert!(found(&changes, at, Some(WorldId::OSPREY), Level::Report).is_some(), "{changes:?}");
}

#[test]
fn worlds_beyond_the_limit_share_an_entry() {
    let mut health = Health::new();
    for second in 0..600 {
        for world in 0..100 {
            health.event(WorldId(world), TrafficClass::Attack, second * 1000);
        }
        health.check(second * 1000 + 500);
    }
    let worlds = health.worlds();
    assert_eq!(worlds.len(), MAX_WORLDS + 1);
    assert_eq!(worlds[MAX_WORLDS].world, None);
    assert_eq!(worlds[MAX_WORLDS].state, WorldState::Unwatched);
    assert_eq!(worlds[MAX_WORLDS].classes[1].events, 600 * (100 - MAX_WORLDS as u64));
    assert!((worlds[0].classes[1].per_second - 1.0).abs() < 0.05);
}

#[test]
fn every_kind_from_a_link_has_a_class() {
    assert_eq!(TrafficClass::of(EventKind::GainExperience), Some(TrafficClass::Experience));
    assert_eq!(TrafficClass::of(EventKind::VehicleDestroy), Some(TrafficClass::Attack));
    assert_eq!(TrafficClass::of(EventKind::BattleRankUp), Some(TrafficClass::Character));
    assert_eq!(TrafficClass::of(EventKind::PlayerLogout), Some(TrafficClass::Login));
    assert_eq!(TrafficClass::of(EventKind::FacilityControl), Some(TrafficClass::World));
    assert_eq!(TrafficClass::of(EventKind::Unknown), Some(TrafficClass::World));
    assert_eq!(TrafficClass::of(EventKind::Connected), None);
}

#[derive(Clone, Debug)]
enum Call {
    Event(u32, usize, u64),
    Check(u64),
    Away(u64),
    Online(u32, bool),
    Expect(Vec<(Option<u32>, usize, u32)>),
    Relearn,
}

fn call() -> impl Strategy<Value = Call> {
    let world = prop_oneof![Just(1u32), Just(40), Just(19), 0..80u32, any::<u32>()];
    let time = prop_oneof![0..100_000_000u64, any::<u64>()];
    prop_oneof![
        (world.clone(), 0..5usize, time.clone()).prop_map(|(world, class, at)| Call::Event(world, class, at)),
        time.clone().prop_map(Call::Check),
        time.prop_map(Call::Away),
        (world.clone(), any::<bool>()).prop_map(|(world, online)| Call::Online(world, online)),
        prop::collection::vec((prop::option::of(world), 0..5usize, any::<u32>()), 0..6).prop_map(Call::Expect),
        Just(Call::Relearn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_calls_breaks_it(calls in prop::collection::vec(call(), 0..200)) {
        let mut health = Health::new();
        let mut active: Vec<Silence> = Vec::new();
        let same = |one: &Silence, other: &Silence| {
            (one.world, one.classes, one.since_ms) == (other.world, other.classes, other.since_ms)
        };
        for call in calls {
            match call {
                Call::Event(world, class, at) => health.event(WorldId(world), TrafficClass::ALL[class], at),
                Call::Away(ms) => health.not_listening(ms),
                Call::Online(world, online) => health.set_online(WorldId(world), online),
                Call::Relearn => health.relearn(),
                Call::Expect(expected) => health.expect(expected.into_iter().map(|(world, class, count)| Expected {
                    world: world.map(WorldId),
                    class: TrafficClass::ALL[class],
                    coverage: match count % 3 {
                        0 => Coverage::Whole,
                        1 => Coverage::Part,
                        _ => Coverage::Characters(count),
                    },
                })),
                Call::Check(at) => for change in health.check(at) {
                    match change {
                        Change::Silent(silence) => {
                            prop_assert!(silence.evidence.is_finite() && silence.expected_lost.is_finite());
                            let least = if silence.level == Level::Act { ACT_EVIDENCE } else { REPORT_EVIDENCE };
 prop_assert!(silence.evidence >= least);
                            active.retain(|other| !same(other, &silence));
                            active.push(silence);
                        }
                        Change::Recovered(silence) | Change::Withdrawn(silence) => {
                            prop_assert!(active.iter().any(|other| same(other, &silence)));
                            active.retain(|other| !same(other, &silence));
                        }
                    }
                },
            }
            prop_assert_eq!(health.silences().count(), active.len());
            prop_assert!(health.worlds().len() <= MAX_WORLDS + 1);
        }
    }
}
