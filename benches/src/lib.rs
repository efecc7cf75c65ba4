//! Traffic and measurements for the benchmarks.
//!
//! Each client is a process of its own, which counts events until it has seen enough of them, prints a [`Measurement`],
//! and exits. `cargo bench -p auraxis-bench` runs all of them in turns.

pub mod meter;
pub mod report;
pub mod traffic;

pub use meter::{Job, Measurement, Meter};
pub use traffic::Traffic;
