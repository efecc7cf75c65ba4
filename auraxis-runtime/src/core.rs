//! What all handles of a client point to.
//!
//! There is one knot here that is tied on purpose: the core owns the triggers, and a trigger that asked for a
//! [`Client`](crate::Client) owns the core. [`Client::run`](crate::Client::run) cuts it, however it ends.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use auraxis_core::{event::Event, time::Timestamp};
use tokio::sync::{mpsc, watch};

use crate::{
    census::Census,
    config::Config,
    context::States,
    intake::{Intake, Worlds},
    lane::Tasks,
    recording::{Recorder, Replay, Rotation, now_ms},
    registry::Registry,
    shutdown::Shutdown,
    signals::Signals,
};

pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) source: Source,
    pub(crate) census: Census,
    pub(crate) states: States,
    pub(crate) registry: Arc<Registry>,
    pub(crate) signals: Signals,
    /// Taken by the run, of which there is one.
    pub(crate) raised: Mutex<Option<mpsc::Receiver<Event>>>,
    pub(crate) intake: tokio::sync::Mutex<Intake>,
    pub(crate) worlds: Arc<Worlds>,
    pub(crate) connected: watch::Sender<bool>,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    pub(crate) grace: Duration,
    pub(crate) duration: Option<Duration>,
    pub(crate) record: Option<(PathBuf, Option<Rotation>)>,
    /// There from the start of the run on.
    pub(crate) recorder: OnceLock<Recorder>,
}

/// Where frames come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// The event stream.
    Stream,
    /// Recordings.
    Replay(Replay),
    /// A test, by way of `Client::dispatch`.
    #[cfg(feature = "test")]
    Hand,
}

impl Core {
    /// Lets the triggers have a signal, here and now.
    pub(crate) async fn dispatch<S: Into<Event>>(&self, make: impl FnOnce(Timestamp) -> S) {
        let mut intake = self.intake.lock().await;
        let signal = make(intake.clock.update()).into();
        let waits = intake.event(&signal);
        drop(intake);
        waits.settle(&self.intake).await;
    }

    pub(crate) fn record(&self, frame: &str) {
        if let Some(recorder) = self.recorder.get() {
            // There is one link yet.
            recorder.frame(now_ms(), 0, frame);
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("config", &self.config).field("registry", &self.registry).finish_non_exhaustive()
    }
}
