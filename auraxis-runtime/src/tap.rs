//! Receiving everything that the stream delivers.

use std::fmt;

use auraxis_core::{delivery::Delivery, event::Event};

/// Receives everything that the stream delivers to triggers, for example to publish it: each event once, after duplicates
/// have been dropped; events recovered from REST; derived events that a trigger listens to; and signals.
///
/// Pass it to [`ClientBuilder::tap`](crate::ClientBuilder::tap) or [`Client::tap`](crate::Client::tap). Events from [`Client::dispatch`](crate::Client::dispatch)
/// are not included.
pub trait Tap: Send + 'static {
    /// Called before the event is dispatched, on the thread of the stream, which must not be blocked. `text` is the event's
    /// frame as it was received, if it was and is kept.
    fn event(&mut self, event: &Event, text: Option<&str>, delivery: &Delivery);

    /// Called after each turn of the stream, which processes what one read has received. Taps that pass events on to other
    /// threads can do that here, once for many events.
    fn flush(&mut self) {}

    /// Returns whether the text of received frames has to be kept for this tap, which costs a copy of each. Default: `true`.
    /// Taps that are added to a client that runs get only the text that is kept for others.
    fn needs_text(&self) -> bool {
        true
    }
}

impl fmt::Debug for dyn Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}
