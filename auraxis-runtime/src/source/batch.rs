//! Batches of received frames.

use std::{mem, sync::Arc};

use auraxis_core::{
    delivery::{Delivery, Origin},
    event::Event,
    frame::{Fault, Frame},
    server_state::Drift,
    stream::Verdict,
    time::Timestamp,
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::message::{Message, Recipients};
use crate::{clock::real_ms, dispatch::ticket::Ticket};

/// The frames that a source received together, and changes of its connection, in order.
#[derive(Debug)]
pub struct Batch {
    pub(crate) link: u32,
    /// Unique among the connections of a client's links.
    pub(crate) connection: u32,
    pub(crate) received_ms: i64,
    pub(crate) origin: Origin,
    pub(crate) items: Vec<BatchItem>,
}

/// A frame or a connection change.
#[derive(Debug)]
pub(crate) enum BatchItem {
    Frame {
        frame: Frame,
        /// The text if it may be recorded.
        text: Option<Utf8Bytes>,
        /// Whether the event is new, as soon as the batch is merged with those of other links.
        verdict: Verdict,
    },
    Message {
        event: Event,
        /// The text if it may be recorded.
        text: Option<Box<str>>,
        route: Box<Route>,
    },
    /// Data that is not a frame.
    Fault {
        fault: Fault,
        /// The text if it may be recorded.
        text: Option<Utf8Bytes>,
        /// The line in a recording, for messages.
        line: Option<Box<str>>,
    },
    /// The link has connected. Contains the number of times that it has connected so far.
    Connected(u64),
    /// The link has disconnected.
    Disconnected {
        reason: Arc<str>,
        last_heard: Option<Timestamp>,
        /// Whether it was closed because nothing more is wanted or available, so nothing is missed.
        is_final: bool,
    },
    /// The server's subscription differs from the requested one. It matched at `since`.
    Drift { drift: Box<Drift>, since: Timestamp },
    /// The server's subscription is the requested one again.
    DriftRepaired,
}

/// How a message reaches its triggers.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) delivery: Delivery,
    pub(crate) recipients: Recipients,
    pub(crate) is_copy: bool,
    pub(crate) ticket: Ticket,
}

impl Batch {
    /// Creates an empty batch that is received now. `link` is the number of the connection, chosen by the source.
    #[must_use]
    pub fn new(link: u32) -> Self {
        Self::received_at(link, real_ms())
    }

    /// Like [`new`](Self::new), for a batch that was received at this time, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn received_at(link: u32, ms: i64) -> Self {
        let origin = Origin::Program;
        Self { link, connection: link, received_ms: ms, origin, items: Vec::new() }
    }

    /// Sets where the events of the batch were received from. Default: [`Origin::Program`].
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// Adds the text of a frame.
    pub fn text(&mut self, text: impl Into<String>) {
        let text = Utf8Bytes::from(text.into());
        self.push_parsed(Frame::parse(&text), Some(text));
    }

    /// Adds a parsed frame.
    pub fn frame(&mut self, frame: Frame) {
        self.items.push(BatchItem::Frame { frame, text: None, verdict: Verdict::New });
    }

    /// Adds a message of a broker.
    pub fn message(&mut self, message: Message) {
        let Message { event, text, delivery, recipients, is_copy, acknowledge } = message;
        let ticket = acknowledge.map_or(Ticket::NONE, Ticket::new);
        let route = Box::new(Route { delivery, recipients, is_copy, ticket });
        self.items.push(BatchItem::Message { event, text: text.map(Into::into), route });
    }

    /// Adds data that is not a frame. It is counted and reported.
    pub fn fault(&mut self, fault: Fault) {
        self.items.push(BatchItem::Fault { fault, text: None, line: None });
    }

    /// Adds a frame that was received as text.
    pub(crate) fn push_parsed(&mut self, frame: Result<Frame, Fault>, text: Option<Utf8Bytes>) {
        self.items.push(match frame {
            Ok(frame) => BatchItem::Frame { frame, text, verdict: Verdict::New },
            Err(fault) => BatchItem::Fault { fault, text, line: None },
        });
    }

    /// Reports that the link has connected, and how often it has so far, including this time. Raises the signal
    /// [`Connected`](auraxis_core::event::Connected).
    pub fn connected(&mut self, count: u64) {
        self.items.push(BatchItem::Connected(count));
    }

    /// Reports that the link has disconnected, why, and when it last received a frame. Raises the signal
    /// [`Disconnected`](auraxis_core::event::Disconnected).
    pub fn disconnected(&mut self, reason: impl Into<Arc<str>>, last_heard: Option<Timestamp>) {
        self.items.push(BatchItem::Disconnected { reason: reason.into(), last_heard, is_final: false });
    }

    /// Returns whether the batch is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Takes all items, and leaves an empty batch.
    pub(crate) fn take(&mut self) -> Self {
        let capacity = self.items.len();
        let items = mem::replace(&mut self.items, Vec::with_capacity(capacity.min(256)));
        Self { items, ..*self }
    }
}
