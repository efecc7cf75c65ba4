//! What all handles of a client point to.
//!
//! There is one knot here that is tied on purpose: this owns the triggers, and a trigger that asked for a
//! [`Client`](crate::Client) owns this. The end of a run cuts it, and so does the drop of the last handle that is not a
//! trigger's own.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::plan::Plan;
use crate::{
    config::Config,
    dispatch::{inbox::Inbox, lane::Tasks, registry::Registry, stall::Note, state::TriggerState},
    error::Error,
    recording::Replay,
    rest::census::Census,
    shutdown::Shutdown,
    stream::{seat::Seat, status::Status},
    trigger::context::ByType,
};

pub(crate) struct Shared {
    pub(crate) config: Arc<Config>,
    pub(crate) census: Census,
    pub(crate) states: Arc<ByType>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) seat: Seat,
    pub(crate) status: Arc<Status>,
    pub(crate) note: Arc<Note>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    pub(crate) grace: Duration,
    pub(crate) duration: Option<Duration>,
    /// Of a replay, which says how far it has come.
    pub(crate) replay: Option<Replay>,
    pub(crate) plan: Mutex<Option<Plan>>,
    /// Whether a run has begun: from then on, nobody else drives the stream.
    pub(crate) has_run: AtomicBool,
    /// Why the run is to fail.
    failure: Mutex<Option<Error>>,
    /// The trigger of a run that blocks its task at the end.
    stuck: OnceLock<String>,
}

fn named(state: &TriggerState) -> String {
    format!("`{}` ({})", state.name, state.place)
}

/// What a client is made of.
pub(crate) struct Parts {
    pub(crate) config: Arc<Config>,
    pub(crate) census: Census,
    pub(crate) states: Arc<ByType>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) inbox: Inbox,
    pub(crate) seat: Seat,
    pub(crate) status: Arc<Status>,
    pub(crate) note: Arc<Note>,
    pub(crate) shutdown: Shutdown,
    pub(crate) grace: Duration,
    pub(crate) replay: Option<Replay>,
    pub(crate) plan: Plan,
}

impl Shared {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { config, census, states, registry, inbox, seat, status, note, shutdown, grace, replay, plan } =
            parts;
        Self {
            config,
            census,
            states,
            registry,
            inbox,
            seat,
            status,
            note,
            tasks: Tasks::default(),
            shutdown,
            grace,
            duration: plan.duration,
            replay,
            plan: Mutex::new(Some(plan)),
            has_run: AtomicBool::new(false),
            failure: Mutex::default(),
            stuck: OnceLock::new(),
        }
    }

    pub(crate) fn held_up_by(&self) -> Option<String> {
        let number = self.note.holder()?;
        let state = self.registry.numbered(number);
        Some(state.map_or_else(|| "a handler".into(), |state| named(&state)))
    }

    /// Remembers which run blocks its task, while there still are triggers.
    pub(crate) fn find_stuck(&self) {
        if let Some(state) = self.registry.all().iter().find(|state| state.is_polled()) {
            let _ = self.stuck.set(named(state));
        }
    }

    /// What to say when the client cannot stop because a handler does not return.
    pub(crate) fn cannot_stop(&self) -> String {
        let who = self.held_up_by().or_else(|| self.stuck.get().cloned()).unwrap_or_else(|| "a handler".into());
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

    /// Removes all triggers for good, and lets go of what they own.
    pub(crate) fn close(&self) {
        self.registry.close();
        if let Some(mut stream) = self.seat.take() {
            stream.let_go();
        }
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
