//! Batches: what one read brought.

use std::{mem, sync::Arc};

use auraxis_core::{
    frame::{Fault, Frame},
    time::Timestamp,
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::clock::real_ms;

/// What one read of a source brought: frames in the order in which they came, and what became of the link.
#[derive(Debug)]
pub struct Batch {
    pub(crate) link: u32,
    pub(crate) received_ms: i64,
    pub(crate) contents: Vec<Content>,
}

/// One thing in a batch.
#[derive(Debug)]
pub(crate) enum Content {
    /// A frame as it came.
    Text(Utf8Bytes),
    /// A frame that has been read already.
    Frame(Frame),
    /// Something that is no frame, and in which line of a recording it stands.
    Fault(Fault, Option<u64>),
    /// The link is up, for the so-manyth time.
    Connected(u64),
    /// The link is gone.
    Disconnected { reason: Arc<str>, last_heard: Option<Timestamp> },
}

impl Batch {
    /// A batch that is received now over the link of this number.
    #[must_use]
    pub fn new(link: u32) -> Self {
        Self::received_at(link, real_ms())
    }

    /// A batch that was received at this time, in milliseconds since 1970.
    #[must_use]
    pub const fn received_at(link: u32, ms: i64) -> Self {
        Self { link, received_ms: ms, contents: Vec::new() }
    }

    /// Adds the text of a frame, as it came.
    pub fn text(&mut self, text: impl Into<String>) {
        self.contents.push(Content::Text(text.into().into()));
    }

    /// Adds a frame that has been read already.
    pub fn frame(&mut self, frame: Frame) {
        self.contents.push(Content::Frame(frame));
    }

    /// Says that the link is up, for the so-manyth time: triggers get [`Connected`](auraxis_core::event::Connected).
    pub fn connected(&mut self, count: u64) {
        self.contents.push(Content::Connected(count));
    }

    /// Says that the link is gone, why, and when something was last heard over it: triggers get
    /// [`Disconnected`](auraxis_core::event::Disconnected).
    pub fn disconnected(&mut self, reason: impl Into<Arc<str>>, last_heard: Option<Timestamp>) {
        self.contents.push(Content::Disconnected { reason: reason.into(), last_heard });
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// Takes out what is in it.
    pub(crate) fn take(&mut self) -> Self {
        let capacity = self.contents.len();
        let contents = mem::replace(&mut self.contents, Vec::with_capacity(capacity.min(256)));
        Self { link: self.link, received_ms: self.received_ms, contents }
    }
}
