//! Events, logs and recordings for the tests.

#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses a part; test helpers may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::{
    event::{Event, EventKind},
    frame::Frame,
};
use auraxis_runtime::{
    Client, ClientBuilder, Result, Speed,
    source::{Feed, Running, Source},
};
use tokio::task::{self, JoinHandle};

/// A client that cannot connect to the event stream.
pub(crate) fn offline() -> ClientBuilder {
    Client::builder().ess_url("ws://127.0.0.1:1/streaming")
}

/// A client without triggers that cannot connect.
pub(crate) fn client() -> Client {
    offline().build().unwrap()
}

/// A source that receives nothing until the client stops.
struct Silent;

impl Source for Silent {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            feed.stopping().await;
            Ok(())
        })
    }
}

/// A client that can run, but receives nothing.
pub(crate) fn silent() -> ClientBuilder {
    offline().source(Silent)
}

/// Runs a client in a task.
pub(crate) fn run(client: &Client) -> JoinHandle<Result> {
    let client = client.clone();
    task::spawn(async move { client.run().await })
}

/// The subscription of a client, as `explain` shows it.
pub(crate) fn subscription(client: &Client) -> String {
    client.explain().rsplit("subscription\n  ").next().unwrap().to_owned()
}

/// The frame of an event. Fields that are not given are 1.
pub(crate) fn frame(kind: EventKind, given: &[(&str, u64)]) -> String {
    let mut fields: Vec<_> = kind.fields().iter().map(|&field| (field, 1)).collect();
    for &(field, value) in given {
        let place = fields.iter_mut().find(|(name, _)| *name == field);
        place.unwrap_or_else(|| panic!("{} has no field `{field}`", kind.name())).1 = value;
    }
    let mut fields: Vec<_> = fields.iter().map(|(field, value)| format!(r#""{field}":"{value}""#)).collect();
    fields.push(format!(r#""event_name":"{}""#, kind.name()));
    fields.sort();
    format!(r#"{{"payload":{{{}}},"service":"event","type":"serviceMessage"}}"#, fields.join(","))
}

/// Parses the event in a frame.
pub(crate) fn parse(frame: &str) -> Event {
    match Frame::parse(frame) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

/// An event. Fields that are not given are 1.
pub(crate) fn event(kind: EventKind, given: &[(&str, u64)]) -> Event {
    parse(&frame(kind, given))
}

pub(crate) fn death(given: &[(&str, u64)]) -> Event {
    event(EventKind::Death, given)
}

/// A login of this character.
pub(crate) fn login(character: u64) -> Event {
    event(EventKind::PlayerLogin, &[("character_id", character)])
}

/// An unknown event.
pub(crate) fn novelty(name: &str, fields: &str) -> Event {
    parse(&format!(r#"{{"payload":{{"event_name":"{name}"{fields}}},"service":"event","type":"serviceMessage"}}"#))
}

/// Runs everything that is ready. Only for paused time, which advances only when nothing is ready.
pub(crate) async fn idle() {
    tokio::time::sleep(Duration::from_nanos(1)).await;
}

/// Awaits a future with a timeout. Not for paused time, which would jump to the timeout.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("no timeout")
}

/// Waits until a condition holds. Not for paused time either.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    within(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// A log of values, in order. Clones share it.
#[derive(Debug)]
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T: Send + 'static> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn add(&self, value: T) {
        self.0.lock().unwrap().push(value);
    }

    /// Returns a handler that logs `value` of its event.
    pub(crate) fn handler<E>(
        &self,
        value: impl Fn(E) -> T + Send + Sync + 'static,
    ) -> impl Fn(E) + Send + Sync + 'static {
        let log = self.clone();
        move |event| log.add(value(event))
    }

    /// Takes all values logged since the last call.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A recording in a file, which is deleted after the test.
pub(crate) struct Recording(PathBuf);

impl Recording {
    /// Creates a recording. `name` must be unique among the tests of a binary.
    pub(crate) fn new(name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = Self::path_of(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn of(name: &str, frames: impl IntoIterator<Item = String>) -> Self {
        Self::new(name, frames.into_iter().map(|frame| frame + "\n").collect::<String>())
    }

    /// The path of the recording with this name.
    pub(crate) fn path_of(name: &str) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}.ndjson", env!("CARGO_CRATE_NAME")))
    }

    pub(crate) fn replay(&self, speed: Speed) -> ClientBuilder {
        Client::builder().replay([&self.0]).speed(speed)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
