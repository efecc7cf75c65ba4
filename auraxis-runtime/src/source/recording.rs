//! Recordings in place of a connection.

use std::{io, path::PathBuf};

use auraxis_core::time::Timestamp;
use rustc_hash::FxHashMap;
use tokio::task::spawn_blocking;

use super::{
    batch::{Batch, Content},
    feed::{Feed, Running, Source},
};
use crate::{
    error::{Error, ErrorKind, Result},
    recording::{Entry, Lines, Reader, Replay, Tempo},
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
            let Self { replay, first } = *self;
            let mut player = Player::new(&replay, &feed);
            let played = tokio::select! {
                played = player.play_all(first) => played,
                () = feed.stopping() => Ok(()),
            };
            player.finish().await;
            played
        })
    }
}

fn cannot(path: &std::path::Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Recording, format!("cannot replay {}", path.display())).caused_by(error)
}

async fn open(path: PathBuf, replay: &Replay) -> io::Result<(Lines, Reader)> {
    let progress = replay.progress();
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
    tempo: Tempo,
    batch: Batch,
    /// Which links are up.
    links: FxHashMap<u32, bool>,
    has_begun: bool,
}

impl<'a> Player<'a> {
    fn new(replay: &'a Replay, feed: &'a Feed) -> Self {
        let tempo = Tempo::new(replay.speed);
        Self { replay, feed, tempo, batch: Batch::received_at(0, 0), links: FxHashMap::default(), has_begun: false }
    }

    async fn play_all(&mut self, mut first: Option<(Lines, Reader)>) -> Result {
        for path in &self.replay.paths {
            let opened = match first.take() {
                Some(opened) => opened,
                None => open(path.clone(), self.replay).await.map_err(|error| cannot(path, error))?,
            };
            self.play(opened).await.map_err(|error| cannot(path, error))?;
        }
        Ok(())
    }

    async fn play(&mut self, (mut lines, mut reader): (Lines, Reader)) -> io::Result<()> {
        loop {
            let (ahead, last) = (reader.ahead, lines.last);
            let go_on = move || read(reader);
            // Somebody may be writing the file: then what is there goes before what may come.
            let next = if ahead && !last { Ok(tokio::spawn(blocking(go_on))) } else { Err(go_on) };
            for entry in lines.entries {
                if !self.entry(entry).await {
                    return Ok(());
                }
            }
            if !ahead {
                self.hand_over().await;
            }
            (lines, reader) = match next {
                Ok(reading) => reading.await.map_err(io::Error::other)??,
                Err(_) if last => return Ok(()),
                Err(go_on) => blocking(go_on).await?,
            };
        }
    }

    /// Says whether the stream takes more.
    async fn entry(&mut self, Entry { number, at_ms, link, frame }: Entry) -> bool {
        if let Some(at_ms) = at_ms {
            if !self.tempo.is_due(at_ms) {
                if !self.hand_over().await {
                    return false;
                }
                self.tempo.reach(at_ms).await;
            }
            if self.batch.is_empty() {
                self.batch.received_ms = at_ms;
            }
        }
        if link != self.batch.link || self.batch.contents.len() >= BATCH {
            if !self.hand_over().await {
                return false;
            }
            self.batch.link = link;
            self.batch.received_ms = at_ms.unwrap_or(self.batch.received_ms);
        }
        if !self.has_begun {
            self.has_begun = true;
            self.batch.connected(1);
            self.links.insert(link, true);
        }
        self.batch.contents.push(match frame {
            Ok(frame) => Content::Frame(frame),
            Err(fault) => Content::Fault(fault, Some(number)),
        });
        true
    }

    /// Says whether the stream takes more.
    async fn hand_over(&mut self) -> bool {
        self.batch.is_empty() || self.feed.send(self.batch.take()).await
    }

    /// The links end with the recording.
    async fn finish(mut self) {
        self.hand_over().await;
        for link in self.links.into_iter().filter_map(|(link, is_up)| is_up.then_some(link)) {
            let now_ms = self.batch.received_ms;
            let mut batch = Batch::received_at(link, now_ms);
            batch.disconnected("the recording ends", Some(Timestamp(now_ms.div_euclid(1_000))));
            self.feed.send(batch).await;
        }
    }
}
