//! What a builder was told about recordings.

use std::path::PathBuf;

use super::{recorder::Recorder, replay::Replay, tape::Rotation};
use crate::error::Result;

/// What is recorded, and what is replayed.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) record: Option<PathBuf>,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) replay: Replay,
}

impl Settings {
    /// What is replayed in place of the event stream, if anything is.
    pub(crate) fn replay(&self) -> Option<Replay> {
        Some(&self.replay).filter(|replay| !replay.paths.is_empty()).cloned()
    }

    /// Begins the recording, if there is to be one.
    ///
    /// # Errors
    ///
    /// If the file cannot be recorded to.
    pub(crate) fn recorder(&self, is_replay: bool) -> Result<Option<Recorder>> {
        let Some(path) = &self.record else { return Ok(None) };
        if is_replay {
            // It may be the very file that is read.
            tracing::warn!("a replay is not recorded, so {} is left alone", path.display());
            return Ok(None);
        }
        Recorder::create(path, self.rotation).map(Some)
    }
}
