//! From an event to the handlers that want it.
//!
//! The [`dispatcher`] asks the [`index`] which triggers may want an event. Each of them is a [`matcher`]: filters,
//! then conditions. What passes enters the trigger's [`lane`], whose [`scheduler`] decide whether it runs now, waits in
//! the [`queue`], or is dropped. [`state`] is what is known of a trigger beside its code; [`registry`] holds all of
//! them. Whatever happens here is told as a signal through the [`inbox`].

pub(crate) mod dispatcher;
pub(crate) mod inbox;
pub(crate) mod index;
pub(crate) mod lane;
pub(crate) mod matcher;
pub(crate) mod order;
pub(crate) mod panics;
pub(crate) mod queue;
pub(crate) mod registry;
pub(crate) mod run;
pub(crate) mod scheduler;
pub(crate) mod stall;
pub(crate) mod state;
mod sync;
pub(crate) mod thread_context;
