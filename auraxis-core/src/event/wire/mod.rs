//! The encoding of an event's values on the wire, and the two parsers.
//!
//! A [`Scanner`] reads frames in the layout that the servers use: it expects the keys in their usual order and plain
//! strings as values, and gives up at the first deviation. Such frames are read by [`Fields`], which accepts keys in
//! any order, numbers for strings, escapes, white space and unknown keys. Both read the same table of fields through
//! [`Presence`]; a test checks that they always agree.
#![allow(clippy::inline_always)] // Keys must be constants where they are compared: that is 20 % faster.

mod fields;
mod mixer;
mod owned;
mod presence;
mod scanner;
mod value;
mod writer;

pub(crate) use fields::Fields;
pub(crate) use mixer::Mixer;
pub(super) use owned::OwnedFields;
pub(crate) use presence::{OrAbsent, OrZero, Plain, Presence, SixDecimals};
pub(crate) use scanner::{ESCAPED_EVENT_TAIL, EVENT_TAIL, Escaped, Literal, Scanner, Spelling, Unescaped};
pub(crate) use value::Value;
pub(crate) use writer::FieldWriter;
