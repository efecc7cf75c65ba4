//! Tests for triggers: a client without a connection, time that a test makes pass, and a REST API that knows what a test
//! tells it. The facade's module of this name shows how to use it.

mod client;
mod paused;
mod report;

pub use auraxis_core::event::sample::{MOMENT, Sample};

pub use self::{client::TestClient, paused::paused, report::Report};
pub use crate::rest::script::Rest;
