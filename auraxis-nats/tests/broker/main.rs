//! Tests against real servers.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

#[path = "../common/mod.rs"]
mod common;

mod connect;
mod dead;
mod publisher;
mod relay;
mod streams;
