//! The merge of connections that carry the same events.

mod index;
mod merge;

pub use merge::{Merge, MergeStats, Verdict};
