//! The running part of auraxis: the client, its triggers, and the stream that feeds them.
//!
//! How an event travels, in the order of the files:
//!
//! 1. `link` reads a frame from the WebSocket, or `recording::replay` from a file.
//! 2. `intake` finds out what it is; an event goes on.
//! 3. `index` knows the triggers that may want it.
//! 4. `active` is such a trigger: its filters, its fillings (event → what the handler takes), its conditions.
//! 5. `lane` orders and bounds the runs of the trigger, and runs the handler.
//!
//! All of that happens in one go, without a queue in between, unless a handler has to wait.

mod active;
mod backoff;
mod builder;
pub mod census;
mod client;
mod condition;
mod config;
mod context;
mod core;
mod error;
mod handle;
mod handler;
mod index;
mod intake;
mod lane;
mod link;
mod meta;
mod recording;
mod registration;
mod registry;
mod service_id;
mod shutdown;
mod signals;
mod taking;
#[cfg(feature = "test")]
pub mod test;
mod trigger;
mod wait;
mod waiting;
mod watch;

pub use builder::ClientBuilder;
pub use client::Client;
pub use condition::{Called, Condition, Conditions, Looked};
pub use context::{Context, FromContext, Missing, Shareable, State};
pub use error::{Error, ErrorKind, IntoError, Result};
pub use handle::TriggerHandle;
pub use handler::{Action, Asynchronous, Handler, Outcome, Run, Synchronous};
pub use lane::OverflowPolicy;
pub use meta::{Funnel, Place};
pub use recording::{Replayed, Rotation, Speed};
pub use shutdown::Shutdown;
pub use trigger::{Fits, Ids, Trigger, TriggerBuilder};
pub use wait::{Events, WaitFor};

/// For generated code.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::{
        context::extract,
        handler::{ready, spawnable},
        registration::Registration,
        taking::{First, taking},
    };
}
