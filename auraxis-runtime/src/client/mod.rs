//! What a user holds.
//!
//! [`builder`] sets a [`client`] up; [`run`] is its life from start to end. [`wait`] waits for events in the middle of
//! other code. All handles of a client point to what is [`shared`].

pub(crate) mod builder;
mod census;
pub(crate) mod client;
pub(crate) mod dispatch;
pub(crate) mod plan;
#[cfg(feature = "replay")]
mod replay;
pub(crate) mod run;
pub(crate) mod shared;
pub(crate) mod wait;
