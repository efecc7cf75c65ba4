//! The live page, in headless Chromium.
//!
//! `browser` drives it, `bots` are what the page shows, and the other files are the tests.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

#[path = "../common/mod.rs"]
mod common;

mod access;
mod bots;
mod browser;
mod changes;
mod files;
mod live;
mod looks;
mod overlay;
