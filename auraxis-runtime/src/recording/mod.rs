//! Recordings: what came over the stream, a frame a line, and how it is played again.
//!
//! `recorder` takes frames where the stream is read, and a thread of its own writes them; `tape` is the file, or the
//! row of files, that it writes to. `reader` gets frames out of a file, `replay` gives them to the triggers, and
//! `tempo` makes the time that passes meanwhile. `format` knows how files are compressed.

mod format;
mod reader;
mod recorder;
mod replay;
mod tape;
mod tempo;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub(crate) use self::{
    recorder::Recorder,
    replay::{Replay, apart, run},
};
pub use self::{
    replay::{Replayed, Speed},
    tape::Rotation,
};

/// One line of a recording: a frame and when it came.
#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    /// Milliseconds since 1970.
    at_ms: u64,
    /// Over which link it came.
    #[serde(default)]
    link: u32,
    /// As it came.
    #[serde(borrow)]
    frame: Cow<'a, str>,
}
