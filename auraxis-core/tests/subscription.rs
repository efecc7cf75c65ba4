//! The laws of subscriptions, checked exhaustively in a small universe.

use std::{collections::BTreeSet, fmt::Write as _};

use auraxis_core::{
    command::Command,
    environment::Environment,
    event::{Event, EventClass, EventKind, GainExperience, Selector},
    frame::Frame,
    id::*,
    interest::{Filter, Interest},
    scope::Scope,
    server,
    server_state::ServerState,
    subscription::Subscription,
};

const A: CharacterId = CharacterId(1);
const B: CharacterId = CharacterId(3);

fn selectors() -> Vec<Selector> {
    vec![
        Selector::Kind(EventKind::Death),
        Selector::Kind(EventKind::ContinentLock),
        Selector::Kind(EventKind::PlayerLogin),
        Selector::Kind(EventKind::GainExperience),
        GainExperience::filter_experience(7),
        Selector::named("Novelty"),
        Selector::Named("Death".into()),
        Selector::Kind(EventKind::Unknown),
        Selector::Kind(EventKind::Started),
        Selector::Everything,
    ]
}

/// Every interest in a single selector.
fn interests() -> Vec<Interest> {
    let worlds =
        [Scope::All, Scope::none(), Scope::from_iter([WorldId(1)]), Scope::from_iter([WorldId(1), WorldId(2)])];
    let characters = [Scope::All, Scope::none(), Scope::from_iter([A]), Scope::from_iter([A, B])];
    let zones = [Scope::All, Scope::from_iter([ZoneId::INDAR])];
    let mut interests = Vec::new();
    for selector in selectors() {
        for worlds in &worlds {
            for characters in &characters {
                for zones in &zones {
                    interests.push(Interest {
                        worlds: worlds.clone(),
                        characters: characters.clone(),
                        zones: zones.clone(),
                        ..Interest::new([selector.clone()])
                    });
                }
            }
        }
    }
    interests
}

