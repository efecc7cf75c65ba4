//! Writes what auraxis receives from the simulator, and the gaps that it reports: `EVENT_STREAM REST SECONDS FILE`.
//!
//! With `-` as the file, it only counts the events, and prints their number every second.
#![allow(clippy::expect_used, clippy::print_stdout, unreachable_pub, missing_docs, reason = "a program for tests")]

use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auraxis::prelude::*;
use tokio::time::{interval, sleep};

#[path = "../truth/received.rs"]
mod received;

use received::Received;

#[tokio::main]
async fn main() -> auraxis::Result {
    let arguments: Vec<_> = env::args().collect();
    let [_, stream, rest, seconds, file] = arguments.as_slice() else { panic!("EVENT_STREAM REST SECONDS FILE") };
    let seconds = Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
    let builder = Client::builder().service_id("s:interop").ess_url(stream).rest_url(rest);
    let builder = builder.verify_interval(Duration::from_secs(2));
    if file == "-" {
        let events = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&events);
        let count = move |_: Event| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let client = builder.trigger(Trigger::on::<Event>().named("count").action(count)).build()?;
        let mut every_second = interval(Duration::from_secs(1));
        let print = async {
            loop {
                every_second.tick().await;
                println!("{}", events.load(Ordering::Relaxed));
            }
        };
        return run(&client, seconds, print).await;
    }
    let received = Received::default();
    let client = builder.trigger(received.events(Trigger::on::<Event>())).trigger(received.gap_trigger()).build()?;
    run(&client, seconds, std::future::pending::<()>()).await?;
    fs::write(file, received.take_lines().into_iter().map(|line| line + "\n").collect::<String>())
        .expect("a writable file");
    Ok(())
}

/// Runs the client for some time, and meanwhile the other future.
async fn run(client: &Client, time: Duration, other: impl Future) -> auraxis::Result {
    tokio::select! {
        result = client.run() => result,
        () = async { sleep(time).await; client.shutdown(); std::future::pending().await } => Ok(()),
        _ = other => Ok(()),
    }
}
