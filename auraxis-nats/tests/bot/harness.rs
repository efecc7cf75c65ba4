//! A broker with a publisher, and bots that read from it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use async_nats::jetstream::{Context, Message, consumer::Info};
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{Event, PlayerLogin, PlayerLogout, sample::Sample},
    id::{CharacterId, WorldId},
    time::Timestamp,
};
use auraxis_nats::{
    NatsSource, Outgoing, Publisher, PublisherSettings, Since,
    stream::{DEAD, EVENTS},
};
use auraxis_runtime::{Client, ClientBuilder, Result, Trigger};
use tokio::task::JoinHandle;

use crate::common::{NatsServer, ServerSettings, context, eventually, messages, small_streams, within};

pub const SECOND: Duration = Duration::from_secs(1);

/// A server with the streams, and what publishes to it.
pub struct Broker {
    pub server: NatsServer,
    pub context: Context,
    publisher: Publisher,
}

impl Broker {
    /// Returns `None` if the server is not installed.
    pub async fn start() -> Option<Self> {
        Self::with(ServerSettings::default()).await
    }

    pub async fn with(settings: ServerSettings) -> Option<Self> {
        let server = NatsServer::with(settings)?;
        let settings = PublisherSettings { streams: small_streams(), ..PublisherSettings::default() };
        let publisher = Publisher::start(server.url().parse().unwrap(), Environment::Pc, settings);
        let publisher = within(publisher).await.unwrap();
        let context = context(&server).await;
        Some(Self { server, context, publisher })
    }

    /// Publishes an event.
    pub fn send(&self, event: impl Into<Event>) {
        let event = event.into();
        let delivery = Delivery::new(SystemTime::now(), Origin::Live);
        let id = event.message_id().to_string();
        self.publisher.sender().send(Outgoing::new(Environment::Pc, &event, None, id, &delivery).unwrap());
    }

    pub fn login(&self, character: u64) {
        self.send(login(character, 1));
    }

    pub fn logins(&self, characters: std::ops::Range<u64>) {
        characters.for_each(|character| self.login(character));
    }

    /// Waits until so many messages are published.
    pub async fn published(&self, count: u64) {
        eventually("everything is published", || self.publisher.sender().stats().published >= count).await;
    }

    /// The source of a bot with a durable name, which begins with the first event.
    pub fn source(&self, durable: &str) -> NatsSource {
        self.ephemeral().durable(durable).since(Since::Start)
    }

    pub fn ephemeral(&self) -> NatsSource {
        NatsSource::new(self.server.url().parse().unwrap())
    }

    /// The state of a durable consumer.
    pub async fn consumer(&self, name: &str) -> Info {
        within(self.context.get_stream(EVENTS)).await.unwrap().consumer_info(name).await.unwrap()
    }

    /// Waits until there are so many dead letters.
    pub async fn dead_letters(&self, count: usize) -> Vec<Message> {
        for _ in 0..2_000 {
            let letters = messages(&self.context, DEAD).await;
            if letters.len() >= count {
                return letters;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no {count} dead letters");
    }

    /// Waits until a bot has acknowledged everything.
    pub async fn all_acknowledged(&self, name: &str) {
        for _ in 0..2_000 {
            let info = self.consumer(name).await;
            if info.num_ack_pending == 0 && info.num_pending == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not everything is acknowledged: {:?}", self.consumer(name).await);
    }
}

pub fn login(character: u64, world: u32) -> PlayerLogin {
    PlayerLogin::sample().with(|login| {
        login.character_id = CharacterId(character);
        login.world_id = WorldId(world);
        login.timestamp = Timestamp(1_700_000_000 + i64::try_from(character).unwrap());
    })
}

pub fn logout(character: u64) -> PlayerLogout {
    PlayerLogout::sample().with(|logout| logout.character_id = CharacterId(character))
}

pub fn bot(source: NatsSource) -> ClientBuilder {
    Client::builder().service_id("s:test").grace(5 * SECOND).source(source)
}

/// Builds a client, and runs it until it is shut down.
pub fn start(builder: ClientBuilder) -> (Client, JoinHandle<Result>) {
    let client = builder.build().unwrap();
    let running = run(&client);
    (client, running)
}

/// A trigger that logs the characters which log in.
pub fn log_logins(log: &Log<u64>) -> Trigger {
    let log = log.clone();
    Trigger::on::<PlayerLogin>().named("log").action(move |login: PlayerLogin| log.add(login.character_id.0))
}

/// Runs a client until it is shut down.
pub fn run(client: &Client) -> JoinHandle<Result> {
    let client = client.clone();
    tokio::spawn(async move { client.run().await })
}

pub async fn stop(client: &Client, running: JoinHandle<Result>) {
    client.shutdown();
    within(running).await.unwrap().unwrap();
}

/// What handlers have seen, in order.
#[derive(Debug)]
pub struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Log<T> {
    pub fn new() -> Self {
        Self(Arc::default())
    }

    pub fn add(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }

    pub async fn wait_for(&self, count: usize) -> Vec<T> {
        eventually("so many entries", || self.len() >= count).await;
        self.all()
    }
}
