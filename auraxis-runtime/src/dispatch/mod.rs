//! From an event to the handlers that want it.
//!
//! The [`dispatcher`] asks the [`index`] for the triggers that may want an event. Each trigger is a [`matcher`], which
//! checks filters and conditions and passes the event to the trigger's [`lane`]. The lane's [`scheduler`] decides
//! whether the event starts a run, waits in the [`queue`] or is dropped. [`state`] holds a trigger's name, interest and
//! counters; the [`registry`] holds all triggers. The [`inbox`] takes signals and events dispatched by hand.

pub(crate) mod attempts;
pub(crate) mod batch;
pub(crate) mod cooldown;
pub(crate) mod dispatcher;
pub(crate) mod envelope;
pub(crate) mod inbox;
pub(crate) mod index;
pub(crate) mod lane;
pub(crate) mod matcher;
pub(crate) mod order;
pub(crate) mod panics;
pub(crate) mod queue;
pub(crate) mod registry;
pub(crate) mod required;
pub(crate) mod run;
pub(crate) mod run_span;
pub(crate) mod run_times;
pub(crate) mod schedule;
pub(crate) mod scheduler;
pub(crate) mod stall;
pub(crate) mod state;
mod sync;
pub(crate) mod thread_context;
pub(crate) mod ticket;
pub(crate) mod timetable;
