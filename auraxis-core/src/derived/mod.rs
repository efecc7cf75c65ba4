//! Derived events: sessions, alerts, captures and population, computed from the game's events.
//!
//! [`Trackers`] observe each event that a client receives and return the [derived events](crate::event::derived) that it
//! completes. There is one tracker for each group of them:
//! - sessions: `sessions.rs`
//! - alerts: `alerts.rs`; the durations of their types are in `alert_durations.rs`
//! - captures and defenses of facilities: `captures.rs`
//! - population: `population.rs`
//!
//! Each of them only tracks what an [`Interest`](crate::interest::Interest) in its events wants (`wanted.rs`), because the
//! server may not send the rest. What is no longer wanted is forgotten.
//!
//! Time is event time: the latest timestamp of the game's events, or later if time has passed since. Events are not
//! received in order, so what depends on their order is held for [`HOLD`]. Known gaps are remembered (`gap_log.rs`), and a
//! derived event that one of them may have affected is marked.
//!
//! All memory is bounded. What does not fit is forgotten, oldest first, and counted in [`TrackerCounts`].

mod alert_durations;
mod alerts;
mod captures;
mod gap_log;
mod population;
mod sessions;
mod time;
mod trackers;
mod wanted;

pub use time::HOLD;
pub use trackers::{TrackerCounts, Trackers};
