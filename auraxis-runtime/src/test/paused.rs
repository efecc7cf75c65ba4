//! Runs a test with paused time.

use std::future::Future;

/// Runs a test to completion, in a single-threaded Tokio runtime whose time is paused. Timers fire in order, but
/// nothing really waits for them.
///
/// # Panics
///
/// Panics if the test panics, or if this is called within another runtime.
pub fn paused<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("cannot create a Tokio runtime").block_on(test)
}
