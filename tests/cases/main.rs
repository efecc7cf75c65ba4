//! What happens to clients of the event stream, as bug reports about such clients tell it: each case once.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

mod answers;
mod blocking;
#[path = "../common/mod.rs"]
mod common;
mod failing;
mod kit;
mod large;
mod names;
mod objects;
mod panics;
#[path = "../common/process.rs"]
mod process;
mod reaching;
mod squads;
mod surroundings;
