//! The integrity of the stream: what to subscribe to over which link, and what is missing, late or doubled.
//!
//! Nothing here has a clock or a socket. Times are arguments, in milliseconds of a monotonic clock.

pub mod health;
mod merge;
mod plan;
mod quiet;
mod rate;
mod silence;

pub use self::{
    merge::{Merge, MergeStats, Verdict},
    plan::{Plan, PlannedLink},
};
