//! The builder's settings for recordings.

use std::path::PathBuf;

use super::{file::Rotation, recorder::Recorder, replay::Replay};
use crate::error::Result;

/// What to record, and what to replay.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) record: Option<PathBuf>,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) replay: Replay,
}

impl Settings {
    /// Returns the recordings to replay instead of connecting, if there are any.
    pub(crate) fn replay(&self) -> Option<Replay> {
        Some(&self.replay).filter(|replay| !replay.paths.is_empty()).cloned()
    }

    /// Starts the recording, if one is requested.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub(crate) fn recorder(&self, is_replay: bool) -> Result<Option<Recorder>> {
        let Some(path) = &self.record else { return Ok(None) };
        if is_replay {
            // The file could be the one that is replayed.
            tracing::warn!("cannot record to `{}`: a replay is not recorded", path.display());
            return Ok(None);
        }
        Recorder::create(path, self.rotation).map(Some)
    }
}
