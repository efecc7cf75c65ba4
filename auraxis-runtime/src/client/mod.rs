//! The client, which is what a user holds.
//!
//! The [`builder`] creates a [`client`]; [`run`] is its lifecycle. [`dispatch`] takes events by hand, and [`wait`] waits
//! for events in the middle of other code. [`backfill`] recovers missed events from REST, and [`running_alerts`] the alerts
//! that are running at the start. A [`companion`] runs beside the client. All handles of a client
//! point to [`shared`].

mod backfill;
pub(crate) mod builder;
mod census;
pub(crate) mod client;
pub(crate) mod companion;
pub(crate) mod dispatch;
#[cfg(feature = "replay")]
mod replay;
pub(crate) mod run;
pub(crate) mod run_config;
mod running_alerts;
pub(crate) mod shared;
pub(crate) mod wait;
