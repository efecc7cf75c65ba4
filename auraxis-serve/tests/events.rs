//! Server-Sent Events, read over real sockets.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use auraxis_core::{
    event::{AlertStart, Death, Event, MetagameEvent, PlayerLogin, sample::Sample},
    id::{CharacterId, WorldId},
};
use auraxis_runtime::Trigger;
use auraxis_serve::Serve as _;
use common::{Bot, until};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// A bot on deaths, to which nothing is sent that a test does not send.
async fn bot() -> Bot {
    counting_bot(Arc::default(), Duration::from_secs(30)).await
}

async fn counting_bot(deaths: Arc<AtomicUsize>, reader_timeout: Duration) -> Bot {
    let count = Trigger::on::<Death>().named("count").action(move |_: Death| {
        deaths.fetch_add(1, Ordering::Relaxed);
    });
    let bot = Bot::start(auraxis_sim::Sim::builder().rate(0.0), |builder| {
        builder.trigger(count).serve_settings(|settings| settings.reader_timeout(reader_timeout))
    })
    .await;
    until("the bot is subscribed", async || subscribed(&bot, "Death")).await;
    bot
}

/// Whether the client is subscribed to this event.
fn subscribed(bot: &Bot, event: &str) -> bool {
    format!("{:?}", bot.sim.subscriptions()).contains(&format!("\"{event}\""))
}

fn death_of(character: u64) -> Death {
    Death::sample().with(|death| {
        death.character_id = CharacterId(character);
        death.attacker_character_id = None;
        death.world_id = WorldId::OSPREY;
    })
}

fn publish(bot: &Bot, event: impl Into<Event>) {
    assert_eq!(bot.sim.publish(&event.into().to_frame()), 1, "the bot is not subscribed to it");
}

/// A Server-Sent Event.
#[derive(Debug)]
struct Message {
    event: String,
    id: String,
    data: Value,
}

/// A reader of Server-Sent Events.
struct Reader {
    response: Response,
    text: String,
    last_event_id: String,
}

impl Reader {
    async fn open(bot: &Bot, query: &str) -> Self {
        Self::resume(bot, query, None).await
    }

