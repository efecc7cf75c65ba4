//! The source of bots: reads events from the broker, and tells it what has become of them.
//!
//! A dedicated thread owns the connection. It runs [sessions](session): each opens the connection and its consumers, reads
//! until something fails, and is followed by the next one. What the triggers are still working on outlives a session, in
//! the [`Bot`](bot::Bot).

mod bot;
mod connection;
mod consumer;
mod copies;
mod delivering;
mod following;
mod handover;
mod incoming;
mod intake;
mod ledger;
mod opening;
mod receipt;
mod session;
mod settings;
mod settling;
mod source;
mod subjects;

pub use self::{
    settings::Since,
    source::{FromNats, NatsSource},
};
