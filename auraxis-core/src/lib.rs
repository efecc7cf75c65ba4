//! The pure part of auraxis: what the game sends and what can be asked of it.
//!
//! There is no socket, no clock and no runtime here, so everything can be tested exhaustively. [`event`] and [`id`]
//! are the vocabulary; [`frame`] reads what comes over the stream; [`subscription`] works out what to ask for. [`census`]
//! asks the REST API and reads its answers; [`ps2`] holds what it can answer with.

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
pub mod subscription;
pub mod time;
