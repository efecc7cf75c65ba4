//! Running a test in time that it makes pass.

use std::future::Future;

/// Runs a test to its end, in a Tokio runtime whose time is paused.
///
/// # Panics
///
/// If the test does, or if it is called within another runtime.
pub fn paused<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("the system has what a runtime needs").block_on(test)
}
