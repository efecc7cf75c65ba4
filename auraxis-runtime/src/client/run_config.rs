//! The settings of the builder that only a run needs.

use std::time::Duration;

use crate::{
    recording::{Replay, Settings},
    source::Source,
};

/// The settings of a client's run, which takes them.
pub(crate) struct RunConfig {
    pub(crate) origin: Origin,
    /// How long the client runs.
    pub(crate) duration: Option<Duration>,
    pub(crate) recording: Settings,
    /// How long a connection is kept open that no trigger needs.
    pub(crate) linger: Duration,
    pub(crate) verify_interval: Duration,
    /// The number of links that carry the subscription.
    pub(crate) redundancy: u32,
}

/// Where events come from.
pub(crate) enum Origin {
    /// The event stream.
    EventStream,
    Replay(Replay),
    /// The user's own sources.
    Sources(Vec<Box<dyn Source>>),
    /// `Client::dispatch` only.
    #[cfg(feature = "test")]
    Manual,
}
