//! Sources of frames: the event stream, recordings, and your own.
//!
//! A [`Source`] sends [batches](Batch) of received frames to a [`Feed`]. A message broker sends [messages](Message), and
//! is told when the triggers have settled each of them.

// `link` is the source that connects to the event stream and reconnects; a `session` is one of its connections, over a
// `socket` opened by `connect`, whose timeouts `liveness` checks; `verification` checks its subscription. `recording` reads files instead.

mod batch;
mod connect;
mod error_chain;
mod feed;
pub(crate) mod gated;
#[cfg(feature = "test")]
pub(crate) mod idle;
pub(crate) mod link;
mod liveness;
mod message;
mod receive_buffer;
mod reconnect_delay;
#[cfg(feature = "replay")]
pub(crate) mod recording;
mod session;
mod socket;
#[cfg(test)]
mod tests;
mod tls;
mod verification;

pub use self::{
    batch::Batch,
    feed::{Explain, Feed, Finishing, Running, Source},
    message::{Message, Recipients},
};
pub(crate) use self::{
    batch::{BatchItem, Route},
    feed::{FeedContext, Probe, ProbeStep},
};
pub use crate::dispatch::{
    registry::Interests,
    ticket::{Acknowledge, RunFailure, Ticket},
};
