//! Reads lines from a file.
//!
//! Lines are read and parsed in batches, on a thread that can block. A regular file is read ahead of the triggers.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use auraxis_core::frame::{Fault, FaultKind};

use super::{
    format,
    line::{self, Parsed, Record},
    text::Utf8,
};

/// The maximum length of a line, in bytes: eight times that of a frame, because a frame in a line is escaped.
const MAX_LINE_LENGTH: usize = 8 << 20;

/// The maximum number of lines in a batch.
const BATCH_LINES: usize = 256;

/// The size in bytes at which a batch is complete.
const BATCH_BYTES: usize = 1 << 20;

/// A parsed line of a recording.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The line number, from 1.
    pub(crate) number: u64,
    /// When it was received, in milliseconds since the Unix epoch, if the line says.
    pub(crate) at_ms: Option<i64>,
    /// The link over which it was received; 0 if the line does not say.
    pub(crate) link: u32,
    /// The content of the line. A fault is safe to print to a terminal.
    pub(crate) record: Result<Record, Fault>,
}

/// A batch of lines.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// Whether these are the last.
    pub(crate) last: bool,
}

pub(crate) struct Reader {
    path: PathBuf,
    input: BufReader<Box<dyn Read + Send>>,
    /// Whether the file can be read ahead. A pipe cannot, because its writer may be slow.
    pub(crate) ahead: bool,
    size: Size,
    line: Vec<u8>,
    number: u64,
    /// The error that followed the lines of the last batch.
    failed: Option<io::Error>,
    content: Content,
}

/// The size of a file when it was opened, and how much had been read before, from other files.
struct Size {
    bytes: u64,
    before: u64,
    progress: Arc<AtomicU64>,
}

/// What the file has contained so far.
enum Content {
    Empty,
    /// Only lines that cannot be read. This is the beginning of the first.
    Unreadable(String),
    Readable,
}

/// What `Reader::line` contains.
enum Found {
    Line,
    /// The beginning of a line that is too long.
    TooLong,
    /// The last line, without a line feed.
    Unterminated,
    /// Nothing: the end of the file.
    End,
}

impl Reader {
    /// Opens a file, or standard input if the path is `-`. The bytes read are added to `progress`.
    pub(crate) fn open(path: &Path, progress: &Arc<AtomicU64>) -> io::Result<Self> {
        let progress = Arc::clone(progress);
        let mut size = Size { bytes: 0, before: progress.load(Ordering::Relaxed), progress: Arc::clone(&progress) };
        if path.as_os_str() == "-" {
            return Self::new(path, Counted { from: io::stdin(), progress }, false, size);
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name the files in it"));
        }
        size.bytes = if metadata.is_file() { metadata.len() } else { 0 };
        Self::new(path, Counted { from: file, progress }, metadata.is_file(), size)
    }

    fn new(path: &Path, from: impl Read + Send + 'static, ahead: bool, size: Size) -> io::Result<Self> {
        let input: Box<dyn Read + Send> = Box::new(Utf8::new(format::decoded(from)?));
        let input = BufReader::with_capacity(1 << 16, input);
        let path = path.to_owned();
        Ok(Self { path, input, ahead, size, line: Vec::new(), number: 0, failed: None, content: Content::Empty })
    }

    /// Returns the next lines. If the file is still being written, returns those that are available.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read any further. All lines before have been returned.
    pub(crate) fn batch(&mut self) -> io::Result<Batch> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut batch = Batch { entries: Vec::with_capacity(BATCH_LINES), last: false };
        let mut bytes = 0;
        while !batch.last && batch.entries.len() < BATCH_LINES && bytes < BATCH_BYTES {
            if !self.ahead && !batch.entries.is_empty() && !self.input.buffer().contains(&b'\n') {
                break;
            }
            let found = match self.line() {
                Err(error) if !batch.entries.is_empty() => {
                    self.failed = Some(error);
                    return Ok(batch);
                }
                found => found?,
            };
            bytes += self.line.len();
            batch.last = matches!(found, Found::Unterminated | Found::End);
            batch.entries.extend(self.entry(&found));
        }
        if batch.last {
            self.size.check(&self.path);
        }
        Ok(batch)
    }

    /// After all has been read, returns an error if there is nothing to replay.
    pub(crate) fn no_frames(&self) -> Option<io::Error> {
        let message = match &self.content {
            Content::Readable => return None,
            Content::Empty => "it is empty".to_owned(),
            Content::Unreadable(first) => format!("it contains no frames; its first line is `{first}`"),
        };
        Some(io::Error::new(io::ErrorKind::InvalidData, message))
    }

    /// Parses the line, unless it is blank or incomplete.
    fn entry(&mut self, found: &Found) -> Option<Entry> {
        // Much faster than the lossy conversion, which is needed for damaged files only.
        let text = str::from_utf8(&self.line).map_or_else(|_| String::from_utf8_lossy(&self.line), Cow::Borrowed);
        // Concatenated files have byte order marks in the middle.
        let text = text.trim_start_matches('\u{feff}').trim_ascii();
        if text.is_empty() {
            return None;
        }
        let parsed = match found {
            Found::TooLong => Err(Fault::new(FaultKind::TooLong, &line::printable(&line::excerpt(text)))),
            _ => line::parse(text),
        };
        match (&parsed, &self.content) {
            (Ok(_), _) => self.content = Content::Readable,
            (Err(_), Content::Empty) => self.content = Content::Unreadable(line::printable(&line::excerpt(text))),
            (Err(_), _) => {}
        }
        let number = self.number;
        match parsed {
            Ok(Parsed { at_ms, link, record }) => Some(Entry { number, at_ms, link, record: Ok(record) }),
            Err(fault) if matches!(found, Found::Unterminated) && fault.kind == FaultKind::NotAnObject => {
                tracing::warn!(
                    "line {number} of `{}`, the last, is incomplete and was skipped: {}",
                    self.path.display(),
                    fault.found
                );
                None
            }
            Err(fault) => Some(Entry { number, at_ms: None, link: 0, record: Err(fault) }),
        }
    }

    /// Reads the next line.
    fn line(&mut self) -> io::Result<Found> {
        self.line.clear();
        self.number += 1;
        let line = self.input.by_ref().take(MAX_LINE_LENGTH as u64).read_until(b'\n', &mut self.line);
        let line = match line {
            Ok(MAX_LINE_LENGTH) if !self.line.ends_with(b"\n") => self.input.skip_until(b'\n').map(|_| Found::TooLong),
            Ok(_) if self.line.ends_with(b"\n") => Ok(Found::Line),
            Ok(0) => Ok(Found::End),
            Ok(_) => Ok(Found::Unterminated),
            Err(error) => Err(error),
        };
        line.or_else(|error| match (error.kind(), self.number - 1) {
            // The compressed data has no end: its writer has crashed, or is still running.
            (io::ErrorKind::UnexpectedEof, before) => {
                tracing::warn!("the recording `{}` is truncated after {before} lines", self.path.display());
                Ok(if self.line.is_empty() { Found::End } else { Found::Unterminated })
            }
            (_, 0) => Err(error),
            (kind, before) => Err(io::Error::new(kind, format!("cannot read past line {before}: {error}"))),
        })
    }
}

