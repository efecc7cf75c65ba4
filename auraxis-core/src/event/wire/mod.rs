//! How the values of an event stand on the wire, and the two ways of reading them.
//!
//! A frame as the servers send it is read by a [`Scanner`]: it expects the keys in their usual order and the values as
//! plain strings, and gives up at the first surprise. Whatever surprises it is read by [`Fields`], which takes keys in
//! any order, numbers for strings, escapes, white space and keys that nobody knows. Both read the same table of fields
//! through [`Presence`], and a test holds that they always agree.
#![allow(clippy::inline_always)] // Keys have to be constants where they are compared: that saves a fifth.

mod fields;
mod owned;
mod presence;
mod scanner;
mod value;
mod writer;

pub(crate) use fields::Fields;
pub(super) use owned::OwnedFields;
pub(crate) use presence::{OrAbsent, OrZero, Plain, Presence, SixDecimals};
pub(crate) use scanner::{EVENT_TAIL, Scanner};
pub(crate) use value::Value;
pub(crate) use writer::FieldWriter;
