//! The integrity of the stream: what to subscribe to over which link, and what is missing, late or doubled.
//!
//! Nothing here has a clock or a socket: time is an argument.

mod merge;
mod plan;

pub use self::{
    merge::{Merge, MergeStats, Verdict},
    plan::{Plan, PlannedLink},
};
