//! Tests for triggers: a client without a connection, paused time, and a fake REST API. The module `auraxis::test`
//! shows how to use it.

mod client;
mod paused;
mod report;

pub use auraxis_core::event::sample::{MOMENT, Sample};

pub use self::{client::TestClient, paused::paused, report::Report};
pub use crate::rest::fake::Rest;
