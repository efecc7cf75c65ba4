//! What is to be written to a client.

use std::{collections::VecDeque, future::poll_fn};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt as _, stream::SplitSink};
use tokio::time::Instant;

/// Commands are not read while answers of this size wait to be written, in bytes.
const MAX_UNREAD: usize = 1 << 20;

/// Writes to a client while that can take data, and never waits for it longer than its caller wants.
#[derive(Debug)]
pub(super) struct Outbox {
    sink: SplitSink<WebSocket, Message>,
    queue: VecDeque<Message>,
    /// The size of the queue.
    bytes: usize,
    is_flushed: bool,
    /// When the client last took data, or there was nothing to take.
    progress_at: Instant,
}

impl Outbox {
    pub(super) fn new(sink: SplitSink<WebSocket, Message>) -> Self {
        Self { sink, queue: VecDeque::new(), bytes: 0, is_flushed: true, progress_at: Instant::now() }
    }

    pub(super) fn push(&mut self, message: Message) {
        if self.is_idle() {
            self.progress_at = Instant::now();
        }
        self.bytes += size(&message);
        self.queue.push_back(message);
    }

    pub(super) fn push_text(&mut self, text: impl Into<String>) {
        self.push(Message::Text(text.into().into()));
    }

    /// Returns whether everything is written.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.is_flushed
    }

    /// Returns whether the client has to read before it can send more commands.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes > MAX_UNREAD
    }

    /// Returns when the client last took data, or there was nothing to take.
    pub(super) const fn progress_at(&self) -> Instant {
        self.progress_at
    }

    /// Writes everything. Cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection is broken.
    pub(super) async fn write(&mut self) -> Result<(), axum::Error> {
        while !self.queue.is_empty() {
            poll_fn(|cx| self.sink.poll_ready_unpin(cx)).await?;
            let Some(message) = self.queue.pop_front() else { break };
            self.bytes -= size(&message);
            self.is_flushed = false;
            self.progress_at = Instant::now();
            self.sink.start_send_unpin(message)?;
        }
        self.sink.flush().await?;
        self.is_flushed = true;
        Ok(())
    }
}

/// Returns the size of a message's content, in bytes.
pub(super) fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}
