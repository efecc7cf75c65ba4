//! The file, or the row of files, that a recording is written to.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::format::{Encode, Format};

/// When a recording goes on in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// When a file has so many bytes, compressed as they are, or a little more.
    Size(u64),
    /// When a file has been written to for so long.
    Time(Duration),
}

pub(super) struct Tape {
    /// As it was asked for.
    path: PathBuf,
    rotation: Option<Rotation>,
    /// The file that is written to.
    pub(super) current: PathBuf,
    encoder: Box<dyn Encode>,
    written: Arc<AtomicU64>,
    opened: Instant,
}

impl Tape {
    /// Begins a recording. Without rotation, a file that is there is written over.
    pub(super) fn create(path: &Path, rotation: Option<Rotation>, now_ms: u64) -> io::Result<Self> {
        let (current, file) = match rotation {
            None => (path.to_owned(), File::create(path)?),
            Some(_) => create_numbered(path, now_ms)?,
        };
        let written = Arc::new(AtomicU64::new(0));
        let encoder = Format::of_path(path).encoder(Counted { file, written: Arc::clone(&written) })?;
        Ok(Self { path: path.to_owned(), rotation, current, encoder, written, opened: Instant::now() })
    }

    /// Writes whole lines, after going on to another file if it is time.
    pub(super) fn write(&mut self, lines: &[u8], now_ms: u64) -> io::Result<()> {
        let full = match self.rotation {
            None => false,
            Some(Rotation::Size(bytes)) => self.written.load(Ordering::Relaxed) >= bytes,
            Some(Rotation::Time(time)) => self.opened.elapsed() >= time,
        };
        if full && !lines.is_empty() {
            self.encoder.finish()?;
            *self = Self::create(&self.path, self.rotation, now_ms)?;
        }
        self.encoder.write_all(lines)
    }

    /// Hands what has been written to the system, in a form that can be read to here.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.encoder.finish()
    }
}

/// Creates a file whose name has the moment in it: `war.ndjson.zst` becomes `war-20241029T053642123Z.ndjson.zst`. So
/// the names sort as the files follow each other, and no earlier recording is written over.
fn create_numbered(path: &Path, mut now_ms: u64) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, endings) = name.find('.').filter(|&at| at > 0).map_or((&*name, ""), |at| name.split_at(at));
    loop {
        let seconds = auraxis_core::time::Timestamp(i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX)).to_string();
        let second: String = seconds.chars().filter(char::is_ascii_alphanumeric).collect();
        let moment = format!("{}{:03}Z", second.trim_end_matches('Z'), now_ms % 1_000);
        let path = path.with_file_name(format!("{stem}-{moment}{endings}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => now_ms += 1,
            opened => return opened.map(|file| (path, file)),
        }
    }
}

/// A file that knows how much has been written to it.
struct Counted {
    file: File,
    written: Arc<AtomicU64>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
