//! A plan misses nothing: for every triple of interests in a small universe, and while they come and go.
//!
//! The server is modelled here once more, from what is known of it and apart from the library: it takes the commands as
//! JSON and decides on payloads as JSON.
#![allow(clippy::unwrap_used)] // Helpers of tests.

use std::{collections::BTreeSet, sync::Arc};

use auraxis_core::{
    environment::Environment,
    event::{Event, EventKind, GainExperience, Selector},
    frame::Frame,
    id::*,
    interest::Interest,
    scope::Scope,
    server_state::ServerState,
    stream::Plan,
    subscription::Subscription,
};
use serde_json::{Value, json};

/// Which field of a payload is compared with which list, by event name. `characters` are the fields of which one has to
/// be in the list of characters; `by_world` is whether the world alone is enough.
const RULES: [(&str, &[&str], bool); 5] = [
    ("FacilityControl", &[], true),
    ("BattleRankUp", &["character_id"], false),
    ("Death", &["character_id", "attacker_character_id"], false),
    ("GainExperience", &["character_id"], false),
    ("PlayerLogin", &["character_id"], true),
];

#[derive(Clone, Default)]
struct Server {
    characters: BTreeSet<String>,
    names: BTreeSet<String>,
    worlds: BTreeSet<String>,
    both: bool,
}

impl Server {
    fn obey(&mut self, command: &Value) {
        let adds = command["action"] == "subscribe";
        if command["all"] == "true" {
            *self = Self::default();
        }
        let lists =
            [("characters", &mut self.characters), ("eventNames", &mut self.names), ("worlds", &mut self.worlds)];
        for (list, mine) in lists {
            for text in command[list].as_array().into_iter().flatten() {
                let text = text.as_str().unwrap().to_owned();
                if adds {
                    mine.insert(text)
                } else {
                    mine.remove(&text)
                };
            }
        }
        if let (true, Some(flag)) = (adds, command["logicalAndCharactersWithWorlds"].as_bool()) {
            self.both = flag;
        }
    }

    fn sends(&self, payload: &Value) -> bool {
        let name = payload["event_name"].as_str().unwrap();
        let (_, characters, by_world) = RULES.iter().find(|rule| rule.0 == name).unwrap();
        let experience = payload["experience_id"].as_str().map(|id| format!("GainExperience_experience_id_{id}"));
        let is_named = self.names.contains("all")
            || self.names.contains(name)
            || experience.is_some_and(|name| self.names.contains(&name));
        let has = |list: &BTreeSet<String>, field: &str| {
            list.contains("all") || list.contains(payload[field].as_str().unwrap_or_default())
        };
        let world = has(&self.worlds, "world_id");
        let character = characters.iter().any(|field| has(&self.characters, field));
        is_named
            && match (characters.is_empty(), by_world) {
                (true, _) => world,
                (_, true) => world || character,
                _ => character && (world || !self.both),
            }
    }
}

fn payloads() -> Vec<(Event, Value)> {
    let mut payloads = Vec::new();
    for (world, character, other) in
        ["1", "10"].iter().flat_map(|w| ["5", "6"].iter().flat_map(move |c| ["0", "5", "6"].map(|o| (w, c, o))))
    {
        let common = json!({ "timestamp": "1700000000", "world_id": world, "zone_id": "2" });
        let with = |more: Value| {
            let mut payload = common.as_object().unwrap().clone();
            payload.extend(more.as_object().unwrap().clone());
            Value::Object(payload)
        };
        payloads.push(with(json!({
            "event_name": "Death", "character_id": character, "attacker_character_id": other, "attacker_fire_mode_id": "1",
            "attacker_loadout_id": "1", "attacker_team_id": "1", "attacker_vehicle_id": "0", "attacker_weapon_id": "1",
            "character_loadout_id": "1", "is_critical": "0", "is_headshot": "0", "team_id": "2"
        })));
        if other != "0" {
            continue;
        }
        payloads.push(with(json!({ "event_name": "BattleRankUp", "battle_rank": "2", "character_id": character })));
        payloads.push(json!({
            "event_name": "PlayerLogin", "character_id": character, "timestamp": "1700000000", "world_id": world
        }));
        for id in ["7", "8"] {
            payloads.push(with(json!({
                "event_name": "GainExperience", "amount": "1", "character_id": character, "experience_id": id,
                "loadout_id": "1", "other_id": "0", "team_id": "1"
            })));
        }
        payloads.push(with(json!({
            "event_name": "FacilityControl", "duration_held": "1", "facility_id": "1", "new_faction_id": "1",
            "old_faction_id": "2", "outfit_id": "0"
        })));
    }
    payloads.sort_by_key(Value::to_string);
    payloads.dedup();
    let read = |payload: Value| {
        let frame = json!({ "payload": payload, "service": "event", "type": "serviceMessage" }).to_string();
        let Ok(Frame::Event(event)) = Frame::parse(&frame) else { panic!("no event: {frame}") };
        assert_ne!(event.kind(), EventKind::Unknown, "{frame}");
        (event, payload)
    };
    payloads.into_iter().map(read).collect()
}

fn interests() -> Vec<Arc<Interest>> {
    let selectors = [
        Selector::Kind(EventKind::Death),
        Selector::Kind(EventKind::BattleRankUp),
        Selector::Kind(EventKind::GainExperience),
        GainExperience::filter_experience(7),
        Selector::Kind(EventKind::PlayerLogin),
        Selector::Kind(EventKind::FacilityControl),
        Selector::Everything,
    ];
    let characters = || [Scope::All, Scope::none(), [CharacterId(5)].into_iter().collect()];
    let worlds = || [Scope::All, [WorldId(1)].into_iter().collect(), [WorldId(10)].into_iter().collect()];
    let mut interests = Vec::new();
    for selector in selectors {
        for characters in characters() {
            for worlds in worlds() {
                interests.push(Arc::new(Interest {
                    characters: characters.clone(),
                    worlds,
                    ..Interest::new([selector.clone()])
                }));
            }
        }
    }
    interests
}

