//! Recovery of missed events from REST.

use auraxis_core::{
    census::Verb,
    event::{
        Event, EventKind, KindSet, Selector,
        signal::{Gap, GapCause},
    },
    frame::Frame,
    id::{CharacterId, WorldId},
    interest::Interest,
    ps2::EventRecord,
    scope::Scope,
    stream::{Backfill, BackfillRequest, MAX_CHARACTERS, Recency, Recent},
    time::Timestamp,
};

/// Pairs of a row and the payload of the same event. Only the alert of a row is from the real server; the fields of the
/// others are those that are documented for the collection.
const PAIRS: &[(&str, &str)] = &[
    (
        r#"{"achievement_id":"90015","character_id":"5428010618015189713","timestamp":"1700000000","zone_id":"2","world_id":"10","event_type":"AchievementEarned","table_type":"achievement"}"#,
        r#"{"achievement_id":"90015","character_id":"5428010618015189713","event_name":"AchievementEarned","timestamp":"1700000000","world_id":"10","zone_id":"2"}"#,
    ),
    (
        r#"{"battle_rank":"42","character_id":"5428010618015189713","timestamp":"1700000000","zone_id":"2","world_id":"10","event_type":"BattleRankUp","table_type":"battle_rank"}"#,
        r#"{"battle_rank":"42","character_id":"5428010618015189713","event_name":"BattleRankUp","timestamp":"1700000000","world_id":"10","zone_id":"2"}"#,
    ),
    (
        r#"{"attacker_character_id":"5428010618015189713","attacker_fire_mode_id":"278","attacker_loadout_id":"6","attacker_vehicle_id":"0","attacker_weapon_id":"80","character_id":"5428010618035323201","character_loadout_id":"11","is_critical":"0","is_headshot":"1","timestamp":"1700000000","zone_id":"2","world_id":"10","event_type":"Death","table_type":"kills"}"#,
        r#"{"attacker_character_id":"5428010618015189713","attacker_fire_mode_id":"278","attacker_loadout_id":"6","attacker_team_id":"2","attacker_vehicle_id":"0","attacker_weapon_id":"80","character_id":"5428010618035323201","character_loadout_id":"11","event_name":"Death","is_critical":"0","is_headshot":"1","team_id":"3","timestamp":"1700000000","world_id":"10","zone_id":"2"}"#,
    ),
    (
        r#"{"facility_id":"287060","faction_old":"3","faction_new":"1","duration_held":"906","objective_id":"0","timestamp":"1611533115","zone_id":"4","world_id":"10","event_type":"FacilityControl","table_type":"facility_control","outfit_id":"37511594860086186"}"#,
        r#"{"duration_held":"906","event_name":"FacilityControl","facility_id":"287060","new_faction_id":"1","old_faction_id":"3","outfit_id":"37511594860086186","timestamp":"1611533115","world_id":"10","zone_id":"4"}"#,
    ),
    (
        r#"{"character_id":"5428010618015189713","context":"GuildBankWithdrawal","item_count":"1","item_id":"80","timestamp":"1700000000","zone_id":"2","world_id":"10","event_type":"ItemAdded","table_type":"items"}"#,
        r#"{"character_id":"5428010618015189713","context":"GuildBankWithdrawal","event_name":"ItemAdded","item_count":"1","item_id":"80","timestamp":"1700000000","world_id":"10","zone_id":"2"}"#,
    ),
    (
        r#"{"metagame_event_id":"176","metagame_event_state":"138","faction_nc":"33.3333320617700011","faction_tr":"2.35294127464299985","faction_vs":"7.05882358550999989","experience_bonus":"25","timestamp":"1611528247","zone_id":"0","world_id":"10","event_type":"MetagameEvent","table_type":"metagame_event","instance_id":"25225","metagame_event_state_name":"ended"}"#,
        r#"{"event_name":"MetagameEvent","experience_bonus":"25.000000","faction_nc":"33.333332","faction_tr":"2.352941","faction_vs":"7.058824","instance_id":"25225","metagame_event_id":"176","metagame_event_state":"138","metagame_event_state_name":"ended","timestamp":"1611528247","world_id":"10","zone_id":"8"}"#,
    ),
    (
        r#"{"character_id":"5428010618015189713","facility_id":"287060","outfit_id":"37511594860086186","timestamp":"1611533115","zone_id":"4","world_id":"10","event_type":"PlayerFacilityCapture","table_type":"facility_character"}"#,
        r#"{"character_id":"5428010618015189713","event_name":"PlayerFacilityCapture","facility_id":"287060","outfit_id":"37511594860086186","timestamp":"1611533115","world_id":"10","zone_id":"4"}"#,
    ),
    (
        r#"{"character_id":"5428010618015189713","facility_id":"287060","outfit_id":"0","timestamp":"1611533115","zone_id":"4","world_id":"10","event_type":"PlayerFacilityDefend","table_type":"facility_character"}"#,
        r#"{"character_id":"5428010618015189713","event_name":"PlayerFacilityDefend","facility_id":"287060","outfit_id":"0","timestamp":"1611533115","world_id":"10","zone_id":"4"}"#,
    ),
    (
        r#"{"attacker_character_id":"5428010618015189713","attacker_loadout_id":"6","attacker_player_guid":"0","attacker_vehicle_id":"0","attacker_weapon_id":"80","character_id":"5428010618035323201","faction_id":"3","projectile_id":"0","timestamp":"1700000000","vehicle_definition_id":"4","zone_id":"2","world_id":"10","event_type":"VehicleDestroy","table_type":"vehicle_destroy"}"#,
        r#"{"attacker_character_id":"5428010618015189713","attacker_loadout_id":"6","attacker_team_id":"2","attacker_vehicle_id":"0","attacker_weapon_id":"80","character_id":"5428010618035323201","event_name":"VehicleDestroy","facility_id":"0","faction_id":"3","team_id":"3","timestamp":"1700000000","vehicle_id":"4","world_id":"10","zone_id":"2"}"#,
    ),
];

