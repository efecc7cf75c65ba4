//! The pure core of auraxis: events, ids, subscriptions, frames and Census queries.
//!
//! This crate uses no socket, no runtime and no clock, so all of it can be tested exhaustively. ([`Timestamp::now`] and
//! the `age` methods read the system clock, but nothing in this crate calls them.)
//!
//! - [`event`] and [`id`] define the vocabulary.
//! - [`derived`] computes sessions, alerts, captures and population from the game's events.
//! - [`frame`] parses the frames of the event stream.
//! - [`message`] writes and reads events that travel through a message broker.
//! - [`histogram`] counts durations.
//! - [`cover`] plans the subscriptions, and [`server_state`] the commands that establish them.
//! - [`server`] is the other end of the event stream: it answers commands, and decides who gets an event.
//! - [`census`] builds queries to the REST API and decodes its replies; [`ps2`] defines the types of its collections.
//!
//! [`Timestamp::now`]: time::Timestamp::now

pub mod census;
pub mod command;
pub mod cover;
pub mod delivery;
pub mod derived;
pub mod environment;
pub mod event;
mod extra;
pub mod frame;
pub mod histogram;
pub mod id;
pub mod interest;
pub mod message;
pub mod ps2;
pub mod scope;
pub mod server;
pub mod server_state;
pub mod stream;
pub mod subscription;
pub mod time;
