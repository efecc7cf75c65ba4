//! Getting lines out of a file.
//!
//! Lines are read and parsed some at a time, on a thread where that may take as long as it takes, and ahead of the
//! triggers if the file is one that can be read ahead.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
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

/// The longest line that is read. The longest frame has an eighth of it, and its quotes may be escaped.
const LONGEST: usize = 8 << 20;

/// How many lines are parsed at a time, and how many bytes of them.
const LINES: usize = 256;
const BYTES: usize = 1 << 20;

/// A line of a recording, parsed.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it stands in the file, from 1.
    pub(crate) number: u64,
    /// When it came, in milliseconds since 1970, as far as it says.
    pub(crate) at_ms: Option<i64>,
    /// Over which link it came. 0 if it does not say.
    pub(crate) link: u32,
    /// What it holds. A fault can be printed as it is.
    pub(crate) record: Result<Record, Fault>,
}

/// Some lines.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    /// Whether these are the last.
    pub(crate) last: bool,
}

pub(crate) struct Reader {
    input: BufReader<Box<dyn Read + Send>>,
    /// Whether more can be read without waiting for somebody to write it.
    pub(crate) ahead: bool,
    size: Size,
    line: Vec<u8>,
    number: u64,
    /// What came after the lines of the batch that was returned last.
    failed: Option<io::Error>,
    content: Content,
}

/// How large a file was when it was opened, and how much was read before it was.
struct Size {
    bytes: u64,
    before: u64,
    progress: Arc<AtomicU64>,
}

/// What has been found so far.
enum Content {
    Empty,
    /// No line that can be read. This is how the first begins.
    Unreadable(String),
    Readable,
}

/// What `Reader::line` holds now.
enum Found {
    Line,
    /// The beginning of a line that is too long.
    TooLong,
    /// Something without an end, and nothing follows.
    Rest,
    Nothing,
}

impl Reader {
    /// Opens a file, or standard input if it is called `-`. What is read of it is added to `progress`.
    pub(crate) fn open(path: &Path, progress: &Arc<AtomicU64>) -> io::Result<Self> {
        let progress = Arc::clone(progress);
        let mut size = Size { bytes: 0, before: progress.load(Ordering::Relaxed), progress: Arc::clone(&progress) };
        if path.as_os_str() == "-" {
            return Self::new(Counted { from: io::stdin(), progress }, false, size);
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name the files in it"));
        }
        size.bytes = if metadata.is_file() { metadata.len() } else { 0 };
        Self::new(Counted { from: file, progress }, metadata.is_file(), size)
    }

    fn new(from: impl Read + Send + 'static, ahead: bool, size: Size) -> io::Result<Self> {
        let input: Box<dyn Read + Send> = Box::new(Utf8::new(format::decoded(from)?));
        let input = BufReader::with_capacity(1 << 16, input);
        Ok(Self { input, ahead, size, line: Vec::new(), number: 0, failed: None, content: Content::Empty })
    }

