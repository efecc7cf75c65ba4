//! The ground truth: what happened in the war and on the links, to score clients against.

mod entry;
mod fields;
mod history;
mod recorder;
mod reported_gap;
mod score;
mod scorer;

pub use entry::TruthEntry;
pub(crate) use recorder::Recorder;
pub use reported_gap::ReportedGap;
pub use score::Score;
pub use scorer::Scorer;
