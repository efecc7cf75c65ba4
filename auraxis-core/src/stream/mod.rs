//! The integrity of the stream: what to subscribe to over which link, and what is missing, late or duplicated.
//!
//! Nothing here uses a clock or a socket. Times are arguments, in milliseconds of a monotonic clock.

mod after_gap;
mod backfill;
pub mod health;
mod holes;
mod lag;
mod merge;
mod plan;
mod recent;
mod server_clock;

pub use self::{
    after_gap::AfterGap,
    backfill::{Backfill, BackfillRequest, MAX_CHARACTERS},
    holes::{Hole, Holes},
    lag::{Lag, LagHistogram},
    merge::{Merge, MergeStats, Verdict},
    plan::{Plan, PlannedLink},
    recent::{Recency, Recent},
    server_clock::{LocalTime, ServerClock, ServerTime},
};
