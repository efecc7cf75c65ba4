//! Connections of whole clients: to the simulator with its faults, and through proxies.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis::prelude::*;
use auraxis_sim::{Sim, TruthEntry};
use tokio::time::{Instant, sleep};
use tracing::subscriber::DefaultGuard;

mod apart;
mod backfill;
#[path = "../common/mod.rs"]
mod common;
mod derived;
mod faults;
mod proxies;
mod signals;
mod waits;

use common::{Diary, client, login, quiet, quiet_at, start, stop, subscription, until, within};

/// Captures the log of this thread, and of the clients that run on it, until it is dropped.
struct Log {
    text: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

impl Log {
    fn start() -> Self {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        let writer = Arc::clone(&text);
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || Writer(Arc::clone(&writer)));
        Self { text, _guard: tracing::subscriber::set_default(subscriber.finish()) }
    }

    fn read(&self) -> String {
        String::from_utf8(self.text.lock().unwrap().clone()).unwrap()
    }

    async fn says(&self, what: &str) {
        self.says_times(1, what).await;
    }

    async fn says_times(&self, times: usize, what: &str) {
        let patience = Instant::now() + Duration::from_secs(20);
        while self.read().matches(what).count() < times {
            assert!(Instant::now() < patience, "never logged: {what}\n{}", self.read());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A simulator that only sends what the test publishes, and remembers it.
async fn remembering() -> Sim {
    Sim::builder().rate(0.0).keep_truth().start().await.unwrap()
}

/// Returns the number of connections so far.
fn handshakes(sim: &Sim) -> usize {
    sim.truth().iter().filter(|entry| matches!(entry, TruthEntry::Opened { .. })).count()
}

/// A trigger that logs connections and disconnections.
fn noting(diary: &Diary) -> Trigger {
    let diary = diary.clone();
    Trigger::builder::<Event>().on::<Connected>().on::<Disconnected>().named("noting").action(move |event: Event| {
        diary.note(event.name());
    })
}

fn logins() -> Trigger {
    Trigger::on::<PlayerLogin>().named("logins").action(|_: PlayerLogin| {})
}
