//! A run that replays recordings: apart from the caller, in time of its own.

use std::{io, thread};

use tokio::{runtime, sync::oneshot};
use tracing::Instrument;

use super::{client::Client, plan::Plan};
use crate::{
    clock::{Clock, real_ms},
    error::{Error, ErrorKind, Result},
    recording::Replay,
    source::{Source, recording::Recorded},
    stream::driver::STACK,
};

impl Client {
    /// Runs in a runtime of its own, whose time is that of the recording.
    pub(super) async fn run_apart(&self, plan: Plan) -> Result {
        let (ended, end) = oneshot::channel();
        let cannot = |error: io::Error| Error::new(ErrorKind::Recording, "a replay cannot be started").caused_by(error);
        let client = self.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let replay = move || {
            let _log = tracing::dispatcher::set_default(&log);
            let mut ended: oneshot::Sender<Result> = ended;
            let runtime = match runtime::Builder::new_current_thread().enable_all().start_paused(true).build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ended.send(Err(cannot(error)))),
            };
            let result = runtime.block_on(async {
                let run = client.run_here(plan).instrument(client.shared.span.clone());
                tokio::select! {
                    result = run => Some(result),
                    // Whoever gives up waiting for the end gives up the replay.
                    () = ended.closed() => None,
                }
            });
            // Handlers had their grace period; a blocking one that is left must not keep the caller.
            runtime.shutdown_background();
            let _ = result.map(|result| ended.send(result));
        };
        let _stop = self.shared.shutdown.request_on_drop();
        let thread = thread::Builder::new().name("auraxis-replay".into()).stack_size(STACK).spawn(replay);
        let thread = thread.map_err(cannot)?;
        match end.await {
            Ok(result) => result,
            Err(_) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => Ok(()),
            },
        }
    }
}

/// Opens what is replayed, and lets the clock follow it.
pub(super) async fn open(replay: Replay, clock: &Clock) -> Result<Box<dyn Source>> {
    let recorded = Recorded::open(replay).await?;
    clock.follow(recorded.starts_at().unwrap_or_else(real_ms));
    Ok(Box::new(recorded))
}
