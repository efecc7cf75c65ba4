//! Sources of frames: the event stream, recordings, and your own.
//!
<<<<<<< HEAD
//! A [`Source`] sends [batches](Batch) of received frames to a [`Feed`]. Internally, `link` is the source that connects
//! to the event stream and reconnects; a `session` is one of its connections, over a `socket` opened by `connect`. Its
//! timeouts are checked by `liveness`, its subscription by `verification`. `recording` reads files instead.
=======
//! A [`Source`] sends [batches](Batch) of received frames to a [`Feed`].

// `link` is the source that connects to the event stream and reconnects; a `session` is one of its connections, over a
// `socket` opened by `connect`, whose timeouts `liveness` checks. `recording` reads files instead.
>>>>>>> main

mod batch;
mod connect;
mod error_chain;
mod feed;
#[cfg(feature = "test")]
pub(crate) mod idle;
pub(crate) mod link;
mod liveness;
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
    feed::{Feed, Running, Source},
};
pub(crate) use self::{
    batch::BatchItem,
    feed::{Probe, ProbeStep},
};
