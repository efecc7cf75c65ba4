//! Taking frames where the stream is read.
//!
//! There a frame costs a copy into memory. A thread takes what has gathered, writes it as lines and flushes twice a
//! second, so a crash of the program loses half a second. A disk that fails is tried again until the end.

use std::{
    io, mem,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    file::{RecordingFile, Rotation},
    line::Line,
};
use crate::{
    clock::now_ms,
    error::{Error, ErrorKind, Result},
};

/// How much may wait to be written: ten seconds of a full stream, for a disk that hangs or fails.
const ROOM: usize = 8 << 20;

/// How much more may wait of what happens to links.
const SPARE: usize = 1 << 20;

/// From so much on, the thread does not wait any longer.
const CHUNK: usize = 256 << 10;

/// How much is written at once. A file may get so much more than its size.
const PIECE: usize = 64 << 10;

/// How long anything waits.
const FLUSH: Duration = Duration::from_millis(500);

/// How long a disk that has failed is left alone.
const RETRY: Duration = Duration::from_secs(5);

/// Why links are disconnected that are connected at the end.
const ENDED: &str = "the recording ends";

/// Writes a recording. Dropping it ends the recording in order.
pub(crate) struct Recorder {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    path: PathBuf,
    /// How long a disk that has failed is left alone.
    retry: Duration,
    gathered: Mutex<Gathered>,
    wake: Condvar,
}

/// What has come and is not written yet.
#[derive(Default)]
struct Gathered {
    lines: Lines,
    /// What came after `lines`, and had no room.
    lost: Option<Lost>,
    /// Links that are connected.
    connected: Vec<u32>,
    /// Nothing is taken any more.
    ending: bool,
}

#[derive(Default)]
struct Lines {
    heads: Vec<Head>,
    /// All of their texts, one behind the other.
    text: String,
}

#[derive(Clone, Copy)]
struct Head {
    at_ms: u64,
    link: u32,
    kind: Kind,
    /// Of the text.
    length: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    /// The text is a frame.
    Frame,
    /// For this time. There is no text.
    Connected(u64),
    /// It was heard last then. The text is the reason.
    Disconnected(u64),
}

#[derive(Clone, Copy)]
struct Lost {
    frames: u64,
    since_ms: u64,
    until_ms: u64,
}

