//! Recordings in place of a connection.

use std::{collections::BTreeMap, io, path::PathBuf};

use auraxis_core::time::Timestamp;
use tokio::task::spawn_blocking;

use super::{
    batch::{Batch, Content},
    feed::{Feed, Running, Source},
};
use crate::{
    clock::real_ms,
    error::{Error, ErrorKind, Result},
    recording::{Entry, Lines, Links, Reader, Record, Replay, ReplayClock},
};

/// So many entries go to the stream at once.
const BATCH: usize = 256;

/// Recordings, one after the other, as fast as they are to be replayed.
pub(crate) struct Recorded {
    replay: Replay,
    /// The first file, and what has been read of it to know when the recording begins.
    first: Option<(Lines, Reader)>,
}

impl Recorded {
    /// Opens the first recording.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) async fn open(replay: Replay) -> Result<Self> {
        let first = match replay.paths.first() {
            Some(path) => Some(open(path.clone(), &replay).await.map_err(|error| cannot(path, error))?),
            None => None,
        };
        Ok(Self { replay, first })
    }

    /// When the recording begins, in milliseconds since 1970, if it says.
    pub(crate) fn starts_at(&self) -> Option<i64> {
        self.first.as_ref()?.0.entries.iter().find_map(|entry| entry.at_ms)
    }
}

impl Source for Recorded {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let starts_at = self.starts_at().unwrap_or_else(real_ms);
            let Self { replay, first } = *self;
            let mut player = Player::new(&replay, &feed, starts_at);
            let result = tokio::select! {
                result = player.play_all(first) => result,
                () = feed.stopping() => Ok(()),
            };
            player.finish().await;
            result
        })
    }
}

fn cannot(path: &std::path::Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Recording, format!("cannot replay {}", path.display())).caused_by(error)
}

async fn open(path: PathBuf, replay: &Replay) -> io::Result<(Lines, Reader)> {
    let progress = replay.counter();
    blocking(move || read(Reader::open(&path, &progress)?)).await
}

fn read(mut reader: Reader) -> io::Result<(Lines, Reader)> {
    Ok((reader.batch()?, reader))
}

async fn blocking<T: Send + 'static>(read: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(read).await.map_err(io::Error::other)?
}

/// Hands the lines over in their time.
struct Player<'a> {
    replay: &'a Replay,
    feed: &'a Feed,
    clock: ReplayClock,
    batch: Batch,
    links: Links,
    /// Which links are up, of those that were.
    are_up: BTreeMap<u32, bool>,
}

impl<'a> Player<'a> {
    fn new(replay: &'a Replay, feed: &'a Feed, starts_at: i64) -> Self {
        let clock = ReplayClock::new(replay.speed);
        Self {
            replay,
            feed,
            clock,
            batch: Batch::received_at(0, starts_at),
            links: Links::default(),
            are_up: BTreeMap::new(),
        }
    }

    async fn play_all(&mut self, mut first: Option<(Lines, Reader)>) -> Result {
        let (mut any_frames, mut without) = (false, Vec::new());
        for path in &self.replay.paths {
            let opened = match first.take() {
                Some(opened) => opened,
                None => open(path.clone(), self.replay).await.map_err(|error| cannot(path, error))?,
            };
            match self.play(opened).await.map_err(|error| cannot(path, error))? {
                None => any_frames = true,
                Some(error) => without.push((path, error)),
            }
        }
        // One file of many may be empty. A replay of nothing is a mistake.
        let nothing = if any_frames { None } else { without.pop() };
        for (path, error) in without {
            tracing::warn!("nothing of {} is replayed: {error}", path.display());
        }
        nothing.map_or(Ok(()), |(path, error)| Err(cannot(path, error)))
    }

    /// Plays a file, and returns why it has no frames, if so.
    async fn play(&mut self, (mut lines, mut reader): (Lines, Reader)) -> io::Result<Option<io::Error>> {
        loop {
            let (ahead, last) = (reader.ahead, lines.last);
            let no_frames = if last { reader.no_frames() } else { None };
            let go_on = move || read(reader);
            // Somebody may be writing the file: then what is there goes before what may come.
            let next = if ahead && !last { Ok(tokio::spawn(blocking(go_on))) } else { Err(go_on) };
            for entry in lines.entries {
                for broken_off in self.links.follow(&entry) {
                    self.entry(broken_off).await;
                }
                self.entry(entry).await;
            }
            if !ahead {
                self.hand_over().await;
            }
            (lines, reader) = match next {
                Ok(reading) => reading.await.map_err(io::Error::other)??,
                Err(_) if last => return Ok(no_frames),
                Err(go_on) => blocking(go_on).await?,
            };
        }
    }

    async fn entry(&mut self, Entry { number, at_ms, link, record }: Entry) {
        if let Some(at_ms) = at_ms
            && !self.clock.is_due(at_ms)
        {
            self.hand_over().await;
            self.clock.reach(at_ms).await;
        }
        if link != self.batch.link || self.batch.contents.len() >= BATCH {
            self.hand_over().await;
        }
        if self.batch.is_empty() {
            self.batch.link = link;
            self.batch.received_ms = at_ms.unwrap_or(self.batch.received_ms);
        }
        // Recordings as they came say nothing of links.
        if self.are_up.is_empty() && !matches!(record, Ok(Record::Connected { .. })) {
            self.batch.connected(1);
            self.are_up.insert(link, true);
        }
        match record {
            Ok(Record::Frame(frame)) => self.batch.frame(frame),
            Ok(Record::Connected { count }) => {
                self.batch.connected(count);
                self.are_up.insert(link, true);
            }
            Ok(Record::Disconnected { reason, heard_ms }) => {
                self.batch.disconnected(reason, Some(second(heard_ms)));
                self.are_up.insert(link, false);
            }
            Ok(Record::Lost { frames, since_ms }) => {
                tracing::warn!("line {number}: {frames} frames from {} on could not be recorded", second(since_ms));
            }
            Err(fault) => self.batch.contents.push(Content::Fault(fault, Some(number))),
        }
    }

    async fn hand_over(&mut self) {
        if !self.batch.is_empty() {
            // If the stream takes no more, the source is about to be stopped.
            self.feed.send(self.batch.take()).await;
        }
    }

    /// The links end with the recording.
    async fn finish(mut self) {
        self.hand_over().await;
        let now_ms = self.batch.received_ms;
        for link in self.are_up.iter().filter_map(|(link, is_up)| is_up.then_some(*link)) {
            let mut batch = Batch::received_at(link, now_ms);
            batch.disconnected("the recording ends", Some(second(now_ms)));
            self.feed.send(batch).await;
        }
    }
}

fn second(ms: i64) -> Timestamp {
    Timestamp(ms.div_euclid(1_000))
}
