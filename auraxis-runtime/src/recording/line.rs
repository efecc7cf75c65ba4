//! The format of a line: a raw frame, or an object with the time, the link and what was received.
//!
//! ```text
//! {"payload":{…},"service":"event","type":"serviceMessage"}     a raw frame
//! {"at_ms":1700000000000,"link":0,"frame":"{\"payload\":…}"}    a frame with its time
//! {"at_ms":1700000000000,"link":0,"connected":1}                the link was connected, for the first time in this run
//! {"at_ms":1700000000000,"link":0,"disconnected":"reset","heard_ms":1699999999000}
//! {"at_ms":1700000000000,"lost":512,"since_ms":1699999999000}   512 frames are missing: the disk was full
//! ```
//!
//! Times are in milliseconds since the Unix epoch. A run starts with links that are connected for the first time, and,
//! unless it crashed, ends with all links disconnected. Unknown keys are ignored.

use std::{borrow::Cow, io, sync::Arc};

use auraxis_core::{
    event::Event,
    frame::{Fault, FaultKind, Frame},
};
use serde::{Deserialize, Serialize};

/// A line that is not a raw frame.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Line<'a> {
    pub(super) at_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<u32>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) frame: Option<Cow<'a, str>>,
    /// How often the link was connected in this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connected: Option<u64>,
    /// Why the link was lost.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(super) disconnected: Option<Cow<'a, str>>,
    /// When the lost link last received data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) heard_ms: Option<u64>,
    /// How many frames could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<u64>,
    /// When the first of them was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since_ms: Option<u64>,
}

impl Line<'_> {
    /// Writes the line, including the line feed.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *to, self)?;
        to.push(b'\n');
        Ok(())
    }
}

/// The content of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    Frame(Frame),
    Connected {
        /// How often the link was connected in this run.
        count: u64,
    },
    Disconnected {
        reason: Arc<str>,
        /// When the link last received data, in milliseconds since the Unix epoch.
        heard_ms: i64,
    },
    /// Frames are missing here.
    Lost {
        frames: u64,
        /// When the first of them was received, in milliseconds since the Unix epoch.
        since_ms: i64,
    },
}

/// A parsed line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parsed {
    /// When it was received, in milliseconds since the Unix epoch, if the line says.
    pub(super) at_ms: Option<i64>,
    /// The link over which it was received; 0 if the line does not say.
    pub(super) link: u32,
    pub(super) record: Record,
}