    async fn resume(bot: &Bot, query: &str, last_event_id: Option<&str>) -> Self {
        let mut request = reqwest::Client::new().get(bot.url(&format!("/events{query}")));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new(), last_event_id: String::new() }
    }

    /// Reads as a browser does: a block without data sets the id only.
    async fn next(&mut self) -> Message {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                if let Some(id) = field("id") {
                    id.clone_into(&mut self.last_event_id);
                }
                // The bot may report its connection after the reader has come.
                if let Some(data) = field("data").filter(|_| field("event") != Some("Connected")) {
                    let (event, data) = (field("event").unwrap().to_owned(), serde_json::from_str(data).unwrap());
                    return Message { event, id: self.last_event_id.clone(), data };
                }
            }
            let chunk = timeout(Duration::from_secs(30), self.response.chunk()).await.expect("an event");
            let chunk = chunk.unwrap().expect("the response has ended");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Reads an event, which has to be a death, and returns whose.
    async fn death(&mut self) -> u64 {
        let Message { event, data, .. } = self.next().await;
        assert_eq!(event, "Death", "{data}");
        data["character_id"].as_str().unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn a_reader_gets_the_events_of_its_query() {
    let bot = bot().await;
    let mut all = Reader::open(&bot, "").await;
    let mut world = Reader::open(&bot, "?kind=Death&world=connery").await;
    let mut character = Reader::open(&bot, "?kind=AlertEnd&kind=Death&character=7,8&character=9").await;
    let mut filtered = Reader::open(&bot, "?world=17").await;
    let elsewhere = death_of(4).with(|death| death.world_id = WorldId::EMERALD);
    for death in [death_of(7), elsewhere, death_of(5), death_of(9)] {
        publish(&bot, death);
    }
    assert_eq!([world.death().await, world.death().await, world.death().await], [7, 5, 9]);
    assert_eq!([character.death().await, character.death().await], [7, 9]);
    assert_eq!(filtered.death().await, 4);
    // The payload is that of the wire.
    let Message { event, id, data } = all.next().await;
    assert_eq!((&*event, data), ("Death", serde_json::to_value(Event::from(death_of(7))).unwrap()));
    assert_eq!([all.death().await, all.death().await], [4, 5]);
    let (start, number) = id.split_once('-').unwrap();
    let next: u64 = number.parse::<u64>().unwrap() + 2;
    assert_eq!(all.last_event_id, format!("{start}-{next}"));
    bot.stop().await;
}

#[tokio::test]
async fn what_no_trigger_wants_is_subscribed_to_while_somebody_reads_it() {
    let bot = bot().await;
    let mut logins = Reader::open(&bot, "?kind=PlayerLogin").await;
    let alerts = Reader::open(&bot, "?kind=AlertStart&world=1").await;
    let mut signals = Reader::open(&bot, "?kind=WorldStateChanged,RelicCaptured").await;
    until("it is subscribed to", async || {
        ["PlayerLogin", "MetagameEvent", "RelicCaptured"].iter().all(|event| subscribed(&bot, event))
    })
    .await;
    let names: Vec<_> = bot.client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect();
    assert_eq!(names, ["count"], "readers are no triggers of the user");
    assert!(!bot.client.explain().contains("reader"), "{}", bot.client.explain());
    publish(&bot, PlayerLogin::sample().with(|login| login.character_id = CharacterId(11)));
    let login = logins.next().await;
    assert_eq!((&*login.event, &login.data["character_id"]), ("PlayerLogin", &json!("11")));
    let relic = r#"{"payload":{"event_name":"RelicCaptured","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;
    assert_eq!(bot.sim.publish(relic), 1);
    assert_eq!(signals.next().await.event, "RelicCaptured");
    drop(logins);
    until("it is no longer subscribed to", async || !subscribed(&bot, "PlayerLogin")).await;
    assert!(subscribed(&bot, "MetagameEvent") && subscribed(&bot, "RelicCaptured"));
    drop((alerts, signals));
    until("only what triggers want is left", async || {
        !subscribed(&bot, "MetagameEvent") && !subscribed(&bot, "RelicCaptured")
    })
    .await;
    assert!(subscribed(&bot, "Death"));
    bot.stop().await;
}

#[tokio::test]
async fn a_line_break_in_the_name_of_an_event_forges_nothing() {
    let bot = bot().await;
    let mut reader = Reader::open(&bot, "").await;
    bot.sim.push(r#"{"payload":{"event_name":"Odd\ndata: 1\r\n\r\nevent: Death","x":"a\nb"},"service":"event","type":"serviceMessage"}"#);
    publish(&bot, death_of(1));
    let odd = reader.next().await;
    assert_eq!((&*odd.event, &odd.data["x"]), ("Odd data: 1    event: Death", &json!("a\nb")));
    assert_eq!(reader.death().await, 1);
    bot.stop().await;
}

#[tokio::test]
async fn derived_events_are_derived_for_readers() {
    let bot = bot().await;
    let mut alerts = Reader::open(&bot, "?kind=AlertStart").await;
    until("it is subscribed to", async || subscribed(&bot, "MetagameEvent")).await;
    let started = MetagameEvent::sample();
    publish(&bot, started.clone());
    let Message { event, data, .. } = alerts.next().await;
    let alert: AlertStart = serde_json::from_value(data).unwrap();
    assert_eq!((&*event, alert.instance_id), ("AlertStart", started.instance_id));
    bot.stop().await;
}

#[tokio::test]
async fn a_reader_resumes_where_it_was() {
    let bot = bot().await;
    let mut reader = Reader::open(&bot, "?kind=Death").await;
    publish(&bot, death_of(1));
    publish(&bot, death_of(2));
    assert_eq!([reader.death().await, reader.death().await], [1, 2]);
    let id = reader.last_event_id.clone();
    drop(reader);
    publish(&bot, death_of(3));
    publish(&bot, death_of(4));
    let mut by_header = Reader::resume(&bot, "?last_event_id=0", Some(&id)).await;
    let mut by_query = Reader::open(&bot, &format!("?last_event_id={id}&character=4")).await;
    assert_eq!([by_header.death().await, by_header.death().await], [3, 4]);
    assert_eq!(by_query.death().await, 4);
    publish(&bot, death_of(5));
    assert_eq!(by_header.death().await, 5);

    // An earlier process had another start.
    let mut restarted = Reader::resume(&bot, "", Some("1c0ffee-3")).await;
    let lost = restarted.next().await;
    assert_eq!((&*lost.event, lost.data), ("lost", json!({ "events": null })));
    let deaths = [restarted.death().await, restarted.death().await];
    assert_eq!(deaths, [1, 2], "what is still known follows");
    // Nothing is reported twice.
    let mut again = Reader::resume(&bot, "?character=5", Some(&lost.id)).await;
    assert_eq!(again.death().await, 5);
    bot.stop().await;
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_dropped_and_nobody_else_notices() {
    const DEATHS: u64 = 400;

    let deaths = Arc::default();
    let bot = counting_bot(Arc::clone(&deaths), Duration::from_millis(500)).await;
    let _stuck = open_without_reading(&bot, "?kind=Death,SkillAdded").await;
    until("it is subscribed to", async || subscribed(&bot, "SkillAdded")).await;
    let mut reader = Reader::open(&bot, "?kind=Death").await;
    // More than the buffers of a socket hold.
    let padding = "x".repeat(40_000);
    for character in 1..=DEATHS {
        let frame = Event::from(death_of(character)).to_frame();
        assert_eq!(bot.sim.publish(&frame.replace(r#""event_name""#, &format!(r#""a":"{padding}","event_name""#))), 1);
        assert_eq!(reader.death().await, character);
    }
    until("the reader is dropped", async || !subscribed(&bot, "SkillAdded")).await;
    publish(&bot, death_of(1_000));
    assert_eq!(reader.death().await, 1_000);
    assert_eq!(deaths.load(Ordering::Relaxed) as u64, DEATHS + 1);
    let health = bot.client.health();
    assert_eq!(health.links.iter().map(|link| link.connections).collect::<Vec<_>>(), [1], "{health}");
    bot.stop().await;
}

async fn open_without_reading(bot: &Bot, query: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(bot.address.parse().unwrap()).await.unwrap();
    stream.write_all(format!("GET /events{query} HTTP/1.1\r\nHost: {}\r\n\r\n", bot.address).as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn the_number_of_readers_is_limited() {
    let bot = bot().await;
    let mut readers = Vec::new();
    for _ in 0..64 {
        readers.push(Reader::open(&bot, "").await);
    }
    let refused = bot.try_get("/events").await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert!(refused.text().await.unwrap().contains("there are 64 readers"));
    // Others are not affected, and what is wrong is still told.
    assert_eq!(bot.get("/events?kind=Deth").await.0, StatusCode::BAD_REQUEST);
    publish(&bot, death_of(1));
    for reader in &mut readers {
        assert_eq!(reader.death().await, 1);
    }
    readers.pop();
    until("there is room again", async || {
        bot.try_get("/events").await.is_some_and(|response| response.status() == StatusCode::OK)
    })
    .await;
    bot.stop().await;
}

#[tokio::test]
async fn a_wrong_query_is_answered_with_what_is_wrong() {
    let bot = bot().await;
    for (query, expected) in [
        ("kind=BattleRankup", "unknown kind `BattleRankup`; there is `BattleRankUp`"),
        ("kind=Death&world=Auraxis", "unknown world `Auraxis`; give its id, or one of Osprey, "),
        ("kind=Death&characters=1", "unknown parameter `characters`; "),
        ("kind=%ff", "`\u{fffd}` is not the name of an event, such as `Death`"),
    ] {
        let (status, body) = bot.json(&format!("/events?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        let error = body["error"].as_str().unwrap();
        assert!(error.starts_with(expected), "{query}: {error}");
    }
    // A thousand characters fit into the head of a request.
    let ids: Vec<_> = (0..1_000).map(|n| (5_428_010_618_015_189_713_u64 + n).to_string()).collect();
    let mut reader = Reader::open(&bot, &format!("?kind=Death&character={}", ids.join(","))).await;
    publish(&bot, death_of(5_428_010_618_015_190_712));
    assert_eq!(reader.death().await, 5_428_010_618_015_190_712);
    bot.stop().await;
}
