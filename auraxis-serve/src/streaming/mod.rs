//! `/streaming`: the merged stream, in the protocol of the game's Event Streaming Service.
//!
//! Programs in any language connect as they do to the game, each with a subscription of its own, and get each event once,
//! with what was recovered after gaps. What a connection's subscription is and how commands are answered is in
//! `auraxis_core::server`.
//!
//! [`admission`] accepts or refuses connections. Each connection has one task, in [`connection`]. It executes commands within
//! the [`limits`], and takes events from the ring of the hub when its [`outbox`] is empty. So a slow client costs no more
//! memory than a fast one, and nobody waits for it: what the ring drops meanwhile is lost to this client, and counted.
//! [`endpoints`] follows the states of worlds, which heartbeats list. [`clients`] is what all connections share.

mod admission;
mod clients;
mod connection;
mod endpoints;
mod limits;
mod outbox;

pub(crate) use self::{admission::routes, clients::Streaming};
