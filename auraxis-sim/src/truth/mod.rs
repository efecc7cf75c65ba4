//! The ground truth: what happened in the war and on the links, to score clients against.

mod entry;
mod fields;
mod recorder;
mod score;

pub use entry::TruthEntry;
pub(crate) use recorder::Recorder;
pub use score::{Score, Scorer};