/// What REST does not have.
const MISSING: &[&str] = &["attacker_team_id", "team_id"];

fn event(payload: &str) -> Event {
    match Frame::parse(&format!(r#"{{"payload":{payload},"service":"event","type":"serviceMessage"}}"#)) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{payload}: {other:?}"),
    }
}

fn row(json: &str) -> Option<Event> {
    serde_json::from_str::<EventRecord>(json).expect("a row").to_event()
}

#[test]
fn a_row_becomes_the_event_of_the_stream_with_the_same_identity() {
    for (json, payload) in PAIRS {
        let (recovered, live) = (row(json).expect(json), event(payload));
        assert_eq!(recovered.identity(), live.identity(), "{json}");
        assert!(live.identity().is_some(), "{payload}");
        let fields = |event: &Event| {
            let mut fields = serde_json::to_value(event).unwrap();
            let map = fields.as_object_mut().unwrap();
            for field in MISSING {
                map.remove(*field);
            }
            if event.kind() == EventKind::MetagameEvent {
                map.remove("zone_id");
            }
            fields
        };
        assert_eq!(fields(&recovered), fields(&live), "{json}");
    }
}

#[test]
fn rows_that_are_no_event_of_the_stream_are_not_converted() {
    for json in [
        r#"{"world_id":"10","timestamp":"1","event_type":"SkillAdded"}"#,
        r#"{"world_id":"10","timestamp":"1","event_type":"Death"}"#,
        r#"{"world_id":"10","timestamp":"0","event_type":"BattleRankUp","battle_rank":"2","character_id":"1"}"#,
    ] {
        assert_eq!(row(json), None, "{json}");
    }
}

#[test]
fn different_events_have_different_identities() {
    let mut identities: Vec<_> = PAIRS.iter().map(|(_, payload)| event(payload).identity().unwrap()).collect();
    for (_, payload) in PAIRS {
        for (from, to) in [
            (r#""timestamp":"1700000000""#, r#""timestamp":"1700000001""#),
            (r#""timestamp":"1611533115""#, r#""timestamp":"1611533116""#),
            (r#""character_id":"5428010618"#, r#""character_id":"5428010619"#),
            (r#""attacker_character_id":"5428010618"#, r#""attacker_character_id":"5428010619"#),
            (r#""attacker_weapon_id":"80""#, r#""attacker_weapon_id":"81""#),
            (r#""vehicle_id":"4""#, r#""vehicle_id":"5""#),
            (r#""facility_id":"287060""#, r#""facility_id":"287061""#),
            (r#""new_faction_id":"1""#, r#""new_faction_id":"2""#),
            (r#""instance_id":"25225""#, r#""instance_id":"25226""#),
            (r#""metagame_event_state":"138""#, r#""metagame_event_state":"135""#),
        ] {
            // `vehicle_id` is also the end of a longer name, which does not determine the event.
            if payload.contains(from) {
                identities.push(event(&payload.replace(from, to)).identity().unwrap());
            }
        }
    }
    let count = identities.len();
    identities.sort_unstable();
    identities.dedup();
    assert_eq!(identities.len(), count);
    let gain = r#"{"amount":"1","character_id":"1","event_name":"GainExperience","experience_id":"1","loadout_id":"1","other_id":"0","team_id":"1","timestamp":"1","world_id":"1","zone_id":"2"}"#;
    assert_eq!(event(gain).identity(), None);
}

fn gap(worlds: Scope<WorldId>, kinds: KindSet) -> Gap {
    let times = (Timestamp(1_000), Some(Timestamp(2_000)));
    Gap::new(Timestamp(2_000), 1, (worlds, kinds), times, GapCause::Disconnected, None)
}

fn interest(kinds: &[EventKind]) -> Interest {
    Interest::new(kinds.iter().copied().map(Selector::Kind))
}

/// The URLs of the first pages, without the server.
fn urls(backfill: &Backfill) -> Vec<String> {
    let queries = backfill.requests().iter().map(BackfillRequest::first_page);
    queries
        .map(|query| {
            assert_eq!(query.check(Verb::Get), Ok(()));
            query.url("", None, Verb::Get)
        })
        .collect()
}

#[test]
fn captures_and_alerts_are_requested_for_each_world_that_a_trigger_needs() {
    let worlds: Scope<_> = [WorldId::OSPREY, WorldId::SOLTECH].into_iter().collect();
    let mut captures = interest(&[EventKind::FacilityControl, EventKind::GainExperience]);
    let plan = |gap: &Gap, interest: &Interest| urls(&Backfill::new(gap, [interest], &[WorldId::JAEGER]));
    assert_eq!(
        plan(&gap(worlds.clone(), KindSet::ALL), &captures),
        [
            "/get/ps2/world_event?world_id=1&type=FACILITY&after=999&before=2001&c:limit=1000",
            "/get/ps2/world_event?world_id=40&type=FACILITY&after=999&before=2001&c:limit=1000",
        ]
    );
    assert_eq!(
        plan(&gap(Scope::All, KindSet::ALL), &Interest::new([Selector::Everything])),
        ["/get/ps2/world_event?world_id=19&type=FACILITY,METAGAME&after=999&before=2001&c:limit=1000"]
    );
    let deaths: KindSet = [EventKind::Death].into_iter().collect();
    assert!(plan(&gap(worlds.clone(), deaths), &captures).is_empty());
    captures.worlds = [WorldId::SOLTECH].into_iter().collect();
    assert_eq!(plan(&gap(worlds.clone(), KindSet::ALL), &captures).len(), 1);
    // An event of a world has no character.
    captures.characters = [CharacterId(1)].into_iter().collect();
    assert!(plan(&gap(worlds, KindSet::ALL), &captures).is_empty());
}

#[test]
fn events_of_characters_are_requested_for_those_that_triggers_are_limited_to() {
    let mut squad = interest(&[EventKind::Death, EventKind::PlayerLogin]);
    let plan = |interest: &Interest| Backfill::new(&gap(Scope::All, KindSet::ALL), [interest], &[WorldId::OSPREY]);
    assert!(plan(&squad).requests().is_empty());
    squad.characters = [CharacterId(1), CharacterId(2)].into_iter().collect();
    assert_eq!(
        urls(&plan(&squad)),
        ["/get/ps2/characters_event?character_id=1,2&type=DEATH,KILL&after=999&before=2001&c:limit=1000"]
    );
    assert_eq!(plan(&squad).omitted_characters(), 0);
    squad.characters = (1..=60).map(CharacterId).collect();
    assert_eq!(plan(&squad).omitted_characters(), 60 - MAX_CHARACTERS);
    assert_eq!(urls(&plan(&squad))[0].matches(',').count(), MAX_CHARACTERS - 1 + 1);
}

#[test]
fn a_full_page_has_a_next_one_that_overlaps_by_a_second() {
    let captures = interest(&[EventKind::FacilityControl]);
    let backfill = Backfill::new(&gap(Scope::All, KindSet::ALL), [&captures], &[WorldId::OSPREY]);
    let next = backfill.requests()[0].next_page(Timestamp(1_500)).url("", None, Verb::Get);
    assert_eq!(next, "/get/ps2/world_event?world_id=1&type=FACILITY&after=999&before=1501&c:limit=1000");
    assert_eq!([999, 1_000].map(BackfillRequest::is_last_page), [true, false]);
}

#[test]
fn only_events_of_the_gap_are_recovered() {
    let (json, _) = PAIRS[3];
    let control = row(json).unwrap();
    let contains = |from, to, world, kind| {
        let missing = ([world].into_iter().collect(), [kind].into_iter().collect());
        let times = (Timestamp(from), Some(Timestamp(to)));
        let gap = Gap::new(Timestamp(0), 1, missing, times, GapCause::Drift, None);
        Backfill::new(&gap, [], &[]).contains(&control)
    };
    let (at, kind) = (1_611_533_115, EventKind::FacilityControl);
    assert!(contains(at, at, WorldId::WAINWRIGHT, kind));
    assert!(!contains(at + 1, at + 9, WorldId::WAINWRIGHT, kind));
    assert!(!contains(at - 9, at - 1, WorldId::WAINWRIGHT, kind));
    assert!(!contains(at, at, WorldId::OSPREY, kind));
    assert!(!contains(at, at, WorldId::WAINWRIGHT, EventKind::Death));
}

fn capture(at: i64, facility: u32) -> Event {
    event(&format!(
        r#"{{"duration_held":"1","event_name":"FacilityControl","facility_id":"{facility}","new_faction_id":"1","old_faction_id":"3","outfit_id":"0","timestamp":"{at}","world_id":"10","zone_id":"4"}}"#
    ))
}

#[test]
fn an_event_is_delivered_once_whoever_comes_first() {
    let (recent, now) = (&mut Recent::default(), Timestamp(1_000));
    assert!(recent.stream(&capture(900, 1), now));
    assert_eq!(recent.rest(&capture(900, 1), now), Recency::Known);
    assert_eq!(recent.rest(&capture(900, 2), now), Recency::New);
    assert_eq!(recent.rest(&capture(900, 2), now), Recency::Known);
    assert!(!recent.stream(&capture(900, 2), now));
    assert!(!recent.stream(&capture(900, 2), now));
    // Duplicates of the stream alone are not its business.
    assert!(recent.stream(&capture(900, 1), now));
}

#[test]
fn memory_is_bounded_and_forgotten_events_are_not_taken_for_new_ones() {
    let (recent, now) = (&mut Recent::with_capacity(100), Timestamp(1_000));
    // An event from the future does not make others forgotten.
    assert!(recent.stream(&capture(9_000_000, 1), now));
    for facility in 0..250 {
        assert!(recent.stream(&capture(i64::from(facility), facility), now));
        assert!(recent.len() <= 200);
    }
    assert_eq!(recent.rest(&capture(0, 0), now), Recency::Forgotten);
    assert_eq!(recent.rest(&capture(1_000, 2_000), now), Recency::Forgotten);
    assert_eq!(recent.rest(&capture(1_001, 2_001), now), Recency::New);
    assert_eq!(recent.rest(&capture(249, 249), now), Recency::Known);
}
