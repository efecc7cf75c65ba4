//! What goes wrong with the stream, on request.
//!
//! [`fault`] is the table of everything that can: one row is the variant of [`Fault`], the words that a script has for
//! it, and what a perfect client would make of it. A [`Script`] says when. [`plan`] holds what is due, with the same
//! clock that the war is told by, so a script hits the same events in every run. [`tale`] changes what is told;
//! everything else is done by the stream, to a world or to a link.

mod chaos;
mod fault;
mod form;
mod plan;
mod script;
mod strike;
mod tale;
mod word;

pub use fault::Fault;
pub(crate) use fault::Reach;
pub use form::{Form, Misread};
pub(crate) use plan::{Plan, Turn};
pub use script::{Script, ScriptError};
pub use strike::{Links, Strike};
pub(crate) use tale::{Tale, read};

/// Whether one is left; then there is one fewer.
pub(crate) fn take(left: &mut u32) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}