impl Size {
    /// Logs if less was read than the file had.
    fn check(&self, path: &Path) {
        let read = self.progress.load(Ordering::Relaxed).saturating_sub(self.before);
        if read < self.bytes {
            let bytes = self.bytes;
            tracing::warn!(
                "the recording `{}` was truncated while it was being read: {read} of {bytes} bytes were read",
                path.display()
            );
        }
    }
}

/// Counts the bytes that are read.
struct Counted<R> {
    from: R,
    progress: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(bytes)?;
        self.progress.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::recording::tests::{Directory, LOGIN, logged};

    fn reader(bytes: impl Into<Vec<u8>>) -> Reader {
        let size = Size { bytes: 0, before: 0, progress: Arc::default() };
        Reader::new(Path::new("war.ndjson"), io::Cursor::new(bytes.into()), true, size).unwrap()
    }

    #[test]
    fn a_line_that_is_too_long_takes_bounded_memory_and_is_the_only_one_lost() {
        let text = [LOGIN, &"x".repeat(3 * MAX_LINE_LENGTH), LOGIN, ""].join("\n");
        let mut reader = reader(text);
        let (first, second) = (reader.batch().unwrap(), reader.batch().unwrap());
        let all: Vec<_> = first.entries.into_iter().chain(second.entries).map(|entry| entry.record.is_ok()).collect();
        assert_eq!(all, [true, false, true]);
        assert!(second.last && reader.line.capacity() <= 2 * MAX_LINE_LENGTH);
    }

    #[test]
    fn blank_lines_are_skipped_and_the_last_line_needs_no_line_feed() {
        let batch = reader(format!("\n{LOGIN}\r\n\n{LOGIN}")).batch().unwrap();
        assert_eq!(batch.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 4]);
        assert!(batch.last);
    }

    #[test]
    fn a_file_that_is_truncated_while_it_is_read_is_reported() {
        let directory = Directory::new("cut");
        let path = directory.path("war.ndjson");
        fs::write(&path, format!("{LOGIN}\n").repeat(10_000)).unwrap();
        let log = logged(|| {
            let mut reader = Reader::open(&path, &Arc::default()).unwrap();
            assert!(!reader.batch().unwrap().last);
            File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
            while !reader.batch().unwrap().last {}
        });
        assert!(log.contains("` was truncated while it was being read: "), "{log}");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn all_lines_before_damage_are_read_and_the_error_says_where_it_is() {
        let whole = zstd::encode_all(format!("{LOGIN}\n").repeat(300).as_bytes(), 0).unwrap();
        let mut reader = reader([&whole[..], b"no frame of zstd"].concat());
        assert_eq!(reader.batch().unwrap().entries.len(), 256);
        assert_eq!(reader.batch().unwrap().entries.len(), 44);
        let error = reader.batch().unwrap_err().to_string();
        assert!(error.starts_with("cannot read past line 300: "), "{error}");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn the_format_is_detected_from_the_content_and_not_from_the_name() {
        let directory = Directory::new("misnamed");
        let path = directory.path("war.zst");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        io::Write::write_all(&mut encoder, LOGIN.as_bytes()).unwrap();
        fs::write(&path, encoder.finish().unwrap()).unwrap();
        assert_eq!(Reader::open(&path, &Arc::default()).unwrap().batch().unwrap().entries.len(), 1);
    }
}
