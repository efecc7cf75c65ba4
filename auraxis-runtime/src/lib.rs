//! The runtime of auraxis: the client, its triggers, and the event stream.
//!
//! The path of an event:
//!
//! 1. A `source` reads frames from the WebSocket or a file, and sends them to the stream in batches.
//! 2. The `stream`, an event loop, parses each frame.
//! 3. `dispatch` finds the triggers that may want the event, checks their filters and conditions, and runs their
//!    handlers within the limits of concurrency and order.
//!
//! Users write a `trigger`, hold a `client`, and send requests to the REST API with `rest`. An event is queued only if a
//! trigger has reached its concurrency limit.

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
mod tap;
#[cfg(feature = "test")]
pub mod test;
mod trigger;

pub use client::{
    builder::ClientBuilder,
    client::Client,
    companion::Companion,
    wait::{Events, WaitFor},
};
pub use dispatch::{
    attempts::{HandlerError, RunError},
    order::OverflowPolicy,
    run::IntoResult,
    schedule::Tick,
    state::{SourceLocation, TriggerStats},
};
pub use error::{Error, ErrorKind, IntoError, Result};
#[cfg(feature = "replay")]
pub use recording::{ReplayProgress, Rotation, Speed};
pub use shutdown::Shutdown;
pub use tap::Tap;
pub use trigger::{
    builder::{Fits, Ids, Trigger, TriggerBuilder},
    condition::{Condition, ConditionKey, Conditions, Function, Switch},
    context::{Context, FromContext, FromContextError, Shareable, State},
    handle::TriggerHandle,
    handler::{Asynchronous, Check, Handler, Synchronous},
};

/// A client of the REST API.
///
/// [`Census`](census::Census) sends a [`Query`](auraxis_core::census::Query) and parses the response. The types of `ps2`
/// look up related objects with a `Census` or a [`Client`], which both implement
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
            stats::RequestStats,
            wait_until_known::WaitUntilKnown,
        },
    };
}

/// The state of a client's stream, which [`Client::health`] returns.
pub mod health {
    pub use auraxis_core::{histogram::Histogram, stream::Lag};

    pub use crate::stream::{
        health::{GapCounts, Health, LinkState, LinkStatus, Stall, WorldStatus},
        problem::{Problem, ProblemKind},
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
            first_parameter::{FirstParameter, builder_for, downcast},
            registration::Registration,
        },
    };
}
