//! Tests against real servers.

#[path = "../common/mod.rs"]
mod common;

mod connect;
mod streams;
