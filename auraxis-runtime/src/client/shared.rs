//! The shared state of a client's handles.
//!
//! There is one intentional reference cycle: [`Shared`] owns the triggers, and a trigger with a
//! [`Client`](crate::Client) parameter owns [`Shared`]. The end of a run breaks it, and so does dropping the last handle
//! that does not belong to a trigger.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio_util::task::TaskTracker;
use tracing::Span;

use super::run_config::RunConfig;
use crate::{
    config::Config,
    dispatch::{
        attempts::OnAnyError, inbox::Inbox, lane::Tasks, order::Defaults, registry::Registry, required::RequiredRuns,
        stall::StallMonitor, state::TriggerState,
    },
    error::Error,
    recording::Replay,
    rest::census::Census,
    shutdown::Shutdown,
    source::Explain,
    stream::{health::Stall, lock::StreamLock, status::Status},
    trigger::context::ByType,
};

/// The shared state of a client's handles.
pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) census: Census,
    pub(crate) states: Arc<ByType>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) stream_lock: StreamLock,
    pub(crate) status: Arc<Status>,
    pub(crate) monitor: Arc<StallMonitor>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    pub(crate) on_error: OnAnyError,
    pub(crate) required: RequiredRuns,
    pub(crate) defaults: Defaults,
    /// Describes what a source other than the event stream reads.
    pub(crate) explain: Option<Explain>,
    /// Sources that have to finish something after the triggers.
    pub(crate) finishing: TaskTracker,
    pub(crate) grace: Duration,
    /// The span of the client's log messages.
    pub(crate) span: Span,
    pub(crate) duration: Option<Duration>,
    /// The replay, if this client runs one.
    pub(crate) replay: Option<Replay>,
    pub(crate) run_config: Mutex<Option<RunConfig>>,
    /// Whether a run has started. From then on, only the run drives the stream.
    pub(crate) has_run: AtomicBool,
    /// The error that the run will return.
    pub(crate) failure: Mutex<Option<Error>>,
}

fn name_and_location(state: &TriggerState) -> String {
    format!("`{}` ({})", state.name, state.location)
}

impl Shared {
    pub(crate) fn stalled_by(&self) -> Option<String> {
        let number = self.monitor.current_trigger()?;
        let state = self.registry.by_number(number);
        Some(state.map_or_else(|| "a handler".into(), |state| name_and_location(&state)))
    }

    pub(crate) fn stall(&self) -> Option<Stall> {
        let (number, duration) = self.monitor.stall()?;
        let trigger = self.registry.by_number(number)?.name.to_string();
        Some(Stall { trigger, duration })
    }

    /// Returns the triggers whose runs a task is currently polling.
    pub(crate) fn polling_triggers(&self) -> Vec<String> {
        let all = self.registry.with_removed();
        all.iter().filter(|state| state.is_polling()).map(|state| name_and_location(state)).collect()
    }

    /// Returns the error message for a client that cannot stop because a handler does not return. Names these triggers
    /// or, if empty, the trigger that blocks the stream or those that are being polled.
    pub(crate) fn stuck_message(&self, triggers: &[String]) -> String {
        let blocking = Some(triggers.join(", ")).filter(|names| !names.is_empty()).or_else(|| self.stalled_by());
        let blocking = blocking.or_else(|| Some(self.polling_triggers().join(", ")).filter(|names| !names.is_empty()));
        let blocking = blocking.unwrap_or_else(|| "a handler".into());
        format!(
            "the client did not stop within {:?}: still waiting for {blocking} to return; if it does blocking I/O or \
             heavy computation, add the option `blocking`",
            self.grace
        )
    }

    /// Sets the error that the run will return, unless one is set, and stops the client.
    pub(crate) fn fail(&self, error: Error) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.shutdown.request();
    }

    pub(crate) fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Removes all triggers permanently. If no run drives the stream, drops it and what the triggers own.
    pub(crate) fn close(&self) {
        self.registry.close();
        self.stream_lock.close();
    }
}

/// Closes the client if it has not run. Shared by all handles that do not belong to a trigger.
pub(crate) struct CloseOnDrop(pub(crate) Arc<Shared>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        if !self.0.has_run.load(Ordering::Acquire) {
            self.0.close();
        }
    }
}

impl fmt::Debug for CloseOnDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CloseOnDrop")
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("config", &self.config).field("registry", &self.registry).finish_non_exhaustive()
    }
}
