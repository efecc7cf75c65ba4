//! The truth of the stream: what is lost, doubled, late or missing.
//!
//! Everything here is pure. Times are arguments, in milliseconds of a monotonic clock, and the stream's loop is the only
//! caller. [`health`] learns how much should arrive and finds silence.

pub mod health;
mod quiet;
mod rate;
mod silence;
