//! The settings of the builder that only a run needs.

use std::time::Duration;

use crate::{
    error::Result,
    recording::{Replay, Settings},
    source::{Explain, Source},
    tap::Tap,
    trigger::context::Context,
};

/// Starts a companion with the client of the context, because this cannot name the client, which owns it.
pub(crate) type Start = Box<dyn FnOnce(&Context) -> Result<Box<dyn Send>> + Send>;

/// The settings of a client's run, which takes them.
pub(crate) struct RunConfig {
    pub(crate) origin: Origin,
    pub(crate) taps: Vec<Box<dyn Tap>>,
    /// What runs beside the client.
    pub(crate) companions: Vec<Start>,
    /// How long the client runs.
    pub(crate) duration: Option<Duration>,
    pub(crate) recording: Settings,
    /// How long a connection is kept open that no trigger needs.
    pub(crate) linger: Duration,
    pub(crate) verify_interval: Duration,
    /// The maximum number of connections.
    pub(crate) max_links: u32,
    /// The number of links that carry each subscription.
    pub(crate) redundancy: u32,
    /// The delay between the end of a gap and the requests for its events; `None` if events are not recovered.
    pub(crate) backfill: Option<Duration>,
}

impl RunConfig {
    /// Returns whether events come from a message broker.
    pub(crate) fn has_broker(&self) -> bool {
        matches!(&self.origin, Origin::Sources(sources) if sources.iter().any(|source| source.is_broker()))
    }

    /// Returns how the first source that can be explained is.
    pub(crate) fn explain(&self) -> Option<Explain> {
        let Origin::Sources(sources) = &self.origin else { return None };
        sources.iter().find_map(|source| source.explain())
    }

    /// Returns the maximum number of subscriptions, each of which is carried by as many links as the redundancy says.
    pub(crate) const fn max_subscriptions(&self) -> u32 {
        match self.origin {
            Origin::EventStream if self.max_links > self.redundancy => self.max_links / self.redundancy,
            _ => 1,
        }
    }
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
