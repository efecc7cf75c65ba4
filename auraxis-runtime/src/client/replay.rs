//! Running a client on a recording, with the clock of the recording.

use std::{io, thread};

use tokio::{runtime, sync::oneshot};
use tracing::Instrument;

use super::{client::Client, run_config::RunConfig};
use crate::{
    clock::{Clock, real_ms},
    error::{Error, ErrorKind, Result},
    recording::Replay,
    source::{Source, recording::Recorded},
    stream::driver::STACK_SIZE,
};

impl Client {
    /// Runs on a dedicated thread with a paused clock, which follows the recording.
    pub(super) async fn run_replay(&self, run_config: RunConfig) -> Result {
        let (on_finished, finished) = oneshot::channel();
        let start_error =
            |error: io::Error| Error::new(ErrorKind::Recording, "cannot start the replay").caused_by(error);
        let client = self.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let replay = move || {
            let _log = tracing::dispatcher::set_default(&log);
            let mut on_finished: oneshot::Sender<Result> = on_finished;
            let runtime = match runtime::Builder::new_current_thread().enable_all().start_paused(true).build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(on_finished.send(Err(start_error(error)))),
            };
            let result = runtime.block_on(async {
                let run = client.run_here(run_config).instrument(client.shared.span.clone());
                tokio::select! {
                    result = run => Some(result),
                    // The future of `Client::run` was dropped.
                    () = on_finished.closed() => None,
                }
            });
            // A blocking handler that exceeds the grace period must not delay the caller.
            runtime.shutdown_background();
            let _ = result.map(|result| on_finished.send(result));
        };
        let _stop = self.shared.shutdown.request_on_drop();
        let thread = thread::Builder::new().name("auraxis-replay".into()).stack_size(STACK_SIZE).spawn(replay);
        let thread = thread.map_err(start_error)?;
        match finished.await {
            Ok(result) => result,
            Err(_) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => Ok(()),
            },
        }
    }
}

/// Opens the recordings, and sets the clock to their start.
pub(super) async fn open(replay: Replay, clock: &Clock) -> Result<Box<dyn Source>> {
    let recorded = Recorded::open(replay).await?;
    clock.follow(recorded.starts_at().unwrap_or_else(real_ms));
    Ok(Box::new(recorded))
}
