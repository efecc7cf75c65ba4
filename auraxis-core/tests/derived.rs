//! The trackers of derived events, one rule at a time, and the subscriptions of derived events.

use auraxis_core::{
    derived::Trackers, event::*, frame::Frame, id::*, interest::Interest, scope::Scope, subscription::Subscription,
    time::Timestamp,
};

const WORLD: WorldId = WorldId(1);

/// An event in zone 2 of world 1.
fn event(name: &str, at: i64, fields: &str) -> Event {
    let zone = if name.starts_with("PlayerLog") { "" } else { r#""zone_id":"2","# };
    let frame = format!(r#"{{"payload":{{{zone}{fields}"event_name":"{name}","timestamp":"{at}","world_id":"1"}}}}"#);
    match Frame::parse(&frame) {
        Ok(Frame::Event(event)) if event.kind() != EventKind::Unknown => event,
        other => panic!("{frame}: {other:?}"),
    }
}

fn login(at: i64) -> Event {
    event("PlayerLogin", at, r#""character_id":"5","#)
}

fn logout(at: i64) -> Event {
    event("PlayerLogout", at, r#""character_id":"5","#)
}

/// An alert with the instance 7 and the type 147, which lasts 90 minutes.
fn alert(at: i64, state: u32, [vs, nc, tr]: [u32; 3]) -> Event {
    let scores = format!(r#""faction_vs":"{vs}","faction_nc":"{nc}","faction_tr":"{tr}","experience_bonus":"25","#);
    let ids = r#""instance_id":"7","metagame_event_id":"147","metagame_event_state_name":"","#;
    event("MetagameEvent", at, &format!(r#"{scores}{ids}"metagame_event_state":"{state}","#))
}

fn control(at: i64, old: u32, new: u32) -> Event {
    let factions = format!(r#""old_faction_id":"{old}","new_faction_id":"{new}","#);
    event("FacilityControl", at, &format!(r#"{factions}"facility_id":"9","outfit_id":"0","duration_held":"60","#))
}

fn participant(name: &str, at: i64, character: u64) -> Event {
    event(name, at, &format!(r#""character_id":"{character}","facility_id":"9","outfit_id":"0","#))
}

fn gain(at: i64, character: u64, team: u32) -> Event {
    let fields = format!(r#""character_id":"{character}","team_id":"{team}","loadout_id":"0","#);
    event("GainExperience", at, &format!(r#"{fields}"amount":"1","experience_id":"1","other_id":"0","#))
}

fn gap(from: i64, to: Option<i64>) -> Gap {
    let missing = (Scope::All, KindSet::ALL);
    Gap::new(Timestamp(from), 1, missing, (Timestamp(from), to.map(Timestamp)), GapCause::Disconnected, None)
}

/// Trackers for all kinds, with the time of the latest event.
struct Bench {
    trackers: Trackers,
    latest: i64,
    derived: Vec<Event>,
}

impl Bench {
    fn new() -> Self {
        let mut trackers = Trackers::default();
        trackers.add(&Interest::new(EventKind::DERIVED.iter().copied().map(Selector::Kind)));
        Self { trackers, latest: 0, derived: Vec::new() }
    }

    fn observe(&mut self, events: impl IntoIterator<Item = Event>) -> &mut Self {
        for event in events {
            self.latest = event.timestamp().map_or(self.latest, |at| at.0.max(self.latest));
            self.trackers.observe(&event, Timestamp(self.latest), &mut self.derived);
        }
        self
    }

    fn gap(&mut self, gap: &Gap) -> &mut Self {
        self.trackers.gap(gap);
        self
    }

    /// Advances the time, and returns what has been derived, without reports of the population.
    fn at(&mut self, now: i64) -> Vec<Event> {
        self.latest = now;
        self.trackers.advance(Timestamp(now), &mut self.derived);
        self.derived.extract_if(.., |event| event.kind() != EventKind::PopulationReport).collect()
    }

    fn ends(&mut self, now: i64) -> Vec<SessionEnd> {
        self.at(now).iter().filter_map(SessionEnd::downcast_ref).cloned().collect()
    }

    fn reports(&mut self, now: i64) -> Vec<PopulationReport> {
        self.at(now);
        self.derived.drain(..).filter_map(|event| PopulationReport::downcast_ref(&event).cloned()).collect()
    }
}

fn seconds(end: &SessionEnd) -> Option<u64> {
    end.duration.map(|duration| duration.as_secs())
}

#[test]
fn a_session_lasts_from_login_to_logout_in_any_order_of_receipt() {
    for events in [[login(100), logout(103)], [logout(103), login(100)]] {
        let mut bench = Bench::new();
        let derived = bench.observe(events).at(110);
        let [Event::SessionStart(start), Event::SessionEnd(end)] = &derived[..] else { panic!("{derived:?}") };
        assert_eq!((start.timestamp, start.character_id, start.world_id), (Timestamp(100), CharacterId(5), WORLD));
        assert_eq!((end.timestamp, end.started, seconds(end)), (Timestamp(103), Some(Timestamp(100)), Some(3)));
        assert_eq!((end.cause, end.gap), (SessionEndCause::Logout, false));
    }
}

#[test]
fn a_login_that_overtakes_the_logout_before_it_does_not_split_the_session() {
    let mut bench = Bench::new();
    let ends = bench.observe([login(100), login(210), logout(208), logout(300)]).ends(400);
    let ends: Vec<_> = ends.iter().map(|end| (end.timestamp.0, seconds(end), end.cause)).collect();
    assert_eq!(ends, [(208, Some(108), SessionEndCause::Logout), (300, Some(90), SessionEndCause::Logout)]);
}

#[test]
fn a_character_that_returns_within_the_second_has_logged_out_first() {
    for relog in [[login(200), logout(200)], [logout(200), login(200)]] {
        let mut bench = Bench::new();
        let ends = bench.observe([login(100)]).observe(relog).observe([logout(300)]).ends(400);
        let ends: Vec<_> = ends.iter().map(|end| (end.started.map(|at| at.0), end.timestamp.0)).collect();
        assert_eq!(ends, [(Some(100), 200), (Some(200), 300)]);
    }
}

#[test]
fn duplicates_derive_nothing() {
    let mut bench = Bench::new();
    let events = [login(100), login(100), logout(200), logout(200)];
    assert_eq!(bench.observe(events).at(210).len(), 2);
    assert_eq!(bench.observe([logout(200), login(100)]).at(220), []);
    assert_eq!(bench.trackers.counts().stale, 4);
}

#[test]
fn a_session_without_a_logout_ends_with_the_next_login_and_says_so() {
    for (gap, cause) in [(None, SessionEndCause::Relogin), (Some(gap(150, Some(160))), SessionEndCause::Gap)] {
        let mut bench = Bench::new();
        bench.observe([login(100)]);
        if let Some(gap) = &gap {
            bench.gap(gap);
        }
        let derived = bench.observe([login(500)]).at(600);
        let [_, Event::SessionEnd(end), Event::SessionStart(_)] = &derived[..] else { panic!("{derived:?}") };
        assert_eq!((end.cause, end.timestamp, end.duration, end.gap), (cause, Timestamp(500), None, gap.is_some()));
    }
}

#[test]
fn a_session_without_any_further_event_ends_after_a_day() {
    let mut bench = Bench::new();
    bench.observe([login(100)]);
    assert_eq!(bench.ends(100 + 86_399), []);
    let ends = bench.ends(100 + 86_400);
    assert_eq!((ends.len(), ends[0].cause, ends[0].duration), (1, SessionEndCause::Timeout, None));
    let ends = bench.observe([logout(100 + 90_000)]).ends(200_000);
    assert_eq!((ends.len(), ends[0].started), (1, None));
}

#[test]
fn a_session_with_a_gap_in_it_is_marked() {
    let mut bench = Bench::new();
    let ends = bench.observe([login(100)]).gap(&gap(150, Some(160))).observe([logout(500)]).ends(600);
    assert_eq!((ends[0].gap, seconds(&ends[0])), (true, Some(400)));
    // The login of another character may be missing, but not this one.
    let ends = bench.observe([login(700), logout(800)]).ends(900);
    assert!(!ends[0].gap);
}

#[test]
fn a_logout_without_a_login_has_no_duration_and_is_marked_after_a_gap() {
    let mut bench = Bench::new();
    let ends = bench.observe([logout(100)]).ends(200);
    assert_eq!((ends[0].started, ends[0].duration, ends[0].gap), (None, None, false));
    let ends = bench.gap(&gap(250, None)).observe([logout(300)]).ends(400);
    assert_eq!((ends[0].started, ends[0].gap), (None, true));
}

#[test]
fn sessions_beyond_the_limit_are_evicted_and_counted() {
    let mut bench = Bench::new();
    for id in 0..131_172_i64 {
        let fields = format!(r#""character_id":"{}","#, id + 1);
        bench.observe([event("PlayerLogin", 100 + id / 1_000, &fields)]);
    }
    bench.at(1_000);
    assert_eq!(bench.trackers.counts().evicted, 100);
    let logout = |id: u64| event("PlayerLogout", 1_000, &format!(r#""character_id":"{id}","#));
    let ends = bench.observe([logout(100), logout(101)]).ends(2_000);
    assert_eq!(ends.iter().map(|end| end.started.is_some()).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn sessions_that_are_no_longer_wanted_are_forgotten() {
    let (mut trackers, mut derived) = (Trackers::default(), Vec::new());
    let of = |id: u64| Interest {
        characters: [CharacterId(id)].into_iter().collect(),
        ..Interest::new([SessionEnd::selector()])
    };
    trackers.add(&of(5));
    trackers.add(&of(6));
    trackers.observe(&login(100), Timestamp(100), &mut derived);
    trackers.observe(&event("PlayerLogin", 100, r#""character_id":"7","#), Timestamp(100), &mut derived);
    trackers.advance(Timestamp(200), &mut derived);
    assert_eq!(derived.len(), 1, "only the wanted character: {derived:?}");
    trackers.remove(&of(5));
    assert!(trackers.is_needed());
    trackers.add(&of(5));
    // A logout could have been missed meanwhile.
    derived.clear();
    trackers.observe(&logout(300), Timestamp(300), &mut derived);
    trackers.advance(Timestamp(400), &mut derived);
    assert_eq!(SessionEnd::downcast_ref(&derived[0]).unwrap().started, None);
    trackers.remove(&of(5));
    trackers.remove(&of(6));
    assert!(!trackers.is_needed());
}

#[test]
fn an_alert_ends_with_its_scores_and_its_winner() {
    let mut bench = Bench::new();
    let derived =
        bench.observe([alert(100, 135, [0; 3]), alert(100, 135, [0; 3]), alert(900, 138, [10, 50, 40])]).at(901);
    let [Event::AlertStart(start), Event::AlertEnd(end)] = &derived[..] else { panic!("{derived:?}") };
    assert_eq!((start.timestamp.0, start.max_duration.unwrap().as_secs()), (100, 5_400));
    assert_eq!((end.timestamp.0, end.duration.unwrap().as_secs(), end.winner), (900, 800, Some(FactionId::NC)));
    assert_eq!((end.cause, end.zone_id, end.gap), (AlertEndCause::Ended, Some(ZoneId(2)), false));
    assert_eq!(end.scores.unwrap().tr.to_bits(), 40_f32.to_bits());
    assert_eq!(bench.observe([alert(900, 138, [10, 50, 40]), alert(100, 135, [0; 3])]).at(1_000), []);
}

#[test]
fn a_draw_and_a_canceled_alert_have_no_winner() {
    for (state, scores) in [(138, [40, 40, 20]), (137, [10, 50, 40])] {
        let derived = Bench::new().observe([alert(100, 135, [0; 3]), alert(900, state, scores)]).at(901);
        assert_eq!(AlertEnd::downcast_ref(&derived[1]).unwrap().winner, None);
    }
}

#[test]
fn an_alert_without_an_end_is_overdue_after_its_duration_and_ends_once() {
    let mut bench = Bench::new();
    bench.observe([alert(100, 135, [0; 3])]).gap(&gap(5_000, Some(6_000)));
    assert_eq!(bench.at(100 + 5_400 + 299).len(), 1);
    let derived = bench.at(100 + 5_400 + 300);
    let [Event::AlertEnd(end)] = &derived[..] else { panic!("{derived:?}") };
    assert_eq!((end.cause, end.gap, end.winner, end.scores), (AlertEndCause::Overdue, true, None, None));
    assert_eq!(bench.observe([alert(5_500, 138, [10, 50, 40])]).at(7_000), []);
}

#[test]
fn an_alert_that_is_recovered_later_is_not_overdue_before_its_end_is() {
    let mut bench = Bench::new();
    bench.at(50_000);
    let derived = bench.observe([alert(100, 135, [0; 3])]).at(50_299);
    let [Event::AlertStart(_)] = &derived[..] else { panic!("{derived:?}") };
    let derived = bench.observe([alert(5_500, 138, [10, 50, 40])]).at(50_300);
    let [Event::AlertEnd(end)] = &derived[..] else { panic!("{derived:?}") };
    assert_eq!(end.cause, AlertEndCause::Ended);
}

#[test]
fn a_capture_has_its_participants_in_any_order_of_receipt() {
    let capture = |at, character| participant("PlayerFacilityCapture", at, character);
    let events = [
        capture(99, 7),
        capture(101, 5),
        control(100, 3, 2),
        capture(100, 6),
        capture(100, 6),
        // Of another capture, and not of a capture.
        capture(104, 8),
        participant("PlayerFacilityDefend", 100, 9),
    ];
    for turn in 0..events.len() {
        let mut events = events.clone();
        events.rotate_left(turn);
        let derived = Bench::new().observe(events).at(120);
        let [Event::FacilityCapture(capture)] = &derived[..] else { panic!("{derived:?}") };
        assert_eq!(*capture.participants, [5, 6, 7].map(CharacterId));
        assert_eq!((capture.old_faction_id, capture.new_faction_id), (FactionId::TR, FactionId::NC));
        assert_eq!((capture.held.unwrap().as_secs(), capture.outfit_id, capture.gap), (60, None, false));
    }
}

#[test]
fn a_defense_has_the_defenders_and_a_duplicate_derives_nothing() {
    let mut bench = Bench::new();
    let events = [control(100, 2, 2), participant("PlayerFacilityDefend", 100, 5), control(100, 2, 2)];
    let derived = bench.observe(events).at(105);
    let [Event::FacilityDefence(defence)] = &derived[..] else { panic!("{derived:?}") };
    assert_eq!((&*defence.participants, defence.faction_id), (&[CharacterId(5)][..], FactionId::NC));
    assert_eq!(bench.observe([control(100, 2, 2)]).at(200), []);
}

#[test]
fn a_capture_in_a_gap_or_at_the_end_is_marked() {
    let mut bench = Bench::new();
    let derived = bench.observe([control(100, 3, 2)]).gap(&gap(102, None)).at(105);
    assert!(FacilityCapture::downcast_ref(&derived[0]).unwrap().gap);
    bench.gap(&gap(102, Some(105))).observe([control(200, 3, 1)]);
    bench.trackers.flush(&mut bench.derived);
    let derived = bench.at(200);
    assert!(FacilityCapture::downcast_ref(&derived[0]).unwrap().gap, "participants may have followed");
}

#[test]
fn the_population_counts_active_characters_by_side() {
    let mut bench = Bench::new();
    bench.observe([gain(600, 1, 1), gain(601, 2, 2), gain(602, 3, 2), gain(600, 4, 0), gain(604, 3, 2)]);
    let reports = bench.reports(660);
    assert_eq!(reports.len(), 1);
    let PopulationReport { timestamp, world_id, zone_id, vs, nc, tr, unknown, from, gap, .. } = reports[0];
    assert_eq!((timestamp, world_id, zone_id, from), (Timestamp(660), WORLD, ZoneId(2), Timestamp(600)));
    assert_eq!(((vs, nc, tr, unknown), gap, reports[0].total()), ((1, 2, 0, 1), false, 4));
    // One logs out, one goes on, and the others are idle.
    bench.observe([event("PlayerLogout", 670, r#""character_id":"1","#)]);
    let counts = |reports: Vec<PopulationReport>| -> Vec<_> {
        reports.iter().map(|report| (report.timestamp.0, report.vs, report.nc, report.unknown)).collect()
    };
    assert_eq!(counts(bench.reports(720)), [(720, 0, 2, 1)]);
    bench.observe([gain(1_000, 2, 2)]);
    let reports = counts(bench.reports(1_500));
    assert_eq!(reports[reports.len() - 2..], [(1_440, 0, 2, 1), (1_500, 0, 2, 0)], "15 minutes after the last event");
    assert_eq!(counts(bench.reports(1_560)), [(1_560, 0, 1, 0)]);
    let last = counts(bench.reports(5_000));
    assert_eq!(last.last(), Some(&(1_920, 0, 0, 0)), "one report with zeros, then none");
}

#[test]
fn a_gap_within_the_interval_of_a_report_marks_it() {
    let mut bench = Bench::new();
    bench.observe([gain(600, 1, 1)]).gap(&gap(610, Some(611)));
    assert!(bench.reports(660)[0].gap);
    assert!(!bench.observe([gain(1_530, 1, 1)]).reports(1_560).last().unwrap().gap);
}

#[test]
fn gaps_of_dropped_events_mark_nothing() {
    let mut bench = Bench::new();
    let mut dropped = gap(150, None);
    dropped.cause = GapCause::Dropped;
    let ends = bench.observe([login(100)]).gap(&dropped).observe([logout(500)]).ends(600);
    assert!(!ends[0].gap);
}

#[test]
fn a_derived_event_subscribes_to_what_it_is_made_of() {
    let kinds = |kinds: &[EventKind]| kinds.iter().copied().map(Selector::Kind).collect();
    let worlds: Scope<WorldId> = [WORLD].into_iter().collect();
    let characters: Scope<CharacterId> = [CharacterId(5)].into_iter().collect();
    let zones: Scope<ZoneId> = [ZoneId(2)].into_iter().collect();

    let end = Interest { characters: characters.clone(), ..Interest::new([SessionEnd::selector()]) };
    let subscription = Subscription::covering([&end]);
    assert_eq!(subscription.events, kinds(&[EventKind::PlayerLogin, EventKind::PlayerLogout]));
    assert_eq!((&subscription.characters, &subscription.worlds), (&characters, &Scope::none()));
    assert!(subscription.admits(&login(1)) && end.needs_link());

    let end = Interest { worlds: worlds.clone(), zones: zones.clone(), ..Interest::new([AlertEnd::selector()]) };
    let subscription = Subscription::covering([&end]);
    assert_eq!(subscription.events, kinds(&[EventKind::MetagameEvent]));
    assert_eq!((&subscription.characters, &subscription.worlds), (&Scope::none(), &worlds));

    let capture = Interest { worlds: worlds.clone(), zones, ..Interest::new([FacilityCapture::selector()]) };
    let subscription = Subscription::covering([&capture]);
    assert_eq!(subscription.events, kinds(&[EventKind::FacilityControl, EventKind::PlayerFacilityCapture]));
    assert_eq!((&subscription.characters, &subscription.worlds), (&Scope::All, &worlds));
    assert!(subscription.characters_and_worlds);

    // An event without the property that a filter checks never passes it, so nothing is needed.
    let impossible = Interest { characters, ..Interest::new([PopulationReport::selector()]) };
    assert!(Subscription::covering([&impossible]).is_empty() && !impossible.needs_link());
}

#[test]
fn every_derived_kind_is_made_of_events_of_the_game() {
    for kind in EventKind::DERIVED {
        assert!(!kind.made_of().is_empty() && kind.made_of().iter().all(|kind| kind.is_from_game()), "{kind:?}");
        assert!(kind.has_world() && kind.needs_link() && !kind.is_from_game(), "{kind:?}");
    }
    for kind in EventKind::ALL.iter().chain(EventKind::SIGNALS) {
        assert!(kind.made_of().is_empty(), "{kind:?}");
    }
}