    /// The next lines; of a file that is still being written, those that are there.
    ///
    /// # Errors
    ///
    /// If the file cannot be read from here on. All lines before have been returned.
    pub(crate) fn batch(&mut self) -> io::Result<Batch> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut batch = Batch { entries: Vec::with_capacity(LINES), last: false };
        let mut bytes = 0;
        while !batch.last && batch.entries.len() < LINES && bytes < BYTES {
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
            batch.last = matches!(found, Found::Rest | Found::Nothing);
            batch.entries.extend(self.entry(&found));
        }
        if batch.last {
            self.size.check();
        }
        Ok(batch)
    }

    /// Why nothing of the recording can be replayed, once all of it has been read.
    pub(crate) fn no_frames(&self) -> Option<io::Error> {
        let message = match &self.content {
            Content::Readable => return None,
            Content::Empty => "it is empty".to_owned(),
            Content::Unreadable(first) => format!("no line of it is a frame; the first is `{first}`"),
        };
        Some(io::Error::new(io::ErrorKind::InvalidData, message))
    }

    /// Parses the line, unless it is blank or the half of one.
    fn entry(&mut self, found: &Found) -> Option<Entry> {
        let text = String::from_utf8_lossy(&self.line);
        // Files may have been joined that have a byte order mark each.
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
            Err(fault) if matches!(found, Found::Rest) && fault.kind == FaultKind::NotAnObject => {
                tracing::warn!("line {number}, the last, ends in the middle and is left out: {}", fault.found);
                None
            }
            Err(fault) => Some(Entry { number, at_ms: None, link: 0, record: Err(fault) }),
        }
    }

    /// Reads the next line.
    fn line(&mut self) -> io::Result<Found> {
        self.line.clear();
        self.number += 1;
        let line = self.input.by_ref().take(LONGEST as u64).read_until(b'\n', &mut self.line);
        let line = match line {
            Ok(LONGEST) if !self.line.ends_with(b"\n") => self.input.skip_until(b'\n').map(|_| Found::TooLong),
            Ok(_) if self.line.ends_with(b"\n") => Ok(Found::Line),
            Ok(0) => Ok(Found::Nothing),
            Ok(_) => Ok(Found::Rest),
            Err(error) => Err(error),
        };
        line.or_else(|error| match (error.kind(), self.number - 1) {
            // What is compressed has no end: whoever wrote it was stopped, or still writes.
            (io::ErrorKind::UnexpectedEof, before) => {
                tracing::warn!("the recording ends in the middle, after {before} lines");
                Ok(if self.line.is_empty() { Found::Nothing } else { Found::Rest })
            }
            (_, 0) => Err(error),
            (kind, before) => Err(io::Error::new(kind, format!("it cannot be read after line {before}: {error}"))),
        })
    }
}

impl Size {
    /// Tells if the end came too early.
    fn check(&self) {
        let read = self.progress.load(Ordering::Relaxed).saturating_sub(self.before);
        if read < self.bytes {
            let bytes = self.bytes;
            tracing::warn!("the recording was cut while it was read: it had {bytes} bytes, of which {read} were there");
        }
    }
}

/// A file that tells how far it has been read.
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
        Reader::new(io::Cursor::new(bytes.into()), true, size).unwrap()
    }

    #[test]
    fn a_line_of_any_length_costs_bounded_memory_and_no_other_line() {
        let text = [LOGIN, &"x".repeat(3 * LONGEST), LOGIN, ""].join("\n");
        let mut reader = reader(text);
        let (first, second) = (reader.batch().unwrap(), reader.batch().unwrap());
        let all: Vec<_> = first.entries.into_iter().chain(second.entries).map(|entry| entry.record.is_ok()).collect();
        assert_eq!(all, [true, false, true]);
        assert!(second.last && reader.line.capacity() <= 2 * LONGEST);
    }

    #[test]
    fn blank_lines_are_no_frames_and_an_end_without_a_line_feed_is_one() {
        let batch = reader(format!("\n{LOGIN}\r\n\n{LOGIN}")).batch().unwrap();
        assert_eq!(batch.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 4]);
        assert!(batch.last);
    }

    #[test]
    fn a_file_that_is_cut_while_it_is_read_is_reported() {
        let directory = Directory::new("cut");
        let path = directory.path("war.ndjson");
        fs::write(&path, format!("{LOGIN}\n").repeat(10_000)).unwrap();
        let log = logged(|| {
            let mut reader = Reader::open(&path, &Arc::default()).unwrap();
            assert!(!reader.batch().unwrap().last);
            File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
            while !reader.batch().unwrap().last {}
        });
        assert!(log.contains("the recording was cut while it was read: it had"), "{log}");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn all_lines_before_damage_are_read_and_the_damage_is_an_error_that_says_where() {
        let whole = zstd::encode_all(format!("{LOGIN}\n").repeat(300).as_bytes(), 0).unwrap();
        let mut reader = reader([&whole[..], b"no frame of zstd"].concat());
        assert_eq!(reader.batch().unwrap().entries.len(), 256);
        assert_eq!(reader.batch().unwrap().entries.len(), 44);
        let error = reader.batch().unwrap_err().to_string();
        assert!(error.starts_with("it cannot be read after line 300: "), "{error}");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn a_file_is_read_as_what_it_is_whatever_it_is_called() {
        let directory = Directory::new("misnamed");
        let path = directory.path("war.zst");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        io::Write::write_all(&mut encoder, LOGIN.as_bytes()).unwrap();
        fs::write(&path, encoder.finish().unwrap()).unwrap();
        assert_eq!(Reader::open(&path, &Arc::default()).unwrap().batch().unwrap().entries.len(), 1);
    }
}
