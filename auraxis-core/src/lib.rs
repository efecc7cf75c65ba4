//! The pure part of auraxis: what the game sends and what can be asked of it.
//!
//! There is no socket, no clock and no runtime here, so everything can be tested exhaustively. ([`Timestamp::now`] and
//! what is named after age read the system's clock for those who ask; nothing here does.) [`event`] and [`id`] are the
//! vocabulary; [`frame`] reads what comes over the stream; [`cover`] works out what to ask for, [`server_state`] how.
//! [`census`] asks the REST API and reads its answers; [`ps2`] holds what it can answer with.
//!
//! [`Timestamp::now`]: time::Timestamp::now

pub mod census;
pub mod command;
pub mod cover;
pub mod environment;
pub mod event;
pub mod frame;
pub mod id;
pub mod interest;
pub mod ps2;
pub mod scope;
pub mod server_state;
pub mod stream;
pub mod subscription;
pub mod time;
