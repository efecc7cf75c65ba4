//! What all handles of a client point to.
//!
//! There is one knot here that is tied on purpose: this owns the triggers, and a trigger that asked for a
//! [`Client`](crate::Client) owns this. The end of a run cuts it, and so does the drop of the last handle that is not a
//! trigger's own.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tracing::Span;

use super::run_config::RunConfig;
use crate::{
    config::Config,
    dispatch::{inbox::Inbox, lane::Tasks, registry::Registry, stall::StallMonitor, state::TriggerState},
    error::Error,
    recording::Replay,
    rest::census::Census,
    shutdown::Shutdown,
    stream::{slot::StreamSlot, status::Status},
    trigger::context::ByType,
};

pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) census: Census,
    pub(crate) states: Arc<ByType>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) slot: StreamSlot,
    pub(crate) status: Arc<Status>,
    pub(crate) monitor: Arc<StallMonitor>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    pub(crate) grace: Duration,
    /// What the client logs is marked with.
    pub(crate) span: Span,
    pub(crate) duration: Option<Duration>,
    /// Of a replay, which says how far it has come.
    pub(crate) replay: Option<Replay>,
    pub(crate) run_config: Mutex<Option<RunConfig>>,
    /// Whether a run has begun: from then on, nobody else drives the stream.
    pub(crate) has_run: AtomicBool,
    /// Why the run is to fail.
    pub(crate) failure: Mutex<Option<Error>>,
}

fn named(state: &TriggerState) -> String {
    format!("`{}` ({})", state.name, state.location)
}

impl Shared {
    pub(crate) fn stalled_by(&self) -> Option<String> {
        let number = self.monitor.holder()?;
        let state = self.registry.numbered(number);
        Some(state.map_or_else(|| "a handler".into(), |state| named(&state)))
    }

    /// The triggers of which a task is in the middle of polling a run.
    pub(crate) fn polled(&self) -> Vec<String> {
        let all = self.registry.with_removed();
        all.iter().filter(|state| state.is_polled()).map(|state| named(state)).collect()
    }

    /// What to say when the client cannot stop because a handler does not return: of one of these triggers, or of the
    /// one that holds up the stream, or of those that are polled.
    pub(crate) fn cannot_stop(&self, triggers: &[String]) -> String {
        let known = Some(triggers.join(", ")).filter(|names| !names.is_empty()).or_else(|| self.stalled_by());
        let who = known.or_else(|| Some(self.polled().join(", ")).filter(|names| !names.is_empty()));
        let who = who.unwrap_or_else(|| "a handler".into());
        format!(
            "the client did not stop within {:?}: {who} does not return. What blocks, such as a file, a database or much \
             computing, needs the option `blocking`",
            self.grace
        )
    }

    /// Makes the run fail, if nothing else has before.
    pub(crate) fn fail(&self, error: Error) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.shutdown.request();
    }

    pub(crate) fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Removes all triggers for good. A stream that nobody drives ends, and lets go of what they own.
    pub(crate) fn close(&self) {
        self.registry.close();
        self.slot.close();
    }
}

/// Kept by every handle that is not a trigger's own.
pub(crate) struct LastHandle(pub(crate) Arc<Shared>);

impl Drop for LastHandle {
    fn drop(&mut self) {
        if !self.0.has_run.load(Ordering::Acquire) {
            self.0.close();
        }
    }
}

impl fmt::Debug for LastHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastHandle")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).field("registry", &self.registry).finish_non_exhaustive()
    }
}
