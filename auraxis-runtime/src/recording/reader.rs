//! Getting frames out of a file.
//!
//! Lines are read and parsed some at a time, on a thread where that may take as long as it takes, and ahead of the
//! triggers if the file is one that can be read ahead.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use auraxis_core::{
    event::Event,
    frame::{Fault, FaultKind, Frame},
};

use super::{Line, format};

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
    /// Over which link it came; 0 if it does not say.
    pub(crate) link: u32,
    pub(crate) frame: Result<Frame, Fault>,
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
    line: Vec<u8>,
    number: u64,
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
        let (ahead, input) = if path.as_os_str() == "-" {
            (false, format::decoded(Counted { from: io::stdin(), progress })?)
        } else {
            let file = File::open(path)?;
            (file.metadata()?.is_file(), format::decoded(Counted { from: file, progress })?)
        };
        Ok(Self { input: BufReader::with_capacity(1 << 16, input), ahead, line: Vec::new(), number: 0 })
    }

    /// The next lines; of a file that is still being written, those that are there.
    pub(crate) fn batch(&mut self) -> io::Result<Batch> {
        let mut batch = Batch { entries: Vec::with_capacity(LINES), last: false };
        let mut bytes = 0;
        while !batch.last && batch.entries.len() < LINES && bytes < BYTES {
            if !self.ahead && !batch.entries.is_empty() && !self.input.buffer().contains(&b'\n') {
                break;
            }
            let found = self.line()?;
            bytes += self.line.len();
            let text = String::from_utf8_lossy(self.line.trim_ascii());
            let (frame, at_ms) = match (found, parse(&text)) {
                (Found::TooLong, _) => (Err(Fault::new(FaultKind::TooLong, &text)), None),
                (Found::Rest, Err(fault)) if fault.kind == FaultKind::NotAnObject => {
                    let number = self.number;
                    tracing::warn!("line {number}, the last, ends in the middle and is left out: {}", fault.found);
                    return Ok(Batch { last: true, ..batch });
                }
                (found, parsed) => {
                    batch.last = matches!(found, Found::Rest | Found::Nothing);
                    match parsed {
                        _ if text.is_empty() => continue,
                        Ok((frame, at_ms)) => (Ok(frame), at_ms),
                        Err(fault) => (Err(fault), None),
                    }
                }
            };
            batch.entries.push(Entry { number: self.number, at_ms, link: 0, frame });
        }
        Ok(batch)
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
        line.or_else(|error| match error.kind() {
            // What is compressed has no end: whoever wrote it was stopped, or still writes.
            io::ErrorKind::UnexpectedEof => {
                tracing::warn!("the recording ends in the middle, after {} lines", self.number - 1);
                Ok(if self.line.is_empty() { Found::Nothing } else { Found::Rest })
            }
            _ => Err(error),
        })
    }
}

/// Reads a line, which is a frame as it came or one with its time, in milliseconds.
fn parse(text: &str) -> Result<(Frame, Option<i64>), Fault> {
    // What begins like an event as it came is one.
    let line = if text.starts_with(r#"{"payload":"#) { None } else { serde_json::from_str::<Line<'_>>(text).ok() };
    let (frame, at_ms) = match line {
        Some(line) => (line.frame, i64::try_from(line.at_ms).ok()),
        None => (Cow::Borrowed(text), None),
    };
    let frame = Frame::parse(&frame)?;
    let at_ms = at_ms.or_else(|| match &frame {
        Frame::Event(event) => Event::timestamp(event).map(|timestamp| timestamp.0.saturating_mul(1_000)),
        _ => None,
    });
    Ok((frame, at_ms))
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
    use super::*;

    const LOGIN: &str = r#"{"payload":{"character_id":"1","event_name":"PlayerLogin","timestamp":"7","world_id":"1"}}"#;

    fn reader(bytes: impl Into<Vec<u8>>) -> Reader {
        let input = format::decoded(io::Cursor::new(bytes.into())).unwrap();
        Reader { input: BufReader::new(input), ahead: true, line: Vec::new(), number: 0 }
    }

    #[test]
    fn a_line_is_a_frame_with_or_without_its_time() {
        assert_eq!(parse(LOGIN).unwrap().1, Some(7_000));
        let line = serde_json::to_string(&Line { at_ms: 9_500, link: 2, frame: LOGIN.into() }).unwrap();
        assert_eq!(parse(&line).unwrap(), (Frame::parse(LOGIN).unwrap(), Some(9_500)));
        assert_eq!(parse("{\"at_ms\":1,\"fra").unwrap_err().kind, FaultKind::NotAnObject);
    }

    #[test]
    fn a_line_of_any_length_costs_bounded_memory_and_no_other_line() {
        let text = [LOGIN, &"x".repeat(3 * LONGEST), LOGIN, ""].join("\n");
        let mut reader = reader(text);
        let (first, second) = (reader.batch().unwrap(), reader.batch().unwrap());
        let all: Vec<_> = first.entries.into_iter().chain(second.entries).map(|entry| entry.frame.is_ok()).collect();
        assert_eq!(all, [true, false, true]);
        assert!(second.last && reader.line.capacity() <= 2 * LONGEST);
    }

    #[test]
    fn blank_lines_are_no_frames_and_an_end_without_a_line_feed_is_one() {
        let batch = reader(format!("\n{LOGIN}\r\n\n{LOGIN}")).batch().unwrap();
        assert_eq!(batch.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 4]);
        assert!(batch.last);
    }
}
