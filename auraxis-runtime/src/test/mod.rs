//! Tests for triggers: a client without a connection, time that a test makes pass, and a REST API that knows what a test
//! tells it. The facade's module of this name shows how to use it.

mod client;
mod report;
pub(crate) mod rest;

use std::future::Future;

pub use auraxis_core::event::sample::{MOMENT, Sample};

pub use self::{client::TestClient, report::Report, rest::Rest};

/// Runs a test to its end, in a Tokio runtime whose time is paused.
///
/// # Panics
///
/// If the test does, or if it is called within another runtime.
pub fn paused<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("the system has what a runtime needs").block_on(test)
}
