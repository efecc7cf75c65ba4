//! Injected faults of the stream and of REST.
//!
//! [`fault`] is the table of faults: each entry is a variant of [`Fault`], its syntax in a script, and the behavior of
//! a perfect client. A [`Script`] defines when faults start. [`plan`] schedules them on the same clock as the events,
//! so a script affects the same events in every run. [`rewrite`] applies the faults that change events; the event
//! stream and REST apply all others.

mod chaos;
mod countdown;
#[macro_use]
mod define;
mod fault;
mod fault_info;
mod injection;
mod odd_value;
mod parse;
mod plan;
mod rewrite;
mod script;
mod script_value;

pub(crate) use countdown::take_one;
pub use fault::Fault;
pub use fault_info::FaultInfo;
pub(crate) use fault_info::Scope;
pub use injection::{Injection, Links};
pub use odd_value::OddValue;
pub use parse::ParseFaultError;
pub(crate) use plan::{Action, Plan};
pub(crate) use rewrite::{Rewrite, parse_event};
pub use script::{ParseScriptError, Script};
