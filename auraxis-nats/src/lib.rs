//! The event stream of auraxis behind NATS JetStream.
//!
//! A relay holds the links to the game's event stream and publishes every event, signal and derived event to a stream on
//! the broker; bots read it from there with the same triggers. Several relays make one stream, because the broker drops
//! what has been published before.
//!
//! - [`Broker`] connects to the server.
//! - [`stream`] creates the streams.
//! - [`NatsSource`] lets a client read from the broker, and [`FromNats`] as part of its settings.
//! - [`Relay`] publishes what a client receives, with a [`Publisher`].
//! - [`dead`] stores events that a trigger cannot handle, and puts them back.

#[cfg(feature = "cli")]
mod arguments;
mod backlog;
mod bot;
mod connect;
pub mod dead;
mod error;
pub mod headers;
mod losses;
pub mod numbering;
mod outgoing;
mod publisher;
mod relay;
pub mod stream;

pub use async_nats;

#[cfg(feature = "cli")]
pub use self::arguments::LoginArguments;
pub use self::{
    bot::{FromNats, NatsSource, Since},
    connect::Broker,
    error::{Error, ErrorKind, Result},
    outgoing::Outgoing,
    publisher::{PublishSender, Publisher, PublisherSettings, PublisherStats},
    relay::{Relay, RelayTap},
};
