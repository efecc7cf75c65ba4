//! Receiving everything that the stream delivers.

use auraxis_core::{delivery::Delivery, event::Event};

/// Receives everything that the stream delivers to triggers, for example to publish it: each event once, after duplicates
/// have been dropped; events recovered from REST; derived events that a trigger listens to; and signals.
///
/// Pass it to [`ClientBuilder::tap`](crate::ClientBuilder::tap). Events from [`Client::dispatch`](crate::Client::dispatch)
/// are not included.
pub trait Tap: Send + 'static {
    /// Called before the event is dispatched, on the thread of the stream, which must not be blocked. `text` is the event's
    /// frame as it was received, if it was.
    fn event(&mut self, event: &Event, text: Option<&str>, delivery: &Delivery);
}
