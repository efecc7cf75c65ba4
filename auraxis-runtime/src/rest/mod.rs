//! The REST client. Its public module is `census`.
//!
//! A lookup by id passes through four files: `lookup` has one lookup for each type; `cache` keeps rows and shares a
//! lookup among those who ask for the same id at the same time; `batch` joins lookups of different ids into one request;
//! `transport` sends it to a server, and retries. Every other question goes straight to `transport`, which sends it with
//! `http`.

mod batch;
pub(crate) mod builder;
mod cache;
pub(crate) mod census;
mod endpoints;
pub(crate) mod error;
pub(crate) mod fetch;
pub(crate) mod find;
mod http;
mod limits;
mod lookup;
pub(crate) mod pages;
mod quota;
pub(crate) mod response;
#[cfg(feature = "test")]
pub(crate) mod script;
pub(crate) mod stats;
mod transport;
pub(crate) mod wait_until_known;
