//! The running part of auraxis: the client, its triggers, and the stream that feeds them.
//!
//! How an event travels, room by room:
//!
//! 1. `source` reads frames from the WebSocket, or from a file, and hands them over in batches.
//! 2. `stream` is the one loop: it finds out what each frame is; an event goes on.
//! 3. `dispatch` knows the triggers that may want it, asks their filters and conditions, and runs their handlers in
//!    order and within bounds.
//! 4. `trigger` is what a user writes, `client` what a user holds, `rest` the questions to Census.
//!
//! All of that happens in one go, without a queue in between, unless a handler has to wait.

mod address;
mod backoff;
mod client;
mod clock;
mod config;
mod dispatch;
mod endpoint;
mod error;
mod proxy;
mod real_time;
#[cfg(feature = "replay")]
mod recording;
#[cfg(not(feature = "replay"))]
#[path = "recording/absent.rs"]
mod recording;
mod rest;
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
pub use error::{Error, ErrorKind, IntoError, Result};
#[cfg(feature = "replay")]
pub use recording::{Replayed, Rotation, Speed};
pub use shutdown::Shutdown;
pub use trigger::{
    builder::{Fits, Ids, Trigger, TriggerBuilder},
    condition::{Called, Condition, ConditionKey, Conditions, Looked},
    context::{Context, FromContext, Missing, Shareable, State},
    handle::TriggerHandle,
    handler::{Asynchronous, Handler, Synchronous},
};

/// Questions to the REST API.
///
/// A [`Query`](auraxis_core::census::Query) says what to ask for; [`Census`](census::Census) sends it and reads the
/// answer. The types of `ps2` ask for what they refer to through a `Census` or a [`Client`]: both implement
/// [`Fetch`](auraxis_core::census::Fetch).
pub mod census {
    pub use crate::{
        endpoint::Endpoint,
        rest::{
            builder::CensusBuilder,
            census::Census,
            error::{Error, ErrorKind},
            find::Find,
            pages::Pages,
            traffic::Traffic,
            wait_until_known::WaitUntilKnown,
        },
    };
}

/// For generated code.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::{
        dispatch::run::{ready, spawnable},
        trigger::{
            context::extract,
            registration::Registration,
            taking::{First, taking},
        },
    };
}
