//! Events, logs and recordings for the tests.

#![allow(dead_code, clippy::unwrap_used, reason = "each test program takes a part; helpers of tests are tests")]

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
use auraxis_runtime::{Client, ClientBuilder, Speed};

/// A client that looks for its stream in vain.
pub(crate) fn offline() -> ClientBuilder {
    Client::builder().ess_url("ws://127.0.0.1:1/streaming")
}

/// A client that has nothing yet.
pub(crate) fn client() -> Client {
    offline().build().unwrap()
}

/// What the triggers of a client make it subscribe to.
pub(crate) fn subscription(client: &Client) -> String {
    client.explain().rsplit("subscription\n  ").next().unwrap().to_owned()
}

/// The frame of an event. Fields that are not given hold 1.
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

/// The event that a frame carries.
pub(crate) fn parse(frame: &str) -> Event {
    match Frame::parse(frame) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

/// An event. Fields that are not given hold 1.
pub(crate) fn event(kind: EventKind, given: &[(&str, u64)]) -> Event {
    parse(&frame(kind, given))
}

pub(crate) fn death(given: &[(&str, u64)]) -> Event {
    event(EventKind::Death, given)
}

/// A login, told apart by who it is.
pub(crate) fn login(character: u64) -> Event {
    event(EventKind::PlayerLogin, &[("character_id", character)])
}

/// An event that this version does not know.
pub(crate) fn novelty(name: &str, fields: &str) -> Event {
    parse(&format!(r#"{{"payload":{{"event_name":"{name}"{fields}}},"service":"event","type":"serviceMessage"}}"#))
}

/// Lets everything go on that can. Only for paused time, which moves when nothing else does.
pub(crate) async fn idle() {
    tokio::time::sleep(Duration::from_nanos(1)).await;
}

/// Awaits what must come soon. Not for paused time, in which it never would.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("it to come in time")
}

/// Waits until something is so. Not for paused time either.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    within(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// What was seen, in order. Clones are the same log.
#[derive(Debug)]
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T: Send + 'static> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn add(&self, seen: T) {
        self.0.lock().unwrap().push(seen);
    }

    /// A handler that adds what `see` makes of its event.
    pub(crate) fn seeing<E>(&self, see: impl Fn(E) -> T + Send + Sync + 'static) -> impl Fn(E) + Send + Sync + 'static {
        let log = self.clone();
        move |event| log.add(see(event))
    }

    /// All that was seen since this was called last.
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

/// A recording in a file of its own.
pub(crate) struct Recording(PathBuf);

impl Recording {
    /// `name` is unique among the tests of a program.
    pub(crate) fn new(name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = Self::path_of(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn of(name: &str, frames: impl IntoIterator<Item = String>) -> Self {
        Self::new(name, frames.into_iter().map(|frame| frame + "\n").collect::<String>())
    }

    /// Where a recording of this name is, or would be.
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