/// Parses a line. A fault is safe to print to a terminal.
pub(super) fn parse(text: &str) -> Result<Parsed, Fault> {
    if let Some(parsed) = scan(text) {
        return Ok(parsed);
    }
    // Saves raw frames a second parse.
    let line = if text.starts_with(r#"{"payload":"#) { None } else { serde_json::from_str::<Line<'_>>(text).ok() };
    let timed = line.and_then(|line| Some((ms(line.at_ms?), line)));
    let parsed = match timed {
        Some((at_ms, Line { frame: Some(frame), link, .. })) => frame_at(Some(at_ms), link, &frame),
        Some((at_ms, line)) => match state(&line, at_ms) {
            Some(record) => Ok(Parsed { at_ms: Some(at_ms), link: line.link.unwrap_or_default(), record }),
            None => Err(Fault::new(FaultKind::Unrecognised, text)),
        },
        None => frame_at(None, None, text),
    };
    parsed.map_err(|fault| Fault { found: printable(&fault.found).into(), ..fault })
}

/// Reads an event with its time as it is written here, without unescaping its text first.
fn scan(text: &str) -> Option<Parsed> {
    let (at_ms, rest) = number(text.strip_prefix(r#"{"at_ms":"#)?)?;
    let (link, rest) = number(rest.strip_prefix(r#","link":"#)?)?;
    let frame = Frame::parse_escaped(rest.strip_prefix(r#","frame":""#)?.strip_suffix(r#""}"#)?)?;
    Some(Parsed { at_ms: Some(at_ms), link: u32::try_from(link).ok()?, record: Record::Frame(frame) })
}

/// Returns the number at the start, and the rest.
fn number(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|char: char| !char.is_ascii_digit())?;
    let (digits, rest) = text.split_at(end);
    // JSON has no leading zeros.
    let is_number = digits == "0" || !digits.starts_with('0');
    Some((digits.parse().ok().filter(|_| is_number)?, rest))
}

fn frame_at(at_ms: Option<i64>, link: Option<u32>, text: &str) -> Result<Parsed, Fault> {
    let frame = Frame::parse(text)?;
    let at_ms = at_ms.or_else(|| match &frame {
        Frame::Event(event) => Event::timestamp(event).map(|timestamp| timestamp.0.saturating_mul(1_000)),
        _ => None,
    });
    Ok(Parsed { at_ms, link: link.unwrap_or_default(), record: Record::Frame(frame) })
}

/// Returns the content of a line without a frame.
fn state(line: &Line<'_>, at_ms: i64) -> Option<Record> {
    if let Some(count) = line.connected {
        return Some(Record::Connected { count });
    }
    if let Some(reason) = &line.disconnected {
        let heard_ms = line.heard_ms.map_or(at_ms, ms);
        return Some(Record::Disconnected { reason: (&**reason).into(), heard_ms });
    }
    line.lost.map(|frames| Record::Lost { frames, since_ms: line.since_ms.map_or(at_ms, ms) })
}

fn ms(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// Truncates a text for a message.
pub(super) fn excerpt(text: &str) -> Cow<'_, str> {
    const MAX_LENGTH: usize = 100;
    let cut = text.floor_char_boundary(MAX_LENGTH);
    if cut < text.len() { format!("{}…", &text[..cut]).into() } else { text.into() }
}

/// Escapes all characters that a terminal does not print as they are.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\'' | '\\' => printable.push(char),
            _ => printable.extend(char.escape_debug()),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: &str = r#"{"payload":{"character_id":"1","event_name":"PlayerLogin","timestamp":"7","world_id":"1"}}"#;

    fn line(at_ms: i64, link: u32, record: Record) -> Parsed {
        Parsed { at_ms: Some(at_ms), link, record }
    }

    #[test]
    fn a_line_is_a_frame_with_or_without_a_time() {
        let frame = Record::Frame(Frame::parse(LOGIN).unwrap());
        assert_eq!(parse(LOGIN), Ok(line(7_000, 0, frame.clone())));
        let timed = Line { at_ms: Some(9_500), link: Some(2), frame: Some(LOGIN.into()), ..Line::default() };
        assert_eq!(parse(&serde_json::to_string(&timed).unwrap()), Ok(line(9_500, 2, frame)));
        assert_eq!(parse("{\"at_ms\":1,\"fra").unwrap_err().kind, FaultKind::NotAnObject);
    }

    #[test]
    fn a_line_is_a_change_of_a_link_or_counts_missing_frames() {
        for (text, at_ms, link, record) in [
            (r#"{"at_ms":5,"link":1,"connected":3}"#, 5, 1, Record::Connected { count: 3 }),
            (
                r#"{"at_ms":9,"link":1,"disconnected":"reset","heard_ms":6}"#,
                9,
                1,
                Record::Disconnected { reason: "reset".into(), heard_ms: 6 },
            ),
            (
                r#"{"at_ms":9,"link":1,"disconnected":"reset"}"#,
                9,
                1,
                Record::Disconnected { reason: "reset".into(), heard_ms: 9 },
            ),
            (r#"{"at_ms":9,"lost":2,"since_ms":7}"#, 9, 0, Record::Lost { frames: 2, since_ms: 7 }),
        ] {
            assert_eq!(parse(text), Ok(line(at_ms, link, record)), "{text}");
        }
        // A message of the server, and a line of a later version.
        let connected = r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#;
        assert_eq!(
            parse(connected).map(|line| line.record),
            Ok(Record::Frame(Frame::ConnectionState { connected: true }))
        );
        assert_eq!(parse(r#"{"at_ms":9,"link":1,"paused":true}"#).unwrap_err().kind, FaultKind::Unrecognised);
    }

    #[test]
    fn an_event_in_the_usual_layout_is_read_as_the_parser_reads_it() {
        let usual = LOGIN.replace("}}", r#"},"service":"event","type":"serviceMessage"}"#);
        let timed = Line { at_ms: Some(9_500), link: Some(2), frame: Some((&usual).into()), ..Line::default() };
        let text = serde_json::to_string(&timed).unwrap();
        assert_eq!(scan(&text), Some(line(9_500, 2, Record::Frame(Frame::parse(&usual).unwrap()))));
        for (from, to) in [
            ("9500", "09500"),
            ("9500", "-9500"),
            ("9500", "9.5"),
            (r#""link":2"#, r#""link":4294967296"#),
            (r#"\"1\""#, r#"\"\u0031\""#),
            (r#""}"#, r#"\"}"#),
            (r#""}"#, r#"","lost":1}"#),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert_eq!(scan(&changed), None, "{changed}");
        }
    }

    #[test]
    fn faults_are_safe_to_print() {
        let fault = parse("\0\u{1b}[2J\u{202e}\"ü\"").unwrap_err();
        assert_eq!(&*fault.found, r#"\0\u{1b}[2J\u{202e}"ü""#);
    }
}
