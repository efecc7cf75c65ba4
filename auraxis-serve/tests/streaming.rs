//! `/streaming`: the merged stream, in the protocol of the event stream.
#![allow(clippy::unwrap_used)] // Tests.

mod common;
#[path = "common/ess.rs"]
mod ess;

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::{
    event::{Death, Event, GainExperience},
    frame::Frame,
    id::WorldId,
};
use auraxis_runtime::{Client, ClientBuilder, Trigger};
use auraxis_serve::{Serve as _, Settings};
use auraxis_sim::{Fault, Links, Sim};
use common::{Bot, SERVICE_ID, until};
use ess::{EVERYTHING, Ess};
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Error, Message, protocol::frame::coding::CloseCode};

/// A bot with a trigger for deaths only.
async fn bot(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Bot {
    Bot::start(Sim::builder().rate(0.0), |builder| {
        configure(builder.trigger(Trigger::on::<Death>().named("deaths").action(|_: Death| {})))
    })
    .await
}

fn url(bot: &Bot) -> String {
    format!("ws://{}/streaming", bot.address)
}

/// An event, as the simulator sends it. The number tells it from others.
fn experience(world: u32, number: usize) -> String {
    format!(
        concat!(
            r#"{{"payload":{{"amount":"{}","character_id":"5428010618015189713","event_name":"GainExperience","#,
            r#""experience_id":"4","loadout_id":"1","other_id":"5428010618015189715","team_id":"2","#,
            r#""timestamp":"1700000000","world_id":"{}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
        ),
        number, world
    )
}

fn lock(world: u32) -> String {
    format!(
        concat!(
            r#"{{"payload":{{"event_name":"ContinentLock","event_type":"0","metagame_event_id":"0","nc_population":"1","#,
            r#""previous_faction":"1","timestamp":"1700000000","tr_population":"1","triggering_faction":"1","#,
            r#""vs_population":"1","world_id":"{}","zone_id":"4"}},"service":"event","type":"serviceMessage"}}"#
        ),
        world
    )
}

fn parse(text: &str) -> Event {
    let Ok(Frame::Event(event)) = Frame::parse(text) else { panic!("not an event: {text}") };
    event
}

/// Waits until so many links of the bot get this event.
async fn until_links(bot: &Bot, links: usize, text: &str) {
    let event = parse(text);
    until("the bot has subscribed", async || {
        bot.sim.subscriptions().iter().filter(|state| state.meaning().admits(&event)).count() >= links
    })
    .await;
}

/// Publishes events at a pace that every client of a busy machine can follow.
async fn publish(bot: &Bot, numbers: std::ops::Range<usize>) {
    for number in numbers {
        bot.sim.publish(&experience(1, number));
        if number % 50 == 49 {
            sleep(Duration::from_millis(2)).await;
        }
    }
}

#[tokio::test]
async fn greeting_and_answers_are_those_of_the_simulator() {
    let bot = bot(|builder| builder).await;
    let first = Ess::connect(&url(&bot)).await;
    until("all worlds are online", async || bot.client.worlds().values().filter(|online| **online).count() == 4).await;
    let mut clients = [
        Ess::connect(&format!("{}?environment=ps2&service-id=s:example", bot.sim.ess_url())).await,
        Ess::connect(&format!("{}?environment=all&service-id=s:{SERVICE_ID}", url(&bot))).await,
    ];
    // The first entry is no command: it shows the greeting.
    let commands = [
        "",
        r#"{"service":"event","action":"subscribe"}"#,
        r#"{"service":"event","action":"subscribe","eventNames":["Death","Nonsense"],"worlds":[1,"x"],"characters":["5",6]}"#,
        r#"{"service":"event","action":"subscribe","logicalAndCharactersWithWorlds":"true","list_characters":true}"#,
        r#"{"service":"event","action":"clearSubscribe","characters":["6"],"eventNames":["Nonsense"]}"#,
        r#"{"service":"event","action":"subscribe","characters":["all"]}"#,
        r#"{"service":"event","action":"subscribe","logicalAndCharactersWithWorlds":false}"#,
        r#"{"service":"event","action":"clearSubscribe","all":"true"}"#,
        r#"{"service":"event","action":"recentCharacterIds"}"#,
        r#"{"service":"event","action":"recentCharacterIdsCount"}"#,
        r#"{"service":"event","action":"echo","payload":{"payload":{"event_name":"Death"}}}"#,
        r#"{"service":"event","action":"echo","payload":"no object"}"#,
        r#"{"service":"event","action":"help"}"#,
        r#"{"service":"event","action":"unknown"}"#,
        r#"{"service":"other","action":"help"}"#,
        r#"{"service":"event","action":"subscribe","worlds":7}"#,
        "{}",
        "no JSON",
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let mut answers = Vec::new();
        for client in &mut clients {
            if !command.is_empty() {
                client.send(command).await;
            }
            answers.push(client.until_echo(&json!({ "marker": number }).to_string(), 4).await);
        }
        assert_eq!(answers[0], answers[1], "{command}");
        let is_answered = number == 0 || (1..=10).contains(&number) || number == 12;
        assert_eq!(!answers[0].is_empty(), is_answered, "{command}: {answers:?}");
    }
    drop(first);
    bot.stop().await;
}

#[tokio::test]
async fn each_client_has_its_own_subscription_whatever_the_triggers_of_the_bot() {
    let bot = bot(|builder| builder).await;
    let (mut world, mut locks) = (Ess::connect(&url(&bot)).await, Ess::connect(&url(&bot)).await);
    let by_world = r#"{"service":"event","action":"subscribe","eventNames":["GainExperience"],"characters":["all"],
        "worlds":["10"],"logicalAndCharactersWithWorlds":true}"#;
    assert_eq!(world.subscribe(by_world).await["subscription"]["worlds"], json!(["10"]));
    locks
        .subscribe(r#"{"service":"event","action":"subscribe","eventNames":["ContinentLock"],"worlds":["1","10"]}"#)
        .await;
    until_links(&bot, 1, &experience(10, 1)).await;
    until_links(&bot, 1, &lock(1)).await;
    for text in [experience(1, 1), lock(1), experience(10, 2), lock(40), lock(10), experience(10, 3)] {
        bot.sim.publish(&text);
    }
    assert_eq!(world.event().await, Some(experience(10, 2)));
    assert_eq!(world.event().await, Some(experience(10, 3)));
    assert_eq!(locks.event().await, Some(lock(1)));
    assert_eq!(locks.event().await, Some(lock(10)));
    // Once nobody wants them, the bot no longer subscribes to them. The characters of its own trigger remain.
    drop((world, locks));
    until("the bot has unsubscribed", async || {
        bot.sim.subscriptions().iter().all(|state| !state.meaning().admits(&parse(&lock(1))))
    })
    .await;
    bot.stop().await;
}

#[tokio::test]
async fn recent_characters_are_those_of_received_events() {
    let bot = bot(|builder| builder).await;
    let mut client = Ess::connect(&url(&bot)).await;
    client.subscribe(EVERYTHING).await;
    until_links(&bot, 1, &experience(1, 1)).await;
    bot.sim.publish(&experience(1, 1));
    client.event().await.unwrap();
    client.send(r#"{"service":"event","action":"recentCharacterIds"}"#).await;
    let answer = client.find(|frame| frame.pointer("/payload/recent_character_id_count").is_some()).await;
    assert_eq!(answer["payload"]["recent_character_id_list"], json!(["5428010618015189713"]));
    bot.stop().await;
}

#[tokio::test]
async fn heartbeats_follow_the_worlds_and_changes_are_announced() {
    let bot = bot(|builder| builder.serve_settings(|settings| settings.heartbeat(Duration::from_millis(500)))).await;
    let mut client = Ess::connect(&url(&bot)).await;
    let online =
        |frame: &Value, wanted: &str| frame.pointer("/online/EventServerEndpoint_Soltech_40") == Some(&json!(wanted));
    client.find(|frame| frame["type"] == "heartbeat" && online(frame, "true")).await;
    let is_change = |frame: &Value, endpoint: &str, wanted: &str| {
        frame["type"] == "serviceStateChanged" && frame["detail"] == endpoint && frame["online"] == wanted
    };
    let (soltech, jaeger) = ("EventServerEndpoint_Soltech_40", "EventServerEndpoint_Jaeger_19");
    bot.sim.inject(Fault::Down { world: WorldId::SOLTECH, duration: Duration::from_hours(1) });
    client.find(|frame| is_change(frame, soltech, "false")).await;
    let heartbeat = client.find(|frame| frame["type"] == "heartbeat").await;
    assert!(online(&heartbeat, "false"), "{heartbeat}");
    bot.sim.inject(Fault::Down { world: WorldId::JAEGER, duration: Duration::from_millis(300) });
    client.find(|frame| is_change(frame, jaeger, "false")).await;
    client.find(|frame| is_change(frame, jaeger, "true")).await;
    bot.stop().await;
}

#[tokio::test]
async fn pings_are_answered_and_clients_that_answer_none_are_disconnected() {
    let bot = bot(|builder| builder.serve_settings(|settings| settings.heartbeat(Duration::from_millis(500)))).await;
    Ess::connect(&url(&bot)).await.ignore_everything().await;
    // This one answers while it reads.
    let mut client = Ess::connect(&url(&bot)).await;
    client.send_message(Message::Ping("?".into())).await.unwrap();
    while client.next().await.expect("still connected") != Message::Pong("?".into()) {}
    bot.stop().await;
}

/// Publishes events, in portions that this client has received completely before the next one, whatever other clients do.
async fn publish_and_receive(bot: &Bot, client: &mut Ess, events: usize) {
    const PORTION: usize = 500;
    for first in (0..events).step_by(PORTION) {
        for number in first..first + PORTION {
            bot.sim.publish(&experience(1, number));
        }
        for number in first..first + PORTION {
            assert_eq!(client.event().await, Some(experience(1, number)));
        }
    }
}

/// More than the ring and the buffers of the system hold.
const MANY: usize = 40_000;

#[tokio::test]
async fn what_a_slow_client_misses_is_its_loss_alone_and_counted() {
    let log = Log::start();
    // However slow the machine is, it stays connected.
    let patient =
        |settings: Settings| settings.reader_timeout(Duration::from_hours(1)).heartbeat(Duration::from_hours(1));
    let bot = bot(|builder| builder.serve_settings(patient)).await;
    let (mut slow, mut fast) = (Ess::connect_small(&bot.address).await, Ess::connect(&url(&bot)).await);
    slow.subscribe(EVERYTHING).await;
    fast.subscribe(EVERYTHING).await;
    until_links(&bot, 1, &experience(1, 0)).await;
    publish_and_receive(&bot, &mut fast, MANY).await;
    bot.sim.publish(&lock(1));
    let (mut received, mut last) = (0, None);
    loop {
        match parse(&slow.event().await.expect("still connected")) {
            Event::GainExperience(event) => {
                assert!(last < Some(event.amount), "out of order");
                (received, last) = (received + 1, Some(event.amount));
            }
            event => {
                assert_eq!(event.name(), "ContinentLock");
                break;
            }
        }
    }
    let missed = MANY - received;
    assert!(missed > 0 && received > 0, "{received} received");
    drop((slow, fast));
    until("the loss is reported", async || log.lost().is_some()).await;
    // Signals, of which it gets none, are counted as well.
    let counted = log.lost().unwrap();
    assert!((missed..missed + 50).contains(&counted), "{missed} missed, {counted} counted");
    assert_eq!(bot.client.trigger("deaths").unwrap().stats().dropped, 0);
    bot.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let bot =
        bot(|builder| builder.serve_settings(|settings| settings.reader_timeout(Duration::from_millis(300)))).await;
    let (mut slow, mut fast) = (Ess::connect_small(&bot.address).await, Ess::connect(&url(&bot)).await);
    slow.subscribe(EVERYTHING).await;
    fast.subscribe(EVERYTHING).await;
    until_links(&bot, 1, &experience(1, 0)).await;
    publish_and_receive(&bot, &mut fast, MANY).await;
    sleep(Duration::from_millis(400)).await;
    slow.read_to_end().await;
    fast.subscribe(EVERYTHING).await;
    bot.stop().await;
}

#[tokio::test]
async fn nonsense_and_excess_concern_nobody_else() {
    let bot = bot(|builder| builder).await;
    let mut other = Ess::connect(&url(&bot)).await;
    other.subscribe(EVERYTHING).await;
    until_links(&bot, 1, &experience(1, 0)).await;
    let characters = |count: u64| {
        let ids: Vec<_> = (0..count).map(|id| (5_428_010_618_015_189_713 + id).to_string()).collect();
        json!({ "service": "event", "action": "subscribe", "characters": ids, "eventNames": ["Death"] }).to_string()
    };

    // Ignored.
    let mut client = Ess::connect(&url(&bot)).await;
    client.send_message(Message::Binary(vec![0; 100].into())).await.unwrap();
    for text in ["", "[", "[]", "null", r#"{"service":"event","action":"subscribe","eventNames":{}}"#, "\u{0}"] {
        client.send(text).await;
    }
    let echo = client.subscribe(&characters(10_000)).await;
    assert_eq!(echo["subscription"]["characterCount"], 10_000);

    // Refused, with a reason.
    client.send(&characters(10_001)).await;
    let expected = "a connection can subscribe to 10000 characters at most";
    assert_eq!(client.close_frame().await, (CloseCode::Policy, expected.into()));
    let mut client = Ess::connect(&url(&bot)).await;
    client.send(&"x".repeat(300_000)).await;
    assert_eq!(client.close_frame().await.0, CloseCode::Size);
    let mut client = Ess::connect(&url(&bot)).await;
    // The server does not read all of it.
    let _ = client.send_message(Message::text("x".repeat(5_000_000))).await;
    client.read_to_end().await;

    // Slowed down.
    let mut client = Ess::connect(&url(&bot)).await;
    for _ in 0..400 {
        client.send(r#"{"service":"event","action":"recentCharacterIdsCount"}"#).await;
    }
    bot.sim.publish(&experience(1, 7));
    assert_eq!(other.event().await, Some(experience(1, 7)));
    bot.stop().await;
}

#[tokio::test]
async fn connections_are_limited_and_wrong_ones_get_a_reason() {
    let bot = bot(|builder| builder).await;
    let refused = async |url: &str| match Ess::try_connect(url).await {
        Err(Error::Http(response)) => {
            (response.status().as_u16(), String::from_utf8(response.into_body().unwrap_or_default()).unwrap())
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("accepted"),
    };
    let (status, body) = refused(&format!("{}?environment=ps2ps4eu&service-id={SERVICE_ID}", url(&bot))).await;
    assert_eq!(status, 400);
    assert!(body.contains("events of `ps2`") && !body.contains(SERVICE_ID), "{body}");
    let (status, body) = bot.get("/streaming").await;
    assert!(status.is_client_error() && body.contains("ws://"), "{status} {body}");
    assert!(matches!(Ess::connect_from(&url(&bot), "https://evil.example").await, Err(Error::Http(_))));
    assert!(Ess::connect_from(&url(&bot), &format!("http://{}", bot.address)).await.is_ok());
    let clients = Mutex::new(Vec::new());
    // Those of above may not have left yet.
    until("32 clients are connected", async || {
        if let Ok(client) = Ess::try_connect(&url(&bot)).await {
            clients.lock().unwrap().push(client);
        }
        clients.lock().unwrap().len() == 32
    })
    .await;
    let (status, body) = refused(&url(&bot)).await;
    assert!(status == 503 && body.contains("32 clients"), "{status} {body}");
    drop(clients.lock().unwrap().pop());
    until("there is a place", async || Ess::try_connect(&url(&bot)).await.is_ok()).await;
    bot.stop().await;
}

/// A client of auraxis that counts the events that it gets from the bot.
struct Downstream {
    client: Client,
    numbers: Arc<Mutex<Vec<u64>>>,
    run: tokio::task::JoinHandle<auraxis_runtime::Result>,
}

impl Downstream {
    async fn start(bot: &Bot) -> Self {
        let numbers = Arc::new(Mutex::new(Vec::new()));
        let pushed = Arc::clone(&numbers);
        let push = move |event: GainExperience| pushed.lock().unwrap().push(u64::try_from(event.amount).unwrap());
        let client = Client::builder()
            .service_id("s:any")
            .ess_url(url(bot))
            .rest_url(bot.sim.rest_url())
            .trigger(Trigger::on::<GainExperience>().named("count").action(push))
            .build()
            .unwrap();
        let run = tokio::spawn({
            let client = client.clone();
            async move { client.run().await }
        });
        client.wait_ready().await.unwrap();
        Self { client, numbers, run }
    }

    /// Waits until every event was received once.
    async fn has_received(&self, events: usize) {
        let expected: BTreeSet<u64> = (0..events as u64).collect();
        until("all events are received", async || self.numbers.lock().unwrap().len() >= events).await;
        let numbers = self.numbers.lock().unwrap().clone();
        assert!(numbers.len() == events && numbers.into_iter().collect::<BTreeSet<_>>() == expected);
    }

    async fn stop(self) {
        self.client.shutdown();
        self.run.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn another_bot_gets_every_event_once() {
    let bot = bot(|builder| builder).await;
    let downstream = Downstream::start(&bot).await;
    until_links(&bot, 1, &experience(1, 0)).await;
    publish(&bot, 0..2_000).await;
    downstream.has_received(2_000).await;
    let health = downstream.client.health();
    assert_eq!((health.parse_errors, health.unknown_events, health.duplicates), (0, 0, 0), "{health}");
    downstream.stop().await;
    bot.stop().await;
}

#[tokio::test]
async fn the_reset_of_one_of_two_links_costs_other_programs_nothing() {
    let bot = bot(|builder| builder.redundancy(2)).await;
    let downstream = Downstream::start(&bot).await;
    let mut other = Ess::connect(&url(&bot)).await;
    other.subscribe(EVERYTHING).await;
    until_links(&bot, 2, &experience(1, 0)).await;
    until_links(&bot, 2, &lock(1)).await;
    publish(&bot, 0..1_000).await;
    bot.sim.inject(Fault::Reset.on(Links::Nth(1)));
    publish(&bot, 1_000..2_000).await;
    downstream.has_received(2_000).await;
    // A link that was busy can deliver later than the one that has reconnected, so the order can differ.
    let mut events = BTreeSet::new();
    for _ in 0..2_000 {
        events.insert(other.event().await.unwrap());
    }
    assert_eq!(events, (0..2_000).map(|number| experience(1, number)).collect());
    downstream.stop().await;
    bot.stop().await;
}

#[tokio::test]
async fn when_the_bot_stops_clients_are_disconnected() {
    let bot = bot(|builder| builder).await;
    let mut client = Ess::connect(&url(&bot)).await;
    bot.stop().await;
    client.read_to_end().await;
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).init();
        log
    }

    /// Returns the reported loss of a client that has left.
    fn lost(&self) -> Option<usize> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let line = log.lines().find(|line| line.contains("which had lost events"))?.to_owned();
        line.split("lost=").nth(1)?.trim().parse().ok()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
