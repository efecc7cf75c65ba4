//! The rate at which a relay publishes events, against the same messages published with `async-nats` alone: prepared in
//! advance, with as many in flight.
//!
//! `NATS_SERVER=… cargo bench -p auraxis-nats --bench publish`
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;
mod rounds;

use std::{
    collections::VecDeque,
    hint::black_box,
    thread,
    time::{Duration, Instant, SystemTime},
};

use async_nats::{
    Subject,
    jetstream::{self, context::ContextBuilder, message::PublishMessage},
};
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{Death, Event, sample::Sample},
    frame::Frame,
    id::{CharacterId, WorldId},
    message,
    time::Timestamp,
};
use auraxis_nats::{Outgoing, Publisher, PublisherSettings, RelayTap, stream::EVENTS};
use auraxis_runtime::Tap;

use self::common::{NatsServer, context, small_streams};

const EVENTS_PER_ROUND: u32 = 100_000;
const ROUNDS: u32 = 7;

/// The frame of a death, different in each round, so that the broker stores all.
fn frame(round: u32, number: u32) -> String {
    let death = Death::sample().with(|death| {
        death.timestamp = Timestamp(1_700_000_000 + i64::from(round));
        death.character_id = CharacterId(5_428_000_000_000_000_000 + u64::from(number));
        death.world_id = WorldId(1 + number % 10);
    });
    message::encode(&death.into()).unwrap()
}

fn event(text: &str) -> Event {
    let Ok(Frame::Event(event)) = Frame::parse(text) else { panic!("not an event: {text}") };
    event
}

fn delivery() -> Delivery {
    Delivery::new(SystemTime::now(), Origin::Live)
}

/// Publishes as a relay does: from the event to its confirmation.
async fn relay(server: &NatsServer, round: u32) -> Duration {
    let events: Vec<_> =
        (0..EVENTS_PER_ROUND).map(|number| frame(round, number)).map(|text| (event(&text), text)).collect();
    let settings = PublisherSettings {
        streams: small_streams(),
        channel: EVENTS_PER_ROUND as usize,
        ..PublisherSettings::default()
    };
    let publisher = Publisher::start(server.url().parse().unwrap(), Environment::Pc, settings).await.unwrap();
    let (mut tap, sender) = (RelayTap::new(&publisher, Environment::Pc), publisher.sender());
    let start = Instant::now();
    for (event, text) in &events {
        tap.event(event, Some(text), &delivery());
    }
    let stats = publisher.finish(Duration::from_mins(1)).await;
    let time = start.elapsed();
    assert_eq!((stats.published, stats.duplicates, stats.dropped), (u64::from(EVENTS_PER_ROUND), 0, 0));
    drop(sender);
    time
}

/// Publishes prepared messages, in a thread and a runtime like the relay's.
fn raw(server: &NatsServer, round: u32) -> Duration {
    let messages: Vec<(Subject, PublishMessage)> = (0..EVENTS_PER_ROUND)
        .map(|number| {
            let text = frame(round, number);
            let event = event(&text);
            let id = event.message_id().to_string();
            let message = Outgoing::new(Environment::Pc, &event, Some(&text), id.clone(), &delivery()).unwrap();
            let mut headers = async_nats::HeaderMap::new();
            headers.insert(async_nats::header::NATS_MESSAGE_ID, id);
            auraxis_nats::headers::write(&message.delivery, &mut headers);
            (message.subject, PublishMessage::build().payload(message.payload).headers(headers))
        })
        .collect();
    let url = server.url();
    let max_in_flight = PublisherSettings::default().max_in_flight;
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = async_nats::connect(url).await.unwrap();
            let context = ContextBuilder::new().max_ack_inflight(max_in_flight).build(client);
            let mut acks = VecDeque::new();
            let start = Instant::now();
            for (subject, message) in messages {
                if acks.len() == max_in_flight {
                    let ack: jetstream::context::PublishAckFuture = acks.pop_front().unwrap();
                    assert!(!ack.await.unwrap().duplicate);
                }
                acks.push_back(context.send_publish(subject, message).await.unwrap());
            }
            for ack in acks {
                assert!(!ack.await.unwrap().duplicate);
            }
            start.elapsed()
        })
    })
    .join()
    .unwrap()
}

/// What the thread of the client does for each event.
fn parts() {
    let texts: Vec<_> = (0..EVENTS_PER_ROUND).map(|number| frame(0, number)).collect();
    let events: Vec<_> = texts.iter().map(|text| event(text)).collect();
    let start = Instant::now();
    for event in &events {
        black_box(event.message_id());
    }
    let id = start.elapsed() / EVENTS_PER_ROUND;
    let start = Instant::now();
    for (event, text) in events.iter().zip(&texts) {
        black_box(Outgoing::new(Environment::Pc, event, Some(text), String::new(), &delivery()));
    }
    println!("for each event: message id {id:?}, message {:?}", start.elapsed() / EVENTS_PER_ROUND);
}

fn main() {
    let Some(server) = NatsServer::start() else { return };
    parts();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
    let purge = || {
        runtime.block_on(async { context(&server).await.get_stream(EVENTS).await.unwrap().purge().await.unwrap() });
    };
    let mut rounds = rounds::Rounds::new("relay", EVENTS_PER_ROUND);
    // The first round creates the stream, and is not counted.
    runtime.block_on(relay(&server, 0));
    for round in 1..=ROUNDS {
        purge();
        let relay = runtime.block_on(relay(&server, round * 2));
        purge();
        rounds.add(relay, raw(&server, round * 2 + 1));
    }
    rounds.finish();
}
