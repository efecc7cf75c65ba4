//! Records frames where the stream is read.
//!
//! The stream copies each frame into a buffer in memory. A dedicated thread takes the buffer, writes it as lines and
//! flushes twice a second, so a crash loses at most half a second. Failed writes are retried until the recording ends.

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

/// The maximum size of the buffer, in bytes: ten seconds of a busy stream, in case the disk hangs or fails.
const BUFFER_SIZE: usize = 8 << 20;

/// Additional buffer size for changes of links, in bytes.
const LINK_RESERVE: usize = 1 << 20;

/// The buffer size that wakes the thread before the next flush, in bytes.
const WAKE_SIZE: usize = 256 << 10;

/// The size of a write, in bytes. A file may exceed its [`Rotation::Size`] by this.
const CHUNK_SIZE: usize = 64 << 10;

/// The maximum time that a line is buffered.
const FLUSH_INTERVAL: Duration = Duration::from_millis(500);

/// The delay before a failed write is retried.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// The reason for the disconnection of links that are connected at the end.
const END_OF_RECORDING: &str = "the recording has ended";

/// Writes a recording. Dropping the recorder finishes the recording.
pub(crate) struct Recorder {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    path: PathBuf,
    retry_delay: Duration,
    buffer: Mutex<Buffer>,
    wake: Condvar,
}

/// What has been received and is not written yet.
#[derive(Default)]
struct Buffer {
    lines: Lines,
    /// What was received after `lines` and did not fit.
    lost: Option<Lost>,
    /// The links that are connected.
    connected: Vec<u32>,
    /// Whether the recording has ended, after which nothing is added.
    is_closed: bool,
}

#[derive(Default)]
struct Lines {
    headers: Vec<Header>,
    /// The texts of all lines, concatenated.
    text: String,
}

#[derive(Clone, Copy)]
struct Header {
    at_ms: u64,
    link: u32,
    kind: Kind,
    /// The length of the text, in bytes.
    length: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A frame, which is the text.
    Frame,
    /// The link was connected for the nth time in this run. There is no text.
    Connected(u64),
    /// The link was lost. The last data was received at this time; the text is the reason.
    Disconnected(u64),
}

#[derive(Clone, Copy)]
struct Lost {
    frames: u64,
    since_ms: u64,
    until_ms: u64,
}

