//! Writes a recording: `recording EVENTS > FILE`, as fast as the game sends on a busy evening.
#![allow(clippy::print_stdout)]

use std::io::{BufWriter, Write, stdout};

use auraxis_bench::Traffic;
use serde_json::json;

/// Events per second.
const RATE: u64 = 460;

/// When the recording starts, in milliseconds since the Unix epoch.
const START_MS: u64 = 1_800_000_000_000;

const TIMESTAMP: &str = r#""timestamp":""#;

fn main() -> anyhow::Result<()> {
    let events: u64 = std::env::args().nth(1).unwrap_or_default().parse()?;
    let traffic = Traffic::new();
    let mut file = BufWriter::new(stdout().lock());
    writeln!(file, "{}", json!({ "at_ms": START_MS, "link": 0, "connected": 1 }))?;
    for (number, text) in (0..events).zip(traffic.texts().iter().cycle()) {
        let at_ms = START_MS + number * 1_000 / RATE;
        let (before, after) = text.split_once(TIMESTAMP).unwrap_or((text, ""));
        let text = format!("{before}{TIMESTAMP}{}{}", at_ms / 1_000, after.get(10..).unwrap_or(""));
        writeln!(file, r#"{{"at_ms":{at_ms},"link":0,"frame":{}}}"#, serde_json::to_string(&text)?)?;
    }
    file.flush()?;
    Ok(())
}
