//! The integrity of the stream: what to subscribe to over which link, and what is missing, late or doubled.
//!
//! Nothing here has a clock or a socket. Times are arguments, in milliseconds of a monotonic clock.

mod after_gap;
pub mod health;
mod merge;
mod plan;
mod quiet;
mod rate;
mod server_clock;
mod silence;

pub use self::{
    after_gap::AfterGap,
    merge::{Merge, MergeStats, Verdict},
    plan::{Plan, PlannedLink},
    server_clock::{LocalTime, ServerClock, ServerTime},
};
