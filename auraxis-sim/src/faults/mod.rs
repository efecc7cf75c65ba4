//! Faults of the stream and of REST, on request.
//!
//! [`fault`] is the table: one row is a variant of [`Fault`], its words in a script, and what a perfect client does
//! about it. A [`Script`] says when faults begin. [`plan`] holds what is due, on the clock that also releases events,
//! so a script hits the same events in every run. [`rewrite`] changes the events themselves; the event stream and REST
//! carry out the rest.

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
