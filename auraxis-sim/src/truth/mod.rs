//! The truth: what happened in the war and on the links, to score clients against.

mod entry;
mod ledger;
mod row;
mod score;

pub use entry::Entry;
pub(crate) use ledger::Ledger;
pub use score::{Score, Scorer};
