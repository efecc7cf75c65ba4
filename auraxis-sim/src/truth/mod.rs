//! The truth: what happened in the war and on the links, so that any client can be scored against it.

mod entry;
mod ledger;
mod row;
mod score;

pub use entry::Entry;
pub(crate) use ledger::Ledger;
pub use score::{Score, Scorer};
