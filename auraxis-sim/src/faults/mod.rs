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
mod form;
mod injection;
mod odd;
mod parse;
mod plan;
mod rewrite;
mod script;
mod word;

pub(crate) use countdown::take;
pub use fault::Fault;
pub use form::Form;
pub(crate) use form::Reach;
pub use injection::{Injection, Links};
pub use odd::OddValue;
pub use parse::ParseFaultError;
pub(crate) use plan::{Due, Plan};
pub(crate) use rewrite::{Rewrite, read};
pub use script::{ParseScriptError, Script};
