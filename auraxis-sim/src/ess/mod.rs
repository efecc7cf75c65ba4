//! The event stream.
//!
//! [`admission`] accepts or refuses new connections. Each connection has two tasks in [`client`]: one reads commands,
//! the other writes queued frames. [`clients`] stores all clients and queues each event for those whose subscription
//! matches. A slow client never blocks the stream: it is disconnected when its queue is full. How commands are applied
//! and answered, and which events a subscription admits, is in `auraxis_core::server`.
//!
//! [`inject`] starts faults. A fault acts where its effect belongs: [`clients`] decides whether a link gets an event,
//! so that the truth can record it; [`delivery`], behind the queue, decides when and how often; and the socket delays
//! bytes.

mod admission;
mod client;
mod clients;
mod delivery;
mod hub;
mod inject;
mod refusal;

pub(crate) use admission::admit;
pub(crate) use hub::Hub;
