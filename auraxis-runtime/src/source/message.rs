//! Messages of a broker.

use std::{fmt, sync::Arc};

use auraxis_core::{delivery::Delivery, event::Event};

use crate::dispatch::ticket::Acknowledge;

/// An event from a message broker. Pass it to [`Batch::message`](super::Batch::message).
pub struct Message {
    /// The event. It can also be a signal or a derived event.
    pub event: Event,
    /// The frame, for recordings.
    pub text: Option<String>,
    /// How the event was received.
    pub delivery: Delivery,
    /// The triggers that it is offered to.
    pub recipients: Recipients,
    /// Whether the same event also comes in another message, which is not a copy. A copy is only offered to triggers: it is
    /// not counted, recorded, or passed to a [`Tap`](crate::Tap).
    pub is_copy: bool,
    /// Receives the outcome.
    pub acknowledge: Option<Box<dyn Acknowledge>>,
}

/// The triggers that a [`Message`] is offered to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipients {
    /// All triggers.
    #[default]
    All,
    /// The triggers that existed when the source started.
    Startup,
    /// The triggers that were added later.
    Later,
    /// One trigger, by its name, that has failed on the event before. Its conditions and its cooldown are not applied
    /// again. If there is no such trigger, or it is paused, the message is
    /// [returned](crate::source::Acknowledge::returned).
    Trigger(Arc<str>),
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("event", &self.event)
            .field("delivery", &self.delivery)
            .field("recipients", &self.recipients)
            .field("is_copy", &self.is_copy)
            .finish_non_exhaustive()
    }
}