/// Every event of the universe.
fn events() -> Vec<Event> {
    let mut frames = Vec::new();
    for world in [1, 2, 3] {
        let tail = format!(r#""timestamp":"1","world_id":"{world}""#);
        for character in [1, 3, 5] {
            for attacker in [0, 1, 5] {
                frames.push(format!(
                    r#""event_name":"Death","character_id":"{character}","attacker_character_id":"{attacker}",
                    "is_headshot":"0","zone_id":"2",{tail}"#
                ));
            }
            for experience in [7, 8] {
                frames.push(format!(
                    r#""event_name":"GainExperience","character_id":"{character}","experience_id":"{experience}",
                    "amount":"1","other_id":"1","zone_id":"131074",{tail}"#
                ));
            }
            frames.push(format!(r#""event_name":"Death","character_id":"{character}","is_headshot":"odd",{tail}"#));
            frames.push(format!(r#""event_name":"PlayerLogin","character_id":"{character}",{tail}"#));
            frames.push(format!(r#""event_name":"PlayerLogin","character_id":"{character}.0",{tail}"#));
            frames.push(format!(r#""event_name":"Novelty","character_id":"{character}",{tail}"#));
        }
        frames.push(format!(r#""event_name":"Novelty",{tail}"#));
        frames.push(format!(r#""event_name":"ContinentLock","nc_population":"odd","zone_id":"4",{tail}"#));
        frames.push(format!(r#""event_name":"GainExperience","amount":"odd","experience_id":"7",{tail}"#));
        frames.push(format!(
            r#""event_name":"ContinentLock","nc_population":"1","tr_population":"1","vs_population":"1",
            "triggering_faction":"1","zone_id":"4",{tail}"#
        ));
    }
    let event = |payload: &String| match Frame::parse(&format!(r#"{{"payload":{{{payload}}}}}"#)) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{payload}: {other:?}"),
    };
    frames.iter().map(event).collect()
}

#[test]
fn nothing_that_a_trigger_admits_is_missing_alone_or_with_any_other() {
    let (interests, events) = (interests(), events());
    let mut admitted = 0;
    for one in &interests {
        for other in &interests {
            let subscription = Subscription::covering([one, other]);
            for event in &events {
                if one.admits(event) {
                    admitted += 1;
                    assert!(subscription.admits(event), "{one:?}\nwith {other:?}\nmisses {event:?}\nin {subscription}");
                }
            }
        }
    }
    assert!(admitted > 100_000, "{admitted}");
}

#[test]
fn an_interest_alone_gets_no_character_and_no_world_that_it_did_not_want() {
    // It is unknown whether "everything" and unknown names are about characters.
    let open = |selector: &Selector| selector.class() == EventClass::Unknown;
    for interest in interests().into_iter().filter(|interest| !interest.selectors.iter().any(open)) {
        let subscription = Subscription::covering([&interest]);
        for event in events().iter().filter(|event| subscription.admits(event)) {
            if let Some(filter) = interest.filter(event) {
                // The server cannot filter by zone, or by world in addition to the characters of a login.
                let login = event.name() == EventKind::PlayerLogin.name();
                assert!(filter == Filter::Zones || login, "{interest:?} gets {event:?}");
            }
        }
    }
}

#[test]
fn the_order_of_triggers_and_their_repetition_do_not_matter() {
    let interests = interests();
    for one in &interests {
        assert_eq!(Subscription::covering([one, one]), Subscription::covering([one]));
        for other in &interests {
            let both = Subscription::covering([one, other]);
            assert_eq!(both, Subscription::covering([other, one]));
            assert_eq!(both, Subscription::covering([one, other, one]));
        }
    }
}

#[test]
fn the_commands_lead_from_any_state_to_any_other() {
    let mut states: Vec<Subscription> = Vec::new();
    let interests = interests();
    for (one, other) in interests.iter().zip(interests.iter().rev()) {
        for state in [Subscription::covering([one]), Subscription::covering([one, other])] {
            if !states.contains(&state) {
                states.push(state);
            }
        }
    }
    assert!(states.len() > 30, "{}", states.len());
    for from in &states {
        let mut start = ServerState::default();
        for command in from.commands_from(&start.clone(), Environment::Pc) {
            start.apply(&through_the_wire(&command));
        }
        assert_eq!(start.meaning(), *from);
        for to in &states {
            let mut server = start.clone();
            let commands = to.commands_from(&server, Environment::Pc);
            assert!(commands.len() <= 2, "{commands:?}");
            for command in &commands {
                server.apply(&through_the_wire(command));
            }
            assert_eq!(server.meaning(), *to, "from {from} by {commands:?}");
            assert!(to.commands_from(&server, Environment::Pc).is_empty());
        }
    }
}

fn through_the_wire(command: &Command) -> Command {
    serde_json::from_str(&command.to_frame()).expect("a command that can be parsed")
}

#[test]
fn a_server_that_subscribes_to_the_interests_of_a_subscription_gets_what_it_has_to_send() {
    let all = Scope::All;
    let worlds = [all.clone(), Scope::none(), Scope::from_iter([WorldId(1)])];
    let characters = [Scope::All, Scope::none(), Scope::from_iter([A])];
    let (selectors, universe) = (selectors(), events());
    let (mut admitted, mut surplus) = (0, 0);
    for (one, other) in selectors.iter().flat_map(|one| selectors.iter().map(move |other| (one, other))) {
        let events = BTreeSet::from([one.subscribed(), other.subscribed()]);
        for (worlds, characters) in worlds.iter().flat_map(|it| characters.iter().map(move |other| (it, other))) {
            for characters_and_worlds in [false, true] {
                let (events, worlds, characters) = (events.clone(), worlds.clone(), characters.clone());
                let sent = Subscription { events, characters, worlds, characters_and_worlds };
                let received = Subscription::covering(&server::interests(&sent));
                // Asking for everything about some characters is not asking for everything about a world.
                let is_excepted = |event: &Event| {
                    !sent.characters.is_all()
                        && sent.events.contains(&Selector::Everything)
                        && event.name() == "Novelty"
                };
                for event in
                    universe.iter().filter(|event| event.character_ids().next().is_some() || !is_excepted(event))
                {
                    admitted += u32::from(sent.admits(event));
                    surplus += u32::from(received.admits(event) && !sent.admits(event));
                    assert!(received.admits(event) || !sent.admits(event), "{sent}\nmisses {event:?}\nin {received}");
                }
            }
        }
    }
    assert!(admitted > 10_000 && surplus < admitted / 5, "{admitted} {surplus}");
}

#[test]
fn a_long_list_is_sent_in_chunks() {
    let squad: Scope<CharacterId> = (1..=1201).map(CharacterId).collect();
    let interest = Interest { characters: squad, ..Interest::new([Selector::Kind(EventKind::Death)]) };
    let subscription = Subscription::covering([&interest]);
    let mut server = ServerState::default();
    let commands = subscription.commands_from(&server, Environment::Pc);
    assert_eq!(commands.len(), 3);
    for command in &commands {
        server.apply(command);
    }
    assert_eq!(server.meaning(), subscription);
    assert_eq!(server.echo(false).character_count, Some(1201));
}

#[test]
fn subscriptions_are_minimal() {
    let all = |kind| Interest::new([Selector::Kind(kind)]);
    let soltech = |kind| Interest { worlds: Scope::from_iter([WorldId::SOLTECH]), ..all(kind) };
    let squad = |kind| Interest { characters: Scope::from_iter([A, B]), ..all(kind) };
    let named = |name| Interest::new([Selector::named(name)]);
    let experience = |id| Interest::new([GainExperience::filter_experience(id)]);
    let mut table = String::new();
    for interests in [
        vec![],
        vec![all(EventKind::Started)],
        vec![all(EventKind::Death)],
        vec![soltech(EventKind::Death)],
        vec![squad(EventKind::Death)],
        vec![soltech(EventKind::Death), squad(EventKind::Death)],
        vec![soltech(EventKind::Death), all(EventKind::FacilityControl)],
        vec![squad(EventKind::Death), soltech(EventKind::FacilityControl)],
        vec![squad(EventKind::FacilityControl)],
        vec![all(EventKind::PlayerLogin)],
        vec![soltech(EventKind::PlayerLogin), soltech(EventKind::Death)],
        vec![squad(EventKind::PlayerLogin), soltech(EventKind::ContinentLock)],
        vec![experience(7), experience(53)],
        vec![experience(7), all(EventKind::GainExperience)],
        vec![named("Novelty")],
        vec![named("Novelty"), Interest::new([Selector::Everything])],
    ] {
        writeln!(table, "{}", Subscription::covering(&interests)).unwrap();
    }
    assert_eq!(
        table,
        "nothing\n\
         nothing\n\
         Death for all characters\n\
         Death for all characters on worlds 40\n\
         Death for characters 1, 3\n\
         Death for all characters\n\
         Death, FacilityControl for all characters or all worlds\n\
         Death, FacilityControl for characters 1, 3 or worlds 40\n\
         nothing\n\
         PlayerLogin for no characters or all worlds\n\
         Death, PlayerLogin for all characters on worlds 40\n\
         ContinentLock, PlayerLogin for characters 1, 3 or worlds 40\n\
         GainExperience_experience_id_7, GainExperience_experience_id_53 for all characters\n\
         GainExperience for all characters\n\
         Novelty for all characters or all worlds\n\
         all for all characters or all worlds\n"
    );
}

#[test]
fn commands_are_written_as_the_service_wants_them_and_read_as_clients_write_them() {
    let interest = Interest {
        worlds: Scope::from_iter([WorldId::SOLTECH]),
        ..Interest::new([Selector::Kind(EventKind::Death), GainExperience::filter_experience(7)])
    };
    let commands = Subscription::covering([&interest]).commands_from(&ServerState::default(), Environment::Pc);
    let texts: Vec<_> = commands.iter().map(Command::to_frame).collect();
    assert_eq!(
        texts,
        [concat!(
            r#"{"service":"event","action":"subscribe","characters":["all"],"#,
            r#""eventNames":["Death","GainExperience_experience_id_7"],"worlds":["40"],"#,
            r#""logicalAndCharactersWithWorlds":true}"#
        )]
    );
    let read = |text| serde_json::from_str::<Command>(text);
    let written = r#"{"service":"event","action":"subscribe","worlds":[40],"logicalAndCharactersWithWorlds":"true"}"#;
    let Ok(Command::Subscribe { lists, characters_and_worlds: Some(true), .. }) = read(written) else {
        panic!("not parsed: {:?}", read(written))
    };
    assert_eq!(lists.worlds, BTreeSet::from(["40".to_owned()]));
    assert_eq!(read(r#"{"service":"event","action":"clearSubscribe","all":"true"}"#).unwrap(), Command::ClearAll);
    assert!(read(r#"{"service":"event","action":"fly"}"#).unwrap_err().to_string().contains("unknown action `fly`"));
}
