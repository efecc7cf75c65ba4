//! The running part of auraxis: the client, its triggers, and the stream that feeds them.
//!
//! How an event travels, room by room:
//!
//! 1. `source` reads frames from the WebSocket, or from a file, and hands them over in batches.
//! 2. `stream` is the one loop: it finds out what each frame is; an event goes on.
//! 3. `dispatch` knows the triggers that may want it, asks their filters and conditions, and runs their handlers in
//!    order and within bounds.
//! 4. `trigger` is what a user writes, `client` what a user holds, `census` the questions to REST.
//!
//! All of that happens in one go, without a queue in between, unless a handler has to wait.

pub mod census;
mod client;
mod clock;
mod config;
mod dispatch;
mod error;
mod real_time;
mod recording;
mod service_id;
mod shutdown;
pub mod source;
mod stream;
#[cfg(feature = "test")]
pub mod test;
mod trigger;

pub use client::{
    builder::ClientBuilder,
    client::Client,
    wait::{Events, WaitFor},
};
pub use dispatch::{
    order::OverflowPolicy,
    run::{Action, Outcome, Run},
    state::{Funnel, Place},
};
pub use error::{Error, ErrorKind, Result};
pub use recording::{Replayed, Rotation, Speed};
pub use shutdown::Shutdown;
pub use trigger::{
    builder::{Fits, Trigger, TriggerBuilder},
    condition::{Called, Condition, Conditions, Looked},
    context::{Context, FromContext, Missing, State},
    handle::TriggerHandle,
    handler::{Asynchronous, Handler, Synchronous},
};

/// For generated code.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::{
        dispatch::run::{ready, spawnable},
        trigger::registration::Registration,
    };
}