impl Recorder {
    /// Starts a recording, or continues the one in the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written, is not a recording, or is in use by another bot.
    pub(crate) fn create(path: &Path, rotation: Option<Rotation>) -> Result<Self> {
        let cannot = |error: io::Error| {
            Error::new(ErrorKind::Recording, format!("cannot record to `{}`", path.display())).caused_by(error)
        };
        let file = RecordingFile::open(path, rotation, now_ms()).map_err(cannot)?;
        let shared = Arc::new(Shared::new(path, RETRY_DELAY));
        let writer = thread::Builder::new().name("auraxis-record".into()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.write(file)
        });
        Ok(Self { shared, writer: Mutex::new(Some(writer.map_err(cannot)?)) })
    }

    /// Records a frame. The thread counts and logs frames that cannot be written.
    ///
    /// All times are in milliseconds since the Unix epoch.
    pub(crate) fn frame(&self, at_ms: u64, link: u32, frame: &str) {
        self.shared.push(at_ms, link, Kind::Frame, frame);
    }

    /// Records that a link was connected, for the `count`th time in this run.
    pub(crate) fn connected(&self, at_ms: u64, link: u32, count: u64) {
        self.shared.push(at_ms, link, Kind::Connected(count), "");
    }

    /// Records that a link was lost, which last received data at `heard_ms`.
    pub(crate) fn disconnected(&self, at_ms: u64, link: u32, reason: &str, heard_ms: u64) {
        self.shared.push(at_ms, link, Kind::Disconnected(heard_ms), reason);
    }

    /// Ends the recording, and waits until all of it has been written.
    pub(crate) fn finish(&self) {
        self.shared.close(now_ms());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic has already been printed.
        let _ = writer.map(JoinHandle::join);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Buffer {
    /// Adds a line, or counts it as lost if the buffer is full.
    fn push(&mut self, at_ms: u64, link: u32, kind: Kind, text: &str) {
        let limit = match kind {
            Kind::Frame => BUFFER_SIZE,
            Kind::Connected(_) => {
                self.connected.retain(|connected| *connected != link);
                self.connected.push(link);
                BUFFER_SIZE + LINK_RESERVE
            }
            Kind::Disconnected(_) => {
                self.connected.retain(|connected| *connected != link);
                BUFFER_SIZE + LINK_RESERVE
            }
        };
        if self.lines.size() + text.len() > limit {
            let lost = self.lost.get_or_insert(Lost { frames: 0, since_ms: at_ms, until_ms: at_ms });
            lost.frames += 1;
            lost.until_ms = at_ms;
            return;
        }
        self.lines.headers.push(Header { at_ms, link, kind, length: text.len() });
        self.lines.text.push_str(text);
    }
}

impl Shared {
    fn new(path: &Path, retry_delay: Duration) -> Self {
        Self { path: path.to_owned(), retry_delay, buffer: Mutex::default(), wake: Condvar::new() }
    }

    fn push(&self, at_ms: u64, link: u32, kind: Kind, text: &str) {
        let mut buffer = self.lock();
        if buffer.is_closed {
            return;
        }
        let before = buffer.lines.size();
        buffer.push(at_ms, link, kind, text);
        let wake = before < WAKE_SIZE && buffer.lines.size() >= WAKE_SIZE;
        drop(buffer);
        if wake {
            self.wake.notify_one();
        }
    }

    /// Closes the buffer, so that the thread finishes.
    fn close(&self, now_ms: u64) {
        let mut buffer = self.lock();
        for link in mem::take(&mut buffer.connected) {
            buffer.push(now_ms, link, Kind::Disconnected(now_ms), END_OF_RECORDING);
        }
        buffer.is_closed = true;
        drop(buffer);
        self.wake.notify_one();
    }

    /// Writes until the recording ends. If the disk fails, frames may be lost, but the program and the recording
    /// continue.
    fn write(&self, file: RecordingFile) {
        let mut writer = Writer { shared: self, file, taken: 0, saved: 0, lost: 0 };
        let result = writer.write();
        let Writer { taken, saved, lost, .. } = writer;
        let path = self.path.display();
        if let Err(error) = result {
            let mut buffer = self.lock();
            buffer.is_closed = true;
            let left = mem::take(&mut buffer.lines).headers.len() as u64 + buffer.lost.map_or(0, |lost| lost.frames);
            let missing = lost + taken - saved + left;
            tracing::error!("cannot finish the recording `{path}`: {error}; up to {missing} frames are missing");
        } else if lost > 0 {
            tracing::warn!("the recording `{path}` is missing {lost} frames in total");
        }
    }

    /// Waits for enough lines, for `flush_at`, or for the end of the recording, and swaps the buffered lines with
    /// `lines`. Returns whether the recording has ended, and what was lost after the lines.
    fn next_lines(&self, lines: &mut Lines, flush_at: Instant) -> (bool, Option<Lost>) {
        lines.clear();
        let is_idle = |buffer: &mut Buffer| buffer.lines.size() < WAKE_SIZE && !buffer.is_closed;
        let timeout = flush_at.saturating_duration_since(Instant::now());
        let buffer = self.wake.wait_timeout_while(self.lock(), timeout, is_idle);
        let (mut buffer, _) = buffer.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut buffer.lines, lines);
        (buffer.is_closed, buffer.lost.take())
    }

    /// Waits for the end of the recording, up to `timeout`, and returns whether it has ended.
    fn wait_for_close(&self, timeout: Duration) -> bool {
        let buffer = self.wake.wait_timeout_while(self.lock(), timeout, |buffer| !buffer.is_closed);
        buffer.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of the thread.
struct Writer<'a> {
    shared: &'a Shared,
    file: RecordingFile,
    /// How many lines were taken from the buffer, and how many of them have reached the file.
    taken: u64,
    saved: u64,
    /// How many lines did not fit into the buffer.
    lost: u64,
}

impl Writer<'_> {
    fn write(&mut self) -> io::Result<()> {
        let (mut lines, mut chunk) = (Lines::default(), Vec::new());
        let mut flush_at = Instant::now() + FLUSH_INTERVAL;
        loop {
            let (is_closed, lost) = self.shared.next_lines(&mut lines, flush_at);
            self.taken += lines.headers.len() as u64;
            for line in lines.iter() {
                line.write(&mut chunk)?;
                if chunk.len() >= CHUNK_SIZE {
                    self.write_chunk(&mut chunk)?;
                }
            }
            if let Some(lost) = lost {
                self.lost += lost.frames;
                lost.line().write(&mut chunk)?;
                tracing::warn!(
                    "the recording `{}` is missing {} frames that could not be written in time",
                    self.file.current.display(),
                    lost.frames
                );
            }
            self.write_chunk(&mut chunk)?;
            if is_closed {
                self.file.finish()?;
                self.retry(RecordingFile::write_encoded)?;
                return Ok(());
            }
            if Instant::now() >= flush_at {
                self.file.flush()?;
                self.retry(RecordingFile::write_encoded)?;
                self.saved = self.taken;
                flush_at = Instant::now() + FLUSH_INTERVAL;
            }
        }
    }

    /// Writes the lines in `chunk`, and clears it.
    fn write_chunk(&mut self, chunk: &mut Vec<u8>) -> io::Result<()> {
        if !chunk.is_empty() {
            self.retry(|file| file.rotate(now_ms()))?;
            self.file.encode(chunk)?;
            chunk.clear();
        }
        self.retry(RecordingFile::write_encoded)
    }

    /// Retries `attempt` until it succeeds.
    ///
    /// # Errors
    ///
    /// Returns the last error if it still fails when the recording ends.
    fn retry(&mut self, attempt: impl Fn(&mut RecordingFile) -> io::Result<()>) -> io::Result<()> {
        let Err(error) = attempt(&mut self.file) else { return Ok(()) };
        let path = self.file.current.clone();
        tracing::error!(
            "cannot write the recording `{}`: {error}; retrying every {} s, with up to {} MiB of frames in memory",
            path.display(),
            self.shared.retry_delay.as_secs(),
            BUFFER_SIZE >> 20
        );
        loop {
            let is_last = self.shared.wait_for_close(self.shared.retry_delay);
            match attempt(&mut self.file) {
                Ok(()) => {
                    tracing::warn!("the recording `{}` can be written again", path.display());
                    return Ok(());
                }
                Err(error) if is_last => return Err(error),
                Err(_) => {}
            }
        }
    }
}

impl Lines {
    /// Returns the approximate size in bytes.
    fn size(&self) -> usize {
        self.text.len() + size_of_val(&self.headers[..])
    }

    /// Removes all lines, and keeps as much memory as they usually need.
    fn clear(&mut self) {
        self.headers.clear();
        self.text.clear();
        self.headers.shrink_to(WAKE_SIZE / 64);
        self.text.shrink_to(2 * WAKE_SIZE);
    }

    fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = &*self.text;
        self.headers.iter().map(move |&Header { at_ms, link, kind, length }| {
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
