//! The event stream of auraxis behind NATS JetStream.
//!
//! A relay holds the links to the game's event stream and publishes every event, signal and derived event to a stream on
//! the broker; bots read it from there with the same triggers. Several relays make one stream, because the broker drops
//! what has been published before.
//!
//! - [`Broker`] connects to the server.
//! - [`stream`] creates the streams.

mod connect;
mod error;
pub mod stream;

pub use async_nats;

pub use self::{
    connect::Broker,
    error::{Error, ErrorKind, Result},
};
