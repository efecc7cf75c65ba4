//! The event loop.
//!
//! [`stream`] owns the [sources](source_input), the dispatcher and the counters without a lock. When the stream is
//! [`ready`](stream::Stream::ready), a [`turn`](stream::Stream::turn) processes events without awaiting anything. While
//! the client runs, the [`driver`] drives the stream on a dedicated thread; before that, callers of `Client::dispatch`
//! take the [`lock`] and drive it themselves. [`status`] is the state that other threads can read;
//! [`statistics`] counts what [`health`] shows.

pub(crate) mod backfill;
mod delivery;
mod derivation;
pub(crate) mod driver;
mod gaps;
pub(crate) mod health;
mod link_health;
mod links;
pub(crate) mod lock;
mod parse_errors;
pub(crate) mod problem;
mod recent_lag;
mod source_input;
mod statistics;
pub(crate) mod status;
pub(crate) mod stream;
mod world_reports;
