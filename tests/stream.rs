//! A client and the event stream, over a real socket.

use std::time::Duration;

use auraxis::{Client, ErrorKind, prelude::*};
use auraxis_core::command::Command;
use auraxis_sim::Sim;

mod common;

use common::{Diary, client, death, login, quiet, quiet_at, set, start, stop, subscription, until, within};

const FRIEND: CharacterId = CharacterId(5);

fn noted(diary: &Diary) -> impl Fn(Event) + Send + Sync + use<> {
    let diary = diary.clone();
    move |event: Event| diary.note(event.name())
}

fn noted_as<E: 'static>(diary: &Diary, name: &'static str) -> impl Fn(E) + Send + Sync + use<E> {
    let diary = diary.clone();
    move |_: E| diary.note(name)
}

#[tokio::test]
async fn the_subscription_is_exactly_what_the_triggers_need() {
    let sim = quiet().await;
    let client = client(&sim)
        .trigger(Trigger::on::<Death>().worlds([WorldId::SOLTECH]).action(|_: Death| {}))
        .trigger(
            Trigger::builder::<Event>()
                .on_selector::<GainExperience>(GainExperience::filter_experience(7))
                .worlds([WorldId::OSPREY])
                .action(|_: Event| {}),
        )
        .trigger(Trigger::on::<Connected>().action(|_: Connected| {}))
        .build()
        .unwrap();
    let run = start(&client).await;
    let subscribed = subscription(&sim).await;
    assert_eq!(subscribed.lists.event_names, set(["Death", "GainExperience_experience_id_7"]));
    assert_eq!(subscribed.lists.characters, set(["all"]));
    assert_eq!(subscribed.lists.worlds, set(["1", "40"]));
    assert!(subscribed.characters_and_worlds);
    assert_eq!(sim.commands().len(), 1);
    stop(&client, run).await;
}

#[tokio::test]
async fn the_subscription_follows_the_triggers_as_they_come_change_and_go() {
    let sim = quiet().await;
    let client = client(&sim).linger(Duration::ZERO).build().unwrap();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });

    let logins = client.add(Trigger::on::<PlayerLogin>().characters([FRIEND]).action(|_: PlayerLogin| {})).unwrap();
    assert_eq!(subscription(&sim).await.lists.characters, set(["5"]));

    logins.set_characters([CharacterId(5), CharacterId(7)]);
    until("a second character", || sim.subscriptions()[0].lists.characters == set(["5", "7"])).await;

    let deaths = client.add(Trigger::on::<Death>().worlds([WorldId::SOLTECH]).action(|_: Death| {})).unwrap();
    until("deaths", || sim.subscriptions()[0].lists.event_names == set(["Death", "PlayerLogin"])).await;

    logins.remove();
    until("no logins", || sim.subscriptions()[0].lists.event_names == set(["Death"])).await;
    assert_eq!(sim.subscriptions()[0].lists.worlds, set(["40"]));

    deaths.remove();
    until("no connection", || sim.connections() == 0).await;
    assert!(client.find::<World>().await.is_ok(), "REST goes on");

    client.add(Trigger::on::<Death>().action(|_: Death| {})).unwrap();
    until("a connection again", || sim.connections() == 1).await;
    stop(&client, run).await;
    until("no connection", || sim.connections() == 0).await;
}

#[tokio::test]
async fn triggers_whose_union_would_bring_much_more_get_two_connections_and_every_event_once() {
    let (sim, diary) = (quiet().await, Diary::default());
    let client = client(&sim)
        .trigger(Trigger::on::<Death>().named("deaths").action(noted_as(&diary, "death")))
        .trigger(Trigger::on::<GainExperience>().named("squad").characters([FRIEND]).action(noted_as(&diary, "squad")))
        .build()
        .unwrap();
    let explained = client.explain();
    assert!(explained.contains("subscription 1 (deaths)\n  Death for all characters"), "{explained}");
    assert!(explained.contains("subscription 2 (squad)\n  GainExperience for characters 5"), "{explained}");
    let run = start(&client).await;
    let subscribed = sim.subscriptions().iter().filter(|it| !it.lists.is_empty()).count();
    assert_eq!(subscribed, 2, "a client is ready when all its subscriptions are accepted");
    let added = client.add(Trigger::on::<Event>().named("all").action(noted_as(&diary, "all"))).unwrap();
    until("everything", || sim.subscriptions().iter().any(|it| it.lists.event_names.contains("all"))).await;
    let carriers = sim.publish(&death(5, 6, 1, 1));
    assert_eq!(diary.entries(2).await, ["death", "all"]);
    drop(added);
    stop(&client, run).await;
    assert_eq!(diary.read(), ["death", "all"], "received over one connection or both, delivered once: {carriers}");
}

