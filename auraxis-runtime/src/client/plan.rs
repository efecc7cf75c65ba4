//! What a run is to do, as the builder was told.

use std::time::Duration;

use crate::{
    recording::{Replay, Settings},
    source::Source,
};

/// Taken by the run, of which there is one.
pub(crate) struct Plan {
    pub(crate) origin: Origin,
    /// For how long the client runs.
    pub(crate) duration: Option<Duration>,
    pub(crate) recording: Settings,
    /// For how long a connection stays that no trigger needs.
    pub(crate) linger: Duration,
}

/// Where events come from.
pub(crate) enum Origin {
    /// The event stream.
    Stream,
    /// Recordings.
    Replay(Replay),
    /// Sources that are not of this crate.
    Sources(Vec<Box<dyn Source>>),
    /// Nowhere but from `Client::dispatch`.
    #[cfg(feature = "test")]
    Hand,
}
