//! Bots that read from a real server.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests are tests")]

#[path = "../common/mod.rs"]
mod common;

mod command_line;
mod copies;
mod delivery;
mod failures;
mod harness;
mod interests;
