//! Tests against real servers.

#[path = "../common/mod.rs"]
mod common;

mod connect;
mod dead;
mod publisher;
mod relay;
mod streams;
