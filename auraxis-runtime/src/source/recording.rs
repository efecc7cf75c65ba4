//! Recordings as a source.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvError, TryRecvError},
    thread,
};

use auraxis_core::{delivery::Origin, time::Timestamp};
use tokio::task::spawn_blocking;

use super::{
    batch::{Batch, BatchItem},
    feed::{Feed, Running, Source},
};
use crate::{
    clock::real_ms,
    error::{Error, ErrorKind, Result},
    recording::{Entry, Lines, Links, Reader, Record, Replay, ReplayClock},
};

/// The maximum number of entries in a batch.
const BATCH_SIZE: usize = 256;

/// The maximum difference between the times of two entries in a batch, which has a single time. Due entries differ more
/// only where another recording starts, and where the times are those of events that were received late.
const MAX_SPAN_MS: u64 = 60_000;

/// The maximum number of batches that have been read and not replayed.
const MAX_READ_AHEAD: usize = 8;

/// A source that replays recordings, one after the other.
pub(crate) struct Recorded {
    replay: Replay,
    /// The first file and its first lines, which are read in advance to know when the recording starts.
    first: Option<(Lines, Reader)>,
}

impl Recorded {
    /// Opens the first recording.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be read.
    pub(crate) async fn open(replay: Replay) -> Result<Self> {
        let first = match replay.paths.first() {
            Some(path) => Some(open(path.clone(), &replay).await.map_err(|error| replay_error(path, error))?),
            None => None,
        };
        Ok(Self { replay, first })
    }

    /// Returns when the recording starts, in milliseconds since the Unix epoch, if it contains times.
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

fn replay_error(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Recording, format!("cannot replay `{}`", path.display())).caused_by(error)
}

async fn open(path: PathBuf, replay: &Replay) -> io::Result<(Lines, Reader)> {
    let progress = replay.counter();
    blocking(move || read(Reader::open(&path, &progress)?)).await
}

fn read(mut reader: Reader) -> io::Result<(Lines, Reader)> {
    Ok((reader.batch()?, reader))
}

/// While this waits, the clock of the replay stands still.
async fn blocking<T: Send + 'static>(read: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(read).await.map_err(io::Error::other)?
}

/// A file that a thread reads ahead.
struct Reading(Receiver<io::Result<Portion>>);

/// Lines of a file, and if they are the last, why there is nothing to replay.
type Portion = (Lines, Option<io::Error>);

impl Reading {
    /// Reads what follows the first lines.
    fn start(mut reader: Reader) -> io::Result<Self> {
        let (sender, receiver) = mpsc::sync_channel(MAX_READ_AHEAD);
        let read = move || {
            loop {
                let lines = reader.batch().map(|lines| {
                    let no_frames = if lines.last { reader.no_frames() } else { None };
                    (lines, no_frames)
                });
                let is_last = lines.as_ref().map_or(true, |(lines, _)| lines.last);
                if sender.send(lines).is_err() || is_last {
                    break;
                }
            }
        };
        thread::Builder::new().name("auraxis-read".into()).spawn(read)?;
        Ok(Self(receiver))
    }

    async fn next(&mut self) -> io::Result<Portion> {
        let ended = |_: RecvError| io::Error::other("the thread that reads the recording has panicked");
        match self.0.try_recv() {
            Ok(read) => read,
            Err(TryRecvError::Disconnected) => Err(ended(RecvError)),
            Err(TryRecvError::Empty) => {
                let receiver = std::mem::replace(&mut self.0, mpsc::sync_channel(0).1);
                let receive = move || Ok((receiver.recv().map_err(ended)?, receiver));
                let (read, receiver) = blocking(receive).await?;
                self.0 = receiver;
                read
            }
        }
    }
}

/// Sends the entries of recordings at their times.
struct Player<'a> {
    replay: &'a Replay,
    feed: &'a Feed,
    /// The file that is being replayed.
    path: &'a Path,
    clock: ReplayClock,
    batch: Batch,
    links: Links,
    /// The links of the recording, and whether they are up.
    is_link_up: BTreeMap<u32, bool>,
}

impl<'a> Player<'a> {
    fn new(replay: &'a Replay, feed: &'a Feed, starts_at: i64) -> Self {
        let clock = ReplayClock::new(replay.speed);
        Self {
            replay,
            feed,
            path: Path::new(""),
            clock,
            batch: Batch::received_at(0, starts_at).with_origin(Origin::Replay),
            links: Links::default(),
            is_link_up: BTreeMap::new(),
        }
    }

