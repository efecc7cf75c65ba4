//! The rate at which a durable bot handles and acknowledges events, against the same messages pulled and acknowledged with
//! `async-nats` alone.
//!
//! `NATS_SERVER=… cargo bench -p auraxis-nats --bench consume`
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;
mod rounds;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, pull},
    stream::Stream,
};
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{Death, sample::Sample},
    id::{CharacterId, WorldId},
    time::Timestamp,
};
use auraxis_nats::{NatsSource, Outgoing, Publisher, PublisherSettings, Since, stream::EVENTS};
use auraxis_runtime::{Client, Trigger};
use futures_util::StreamExt as _;
use tokio::sync::Notify;

use self::common::{NatsServer, context, small_streams};

const EVENTS_PER_ROUND: u32 = 100_000;
const ROUNDS: u32 = 7;

/// Publishes the events, which all rounds read.
async fn publish(server: &NatsServer) {
    let settings = PublisherSettings {
        streams: small_streams(),
        channel: EVENTS_PER_ROUND as usize,
        ..PublisherSettings::default()
    };
    let publisher = Publisher::start(server.url().parse().unwrap(), Environment::Pc, settings).await.unwrap();
    let sender = publisher.sender();
    for number in 0..EVENTS_PER_ROUND {
        let death = Death::sample().with(|death| {
            death.timestamp = Timestamp(1_700_000_000);
            death.character_id = CharacterId(5_428_000_000_000_000_000 + u64::from(number));
            death.world_id = WorldId(1 + number % 10);
        });
        let (event, delivery) = (death.into(), Delivery::new(SystemTime::now(), Origin::Live));
        sender.send(Outgoing::new(Environment::Pc, &event, None, number.to_string(), &delivery).unwrap());
    }
    let stats = publisher.finish(Duration::from_mins(1)).await;
    assert_eq!(stats.published, u64::from(EVENTS_PER_ROUND));
}

async fn stream(server: &NatsServer) -> Stream {
    context(server).await.get_stream(EVENTS).await.unwrap()
}

/// Waits until the broker has all acknowledgements.
async fn finish(server: &NatsServer, name: &str) {
    let stream = stream(server).await;
    loop {
        let info = stream.consumer_info(name).await.unwrap();
        if info.num_pending == 0 && info.num_ack_pending == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A bot with a trigger: from the message to its acknowledgement.
async fn bot(server: &NatsServer) -> Duration {
    let (count, all) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let (counted, notified) = (Arc::clone(&count), Arc::clone(&all));
    let source = NatsSource::new(server.url().parse().unwrap()).durable("bot").since(Since::Start);
    let trigger = Trigger::on::<Death>().action(move |_: Death| {
        if counted.fetch_add(1, Ordering::Relaxed) + 1 == EVENTS_PER_ROUND {
            notified.notify_one();
        }
    });
    let client = Client::builder().service_id("s:bench").source(source).trigger(trigger).build().unwrap();
    let start = Instant::now();
    let running = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    all.notified().await;
    finish(server, "bot").await;
    let time = start.elapsed();
    client.shutdown();
    running.await.unwrap().unwrap();
    stream(server).await.delete_consumer("bot").await.unwrap();
    assert_eq!(count.load(Ordering::Relaxed), EVENTS_PER_ROUND);
    time
}

/// Pulls and acknowledges, in a thread and a runtime like the bot's.
async fn raw(server: &NatsServer) -> Duration {
    let url = server.url();
    let start = Instant::now();
    let pulling = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let context = jetstream::new(async_nats::connect(url).await.unwrap());
            let config = pull::Config {
                durable_name: Some("raw".into()),
                ack_policy: AckPolicy::Explicit,
                max_ack_pending: 65_536,
                ..pull::Config::default()
            };
            let consumer = context.get_stream(EVENTS).await.unwrap().create_consumer(config).await.unwrap();
            let mut messages = consumer.messages().await.unwrap().take(EVENTS_PER_ROUND as usize);
            while let Some(message) = messages.next().await {
                message.unwrap().ack().await.unwrap();
            }
            context.client().flush().await.unwrap();
        });
    });
    tokio::task::spawn_blocking(|| pulling.join().unwrap()).await.unwrap();
    finish(server, "raw").await;
    let time = start.elapsed();
    stream(server).await.delete_consumer("raw").await.unwrap();
    time
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let Some(server) = NatsServer::start() else { return };
    publish(&server).await;
    let mut rounds = rounds::Rounds::new("bot", EVENTS_PER_ROUND);
    // Not counted.
    Box::pin(bot(&server)).await;
    for _ in 0..ROUNDS {
        rounds.add(Box::pin(bot(&server)).await, Box::pin(raw(&server)).await);
    }
    rounds.finish();
}