#[tokio::test]
async fn a_broken_line_is_mended_and_subscribed_again() {
    let sim = quiet().await;
    let diary = Diary::default();
    let client = client(&sim)
        .trigger(Trigger::on::<PlayerLogin>().characters([FRIEND]).action({
            let diary = diary.clone();
            move |login: PlayerLogin| diary.note(login.world_id)
        }))
        .trigger(
            Trigger::builder::<Event>()
                .on::<Started>()
                .on::<Connected>()
                .on::<Disconnected>()
                .on::<Stopping>()
                .action(noted(&diary)),
        )
        .build()
        .unwrap();
    let run = start(&client).await;
    let before = subscription(&sim).await;
    sim.publish(&login(5, 1));
    diary.entries(3).await;

    sim.drop_connections();
    diary.entries(5).await;
    assert_eq!(subscription(&sim).await, before);
    sim.publish(&login(5, 40));
    diary.entries(6).await;
    stop(&client, run).await;
    assert_eq!(
        diary.read(),
        ["Started", "Connected", "1", "Disconnected", "Connected", "40", "Disconnected", "Stopping"]
    );
}

#[tokio::test]
async fn a_refused_service_id_ends_the_client_and_is_not_shown() {
    let sim = quiet().await;
    sim.refuse(true);
    let client = Client::builder()
        .service_id("s:verysecret")
        .ess_url(sim.ess_url())
        .trigger(Trigger::on::<Death>().action(|_: Death| {}))
        .build()
        .unwrap();
    let error = within(client.run()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let text = format!("{error:?}");
    assert!(text.contains("rejected the service id") && text.contains("AURAXIS_SERVICE_ID"), "{text}");
    assert!(!text.contains("verysecret"), "{text}");
}

#[tokio::test]
async fn a_server_that_comes_late_is_found() {
    let port = {
        let sim = quiet().await;
        let url = sim.ess_url();
        sim.shutdown().await;
        url.trim_end_matches("/streaming").rsplit(':').next().unwrap().parse().unwrap()
    };
    let client = Client::builder()
        .ess_url(format!("ws://127.0.0.1:{port}/streaming"))
        .service_id("s:test")
        .trigger(Trigger::on::<Death>().action(|_: Death| {}))
        .build()
        .unwrap();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let sim = quiet_at(port).await;
    within(client.wait_ready()).await.unwrap();
    assert_eq!(subscription(&sim).await.lists.event_names, set(["Death"]));
    stop(&client, run).await;
}

#[tokio::test]
async fn nothing_that_the_server_sends_stops_the_stream() {
    let sim = quiet().await;
    let diary = Diary::default();
    let client = client(&sim).trigger(Trigger::on::<Event>().action(noted(&diary))).build().unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    for text in [
        "",
        "not json",
        "[]",
        r#"{"payload":{"event_name":"Death"},"service":"event","type":"serviceMessage"}"#,
        r#"{"payload":{"event_name":"Death","#,
        r#"{"surprise":true}"#,
        r#"{"payload":{"event_name":"PlayerLogin","character_id":"nobody","timestamp":"1","world_id":"1"}}"#,
    ] {
        sim.push(text);
    }
    sim.push(&format!(r#"{{"long":"{}"}}"#, "x".repeat(5_000_000)));
    sim.push_binary(vec![0, 159, 146, 150]);
    sim.push(r#"{"payload":{"event_name":"Novelty","world_id":1,"character_id":5,"timestamp":9}}"#);
    sim.push(r#"{"payload":{"event_name":"PlayerLogin","character_id":5,"timestamp":9,"world_id":1,"new":[]}}"#);
    // Events with odd values arrive as ones that are not known.
    assert_eq!(diary.entries(4).await, ["Death", "PlayerLogin", "Novelty", "PlayerLogin"]);
    assert_eq!(sim.connections(), 1, "the connection is the same");
    stop(&client, run).await;
}

fn panics(_: Death) {
    panic!("at the disco");
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_stops_nothing() {
    let sim = quiet().await;
    let diary = Diary::default();
    let client = client(&sim)
        .trigger(Trigger::on::<Death>().named("panics").action(panics))
        .trigger(Trigger::on::<Death>().named("fails").action(|_: Death| async { anyhow::bail!("no luck") }))
        .trigger(Trigger::on::<TriggerFailed>().action({
            let diary = diary.clone();
            move |failed: TriggerFailed| diary.note(format!("{}: {}", failed.trigger, failed.message))
        }))
        .build()
        .unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    sim.publish(&death(5, 7, 1, 1));
    sim.publish(&death(5, 9, 2, 1));
    let mut entries = diary.entries(4).await;
    entries.sort();
    assert_eq!(entries, ["fails: no luck", "fails: no luck", "panics: at the disco", "panics: at the disco"]);
    assert_eq!(client.trigger("panics").unwrap().stats().panicked, 2);
    stop(&client, run).await;
}

#[tokio::test]
async fn the_state_of_the_worlds_is_known_and_told() {
    let sim = Sim::builder().rate(0.0).heartbeat(Duration::from_millis(20)).start().await.unwrap();
    let diary = Diary::default();
    let client = client(&sim)
        .trigger(Trigger::on::<Death>().action(|_: Death| {}))
        .trigger(Trigger::on::<WorldStateChanged>().worlds([WorldId::SOLTECH]).action({
            let diary = diary.clone();
            move |changed: WorldStateChanged| diary.note(changed.online)
        }))
        .build()
        .unwrap();
    assert!(client.worlds().is_empty());
    let run = start(&client).await;
    assert_eq!(diary.entries(1).await, ["true"]);
    assert_eq!(client.worlds().get(&WorldId::SOLTECH), Some(&true));
    sim.push(r#"{"detail":"EventServerEndpoint_Soltech_40","online":"false","service":"event","type":"serviceStateChanged"}"#);
    // The next heartbeat says that it is up.
    assert_eq!(diary.entries(3).await[..3], ["true", "false", "true"]);
    stop(&client, run).await;
}

#[tokio::test]
async fn two_clients_in_one_process_are_strangers() {
    let (one, other) = (quiet().await, quiet().await);
    let (ones, others) = (Diary::default(), Diary::default());
    let build = |sim, diary: &Diary| {
        client(sim).trigger(Trigger::on::<PlayerLogin>().named("same").action({
            let diary = diary.clone();
            move |login: PlayerLogin| diary.note(login.world_id)
        }))
    };
    let (first, second) = (build(&one, &ones).build().unwrap(), build(&other, &others).build().unwrap());
    let (first_run, second_run) = (start(&first).await, start(&second).await);
    subscription(&one).await;
    subscription(&other).await;
    one.publish(&login(5, 1));
    other.publish(&login(5, 40));
    assert_eq!((ones.entries(1).await, others.entries(1).await), (vec!["1".into()], vec!["40".into()]));
    stop(&first, first_run).await;
    other.publish(&login(5, 10));
    assert_eq!(others.entries(2).await.len(), 2);
    stop(&second, second_run).await;
    assert_eq!(ones.read().len(), 1);
}

#[tokio::test]
async fn long_lists_of_characters_are_subscribed_to_in_portions() {
    let sim = quiet().await;
    let squad = (0..1_234).map(|n| CharacterId(5_428_000_000_000_000_001 + 2 * n));
    let client = client(&sim).trigger(Trigger::on::<Death>().characters(squad).action(|_: Death| {})).build().unwrap();
    let run = start(&client).await;
    until("all of them", || sim.subscriptions().first().is_some_and(|it| it.lists.characters.len() == 1_234)).await;
    assert_eq!(sim.commands().iter().filter(|command| matches!(command, Command::Subscribe { .. })).count(), 3);
    stop(&client, run).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_blocks_is_counted_while_it_does() {
    let sim = quiet().await;
    let client = client(&sim)
        .trigger(Trigger::on::<Death>().named("sleeper").action(|_: Death, this: TriggerHandle| {
            for _ in 0..1_000 {
                if this.stats().stalls > 0 {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }))
        .build()
        .unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    sim.publish(&death(5, 7, 1, 1));
    until("a count", || client.trigger("sleeper").is_some_and(|sleeper| sleeper.stats().stalls == 1)).await;
    stop(&client, run).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_keeps_its_order_and_can_be_stopped() {
    const FLOOD: u64 = 50_000;

    let sim = quiet().await;
    let diary = Diary::default();
    let client = client(&sim)
        .trigger(Trigger::on::<PlayerLogin>().named("logins").action({
            let diary = diary.clone();
            move |login: PlayerLogin| diary.note(login.character_id)
        }))
        .build()
        .unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    for character in 1..=FLOOD {
        assert_eq!(sim.publish(&login(character, 1)), 1);
    }
    let entries = diary.entries(usize::try_from(FLOOD).unwrap()).await;
    assert!(entries.iter().map(|entry| entry.parse::<u64>().unwrap()).eq(1..=FLOOD));
    stop(&client, run).await;
}