/// The commands to each link, as the runtime sends them: from what the link was asked for to what it is to be.
#[derive(Default)]
struct Links(Vec<(ServerState, Server)>);

impl Links {
    /// Follows the plan. What was wanted before and still is must never be missing in between.
    fn follow(&mut self, plan: &Plan, kept: &[&Value]) {
        self.0.resize_with(4, Default::default);
        let mut wanted = vec![Subscription::default(); 4];
        for (at, link) in plan.links() {
            wanted[at] = link.subscription();
        }
        for (at, subscription) in wanted.iter().enumerate() {
            for command in subscription.commands_from(&self.0[at].0.clone(), Environment::Pc) {
                let (asked, server) = &mut self.0[at];
                asked.apply(&command);
                server.obey(&serde_json::from_str(&command.to_frame()).unwrap());
                for payload in kept {
                    assert!(self.sends(payload), "{payload} is missing for a moment");
                }
            }
        }
    }

    fn sends(&self, payload: &Value) -> bool {
        self.0.iter().any(|(_, server)| server.sends(payload))
    }
}

#[test]
fn no_triple_of_interests_misses_an_event() {
    let (payloads, interests) = (payloads(), interests());
    let admitted: Vec<Vec<bool>> =
        interests.iter().map(|it| payloads.iter().map(|(event, _)| it.admits(event)).collect()).collect();
    let all = 0..interests.len();
    for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
        for c in b..interests.len() {
            for links in [1, 4] {
                let mut plan = Plan::new(links);
                for (key, at) in (0..).zip([a, b, c]) {
                    plan.insert(key, Arc::clone(&interests[at]));
                }
                let mut servers = Links::default();
                servers.follow(&plan, &[]);
                for (at, (_, payload)) in payloads.iter().enumerate() {
                    let is_wanted = admitted[a][at] || admitted[b][at] || admitted[c][at];
                    assert!(
                        !is_wanted || servers.sends(payload),
                        "{payload} is missing for {}, {}, {}",
                        interests[a],
                        interests[b],
                        interests[c]
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_is_missing_while_interests_come_and_go() {
    let (payloads, interests) = (payloads(), interests());
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..300 {
        let mut plan = Plan::new(4);
        let mut present: Vec<Option<usize>> = vec![None; 5];
        let mut links = Links::default();
        for _ in 0..30 {
            let before = present.clone();
            for _ in 0..=random(3) {
                let key = random(present.len());
                present[key] = (random(3) > 0).then(|| random(interests.len()));
                match present[key] {
                    Some(at) => plan.insert(key as u64, Arc::clone(&interests[at])),
                    None => drop(plan.remove(key as u64)),
                }
            }
            let wants = |present: &[Option<usize>], event: &Event| {
                present.iter().flatten().any(|&at| interests[at].admits(event))
            };
            // An interest that stays where it is; one that is replaced may be a moment late, as a new one is.
            let stays: Vec<_> = (0..5).map(|key| before[key].filter(|at| present[key] == Some(*at))).collect();
            let kept: Vec<_> = payloads.iter().filter(|(event, _)| wants(&stays, event)).map(|(_, it)| it).collect();
            links.follow(&plan, &kept);
            for (event, payload) in &payloads {
                assert!(!wants(&present, event) || links.sends(payload), "{payload} is missing");
            }
        }
        for key in 0..5 {
            plan.remove(key);
        }
        assert_eq!(plan.links().count(), 0);
        links.follow(&plan, &[]);
        assert!(payloads.iter().all(|(_, payload)| !links.sends(payload)), "what nobody wants is cleared");
    }
}

#[test]
fn a_trigger_that_comes_and_goes_moves_no_other() {
    let interests = interests();
    let mut plan = Plan::new(4);
    for (key, interest) in (0..).zip(&interests) {
        plan.insert(key, Arc::clone(interest));
    }
    let placed =
        |plan: &Plan| -> Vec<_> { plan.links().map(|(at, link)| (at, link.keys().collect::<Vec<_>>())).collect() };
    let before = placed(&plan);
    for interest in &interests {
        plan.insert(1_000, Arc::clone(interest));
        plan.remove(1_000);
        assert_eq!(placed(&plan), before);
    }
}

#[test]
fn links_are_few_and_surplus_is_small() {
    let everybody = |kind| Arc::new(Interest::new([Selector::Kind(kind)]));
    let squad = |kind| {
        let characters = (1..=12).map(CharacterId).collect();
        Arc::new(Interest { characters, ..Interest::new([Selector::Kind(kind)]) })
    };
    let mut plan = Plan::new(4);
    plan.insert(1, squad(EventKind::GainExperience));
    plan.insert(2, everybody(EventKind::Death));
    plan.insert(3, everybody(EventKind::FacilityControl));
    plan.insert(4, squad(EventKind::ItemAdded));
    plan.insert(5, everybody(EventKind::VehicleDestroy));
    let links: Vec<_> = plan.links().map(|(_, link)| link.keys().collect::<Vec<_>>()).collect();
    assert_eq!(links.len(), 2, "{links:?}");
    assert!(plan.links().all(|(_, link)| link.surplus() < 1.0));

    let mut one = Plan::new(1);
    one.insert(1, squad(EventKind::GainExperience));
    one.insert(2, everybody(EventKind::Death));
    assert!(one.links().next().unwrap().1.surplus() > 100.0);
}