impl Recorder {
    /// Begins a recording, or goes on with the one that is in the file.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, is something else than a recording, or is one of another bot that runs.
    pub(crate) fn create(path: &Path, rotation: Option<Rotation>) -> Result<Self> {
        let cannot = |error: io::Error| {
            Error::new(ErrorKind::Recording, format!("cannot record to {}", path.display())).caused_by(error)
        };
        let file = RecordingFile::open(path, rotation, now_ms()).map_err(cannot)?;
        let shared = Arc::new(Shared::new(path, RETRY));
        let writer = thread::Builder::new().name("auraxis-record".into()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.write(file)
        });
        Ok(Self { shared, writer: Mutex::new(Some(writer.map_err(cannot)?)) })
    }

    /// Takes a frame that came over this link. What cannot be written is counted and told by the thread.
    ///
    /// All times are in milliseconds since 1970.
    pub(crate) fn frame(&self, at_ms: u64, link: u32, frame: &str) {
        self.shared.take(at_ms, link, Kind::Frame, frame);
    }

    /// Notes that a link is up, for so many times in this run.
    pub(crate) fn connected(&self, at_ms: u64, link: u32, count: u64) {
        self.shared.take(at_ms, link, Kind::Connected(count), "");
    }

    /// Notes that a link was lost, which was last heard then.
    pub(crate) fn disconnected(&self, at_ms: u64, link: u32, reason: &str, heard_ms: u64) {
        self.shared.take(at_ms, link, Kind::Disconnected(heard_ms), reason);
    }

    /// Ends the recording, and returns when all of it has been written.
    pub(crate) fn finish(&self) {
        self.shared.end(now_ms());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // If it panicked, what happened has been printed.
        let _ = writer.map(JoinHandle::join);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Gathered {
    /// Takes what came, if there is room.
    fn take(&mut self, at_ms: u64, link: u32, kind: Kind, text: &str) {
        let room = match kind {
            Kind::Frame => ROOM,
            Kind::Connected(_) => {
                self.connected.retain(|connected| *connected != link);
                self.connected.push(link);
                ROOM + SPARE
            }
            Kind::Disconnected(_) => {
                self.connected.retain(|connected| *connected != link);
                ROOM + SPARE
            }
        };
        if self.lines.size() + text.len() > room {
            let lost = self.lost.get_or_insert(Lost { frames: 0, since_ms: at_ms, until_ms: at_ms });
            lost.frames += 1;
            lost.until_ms = at_ms;
            return;
        }
        self.lines.heads.push(Head { at_ms, link, kind, length: text.len() });
        self.lines.text.push_str(text);
    }
}

impl Shared {
    fn new(path: &Path, retry: Duration) -> Self {
        Self { path: path.to_owned(), retry, gathered: Mutex::default(), wake: Condvar::new() }
    }

    fn take(&self, at_ms: u64, link: u32, kind: Kind, text: &str) {
        let mut gathered = self.lock();
        if gathered.ending {
            return;
        }
        let before = gathered.lines.size();
        gathered.take(at_ms, link, kind, text);
        let wake = before < CHUNK && gathered.lines.size() >= CHUNK;
        drop(gathered);
        if wake {
            self.wake.notify_one();
        }
    }

    /// Takes nothing any more, and lets the thread end.
    fn end(&self, now_ms: u64) {
        let mut gathered = self.lock();
        for link in mem::take(&mut gathered.connected) {
            gathered.take(now_ms, link, Kind::Disconnected(now_ms), ENDED);
        }
        gathered.ending = true;
        drop(gathered);
        self.wake.notify_one();
    }

    /// Writes until the recording ends. A disk that fails costs frames, but neither the recording nor the program.
    fn write(&self, file: RecordingFile) {
        let mut writer = Writer { shared: self, file, taken: 0, saved: 0, lost: 0 };
        let result = writer.write();
        let Writer { taken, saved, lost, .. } = writer;
        let path = self.path.display();
        if let Err(error) = result {
            let mut gathered = self.lock();
            gathered.ending = true;
            let left = mem::take(&mut gathered.lines).heads.len() as u64 + gathered.lost.map_or(0, |lost| lost.frames);
            let missing = lost + taken - saved + left;
            tracing::error!("the recording {path} ends early, and up to {missing} frames are missing: {error}");
        } else if lost > 0 {
            tracing::warn!("{lost} frames in all are missing in the recording {path}");
        }
    }

    /// Waits for enough lines, for the time to flush, or for the end, and swaps what has gathered for `lines`.
    fn wait(&self, lines: &mut Lines, due: Instant) -> (bool, Option<Lost>) {
        lines.clear();
        let idle = |gathered: &mut Gathered| gathered.lines.size() < CHUNK && !gathered.ending;
        let patience = due.saturating_duration_since(Instant::now());
        let gathered = self.wake.wait_timeout_while(self.lock(), patience, idle);
        let (mut gathered, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut gathered.lines, lines);
        (gathered.ending, gathered.lost.take())
    }

    /// Waits for some time or for the end, and returns whether it is the end.
    fn pause(&self, time: Duration) -> bool {
        let gathered = self.wake.wait_timeout_while(self.lock(), time, |gathered| !gathered.ending);
        gathered.unwrap_or_else(PoisonError::into_inner).0.ending
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread has in hand.
struct Writer<'a> {
    shared: &'a Shared,
    file: RecordingFile,
    /// How many lines it has taken, and how many of them are in the file for certain.
    taken: u64,
    saved: u64,
    /// How many had no room.
    lost: u64,
}

impl Writer<'_> {
    fn write(&mut self) -> io::Result<()> {
        let (mut lines, mut piece) = (Lines::default(), Vec::new());
        let mut due = Instant::now() + FLUSH;
        loop {
            let (ending, lost) = self.shared.wait(&mut lines, due);
            self.taken += lines.heads.len() as u64;
            for line in lines.iter() {
                line.write(&mut piece)?;
                if piece.len() >= PIECE {
                    self.put(&mut piece)?;
                }
            }
            if let Some(lost) = lost {
                self.lost += lost.frames;
                lost.line().write(&mut piece)?;
                tracing::warn!(
                    "{} took nothing for a while: {} frames are missing in the recording",
                    self.file.current.display(),
                    lost.frames
                );
            }
            self.put(&mut piece)?;
            if ending {
                self.file.end()?;
                self.retry(RecordingFile::save)?;
                return Ok(());
            }
            if Instant::now() >= due {
                self.file.flush()?;
                self.retry(RecordingFile::save)?;
                self.saved = self.taken;
                due = Instant::now() + FLUSH;
            }
        }
    }

    /// Writes some lines, and empties `piece`.
    fn put(&mut self, piece: &mut Vec<u8>) -> io::Result<()> {
        if !piece.is_empty() {
            self.retry(|file| file.rotate(now_ms()))?;
            self.file.take(piece)?;
            piece.clear();
        }
        self.retry(RecordingFile::save)
    }

    /// Tries until it works.
    ///
    /// # Errors
    ///
    /// If it does not until the recording ends.
    fn retry(&mut self, attempt: impl Fn(&mut RecordingFile) -> io::Result<()>) -> io::Result<()> {
        let Err(error) = attempt(&mut self.file) else { return Ok(()) };
        let path = self.file.current.clone();
        tracing::error!(
            "cannot write the recording {}: {error}. Tried again every {} s; meanwhile frames are kept as far as they \
             have room",
            path.display(),
            self.shared.retry.as_secs()
        );
        loop {
            let is_last = self.shared.pause(self.shared.retry);
            match attempt(&mut self.file) {
                Ok(()) => {
                    tracing::warn!("the recording {} goes on", path.display());
                    return Ok(());
                }
                Err(error) if is_last => return Err(error),
                Err(_) => {}
            }
        }
    }
}

impl Lines {
    /// In bytes, roughly.
    fn size(&self) -> usize {
        self.text.len() + size_of_val(&self.heads[..])
    }

    /// Empties it, and keeps as much memory as it usually takes.
    fn clear(&mut self) {
        self.heads.clear();
        self.text.clear();
        self.heads.shrink_to(CHUNK / 64);
        self.text.shrink_to(2 * CHUNK);
    }

    fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = &*self.text;
        self.heads.iter().map(move |&Head { at_ms, link, kind, length }| {
            let (text, after) = rest.split_at(length);
            rest = after;
            let line = Line { at_ms: Some(at_ms), link: Some(link), ..Line::default() };
            match kind {
                Kind::Frame => Line { frame: Some(text.into()), ..line },
                Kind::Connected(count) => Line { connected: Some(count), ..line },
                Kind::Disconnected(heard_ms) => {
                    Line { disconnected: Some(text.into()), heard_ms: Some(heard_ms), ..line }
                }
            }
        })
    }
}

impl Lost {
    fn line(self) -> Line<'static> {
        let Self { frames, since_ms, until_ms } = self;
        Line { at_ms: Some(until_ms), lost: Some(frames), since_ms: Some(since_ms), ..Line::default() }
    }
}

#[cfg(test)]
mod tests;
