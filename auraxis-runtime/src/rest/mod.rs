//! The REST client, public as the module `census`.
//!
//! A lookup by id passes through four modules: `lookup` has one `Lookup` per type; `cache` stores rows and shares a
//! lookup among concurrent callers with the same id; `batch` combines lookups of different ids into one request;
//! `transport` sends the request, with retries. All other queries go directly to `transport`, which sends them with
//! `http`.

mod batch;
pub(crate) mod builder;
mod cache;
pub(crate) mod census;
mod endpoints;
pub(crate) mod error;
#[cfg(feature = "test")]
pub(crate) mod fake;
pub(crate) mod fetch;
pub(crate) mod find;
mod http;
mod limits;
mod lookup;
pub(crate) mod pages;
mod quota;
pub(crate) mod response;
pub(crate) mod stats;
mod transport;
pub(crate) mod wait_until_known;