    async fn play_all(&mut self, mut first: Option<(Lines, Reader)>) -> Result {
        let (mut any_frames, mut without) = (false, Vec::new());
        for path in &self.replay.paths {
            let opened = match first.take() {
                Some(opened) => opened,
                None => open(path.clone(), self.replay).await.map_err(|error| replay_error(path, error))?,
            };
            self.path = path;
            match self.play(opened).await.map_err(|error| replay_error(path, error))? {
                None => any_frames = true,
                Some(error) => without.push((path, error)),
            }
        }
        // Some of the files can be empty, but not all of them.
        let failure = if any_frames { None } else { without.pop() };
        for (path, error) in without {
            tracing::warn!("cannot replay `{}`: {error}", path.display());
        }
        failure.map_or(Ok(()), |(path, error)| Err(replay_error(path, error)))
    }

    /// Plays a file. If it contains no frames, returns the reason.
    async fn play(&mut self, (mut lines, reader): (Lines, Reader)) -> io::Result<Option<io::Error>> {
        let ahead = reader.ahead;
        let mut no_frames = if lines.last { reader.no_frames() } else { None };
        let mut reading = if lines.last { None } else { Some(Reading::start(reader)?) };
        loop {
            for entry in lines.entries {
                for disconnected in self.links.follow(&entry) {
                    self.entry(disconnected).await;
                }
                self.entry(entry).await;
            }
            // What follows in a file that is still being written may come much later.
            if !ahead {
                self.send_batch().await;
            }
            match &mut reading {
                Some(reading) if !lines.last => (lines, no_frames) = reading.next().await?,
                _ => return Ok(no_frames),
            }
        }
    }

    async fn entry(&mut self, Entry { number, at_ms, link, record }: Entry) {
        if let Some(at_ms) = at_ms
            && !self.clock.is_due(at_ms)
        {
            self.send_batch().await;
            self.clock.reach(at_ms).await;
        }
        let starts_anew = at_ms.is_some_and(|at_ms| at_ms.abs_diff(self.batch.received_ms) > MAX_SPAN_MS);
        if link != self.batch.link || starts_anew || self.batch.items.len() >= BATCH_SIZE {
            self.send_batch().await;
        }
        if self.batch.is_empty() {
            self.batch.link = link;
            self.batch.received_ms = at_ms.unwrap_or(self.batch.received_ms);
        }
        // Recordings of raw frames do not contain connections.
        if self.is_link_up.is_empty() && !matches!(record, Ok(Record::Connected { .. })) {
            self.batch.connected(1);
            self.is_link_up.insert(link, true);
        }
        match record {
            Ok(Record::Frame(frame)) => self.batch.frame(frame),
            Ok(Record::Connected { count }) => {
                self.batch.connected(count);
                self.is_link_up.insert(link, true);
            }
            Ok(Record::Disconnected { reason, heard_ms }) => {
                self.batch.disconnected(reason, Some(second(heard_ms)));
                self.is_link_up.insert(link, false);
            }
            Ok(Record::Lost { frames, since_ms }) => {
                let (line, since) = (self.line(number), second(since_ms));
                tracing::warn!("{line}: {frames} frames since {since} could not be recorded");
            }
            Err(fault) => {
                let line = Some(self.line(number).into());
                self.batch.items.push(BatchItem::Fault { fault, text: None, line });
            }
        }
    }

    /// Describes a line for messages.
    fn line(&self, number: u64) -> String {
        format!("line {number} of `{}`", self.path.display())
    }

    async fn send_batch(&mut self) {
        if !self.batch.is_empty() {
            // Fails only if the client is stopping, which also stops this source.
            self.feed.send(self.batch.take()).await;
        }
    }

    /// Disconnects all links at the end of the recording.
    async fn finish(mut self) {
        self.send_batch().await;
        let now_ms = self.batch.received_ms;
        for link in self.is_link_up.iter().filter_map(|(link, is_up)| is_up.then_some(*link)) {
            let mut batch = Batch::received_at(link, now_ms);
            let (reason, last_heard) = ("the recording has ended".into(), Some(second(now_ms)));
            batch.items.push(BatchItem::Disconnected { reason, last_heard, is_final: true });
            self.feed.send(batch).await;
        }
    }
}

fn second(ms: i64) -> Timestamp {
    Timestamp(ms.div_euclid(1_000))
}
