//! The thread or task that runs the stream.

use std::{io, thread};

use tokio::{
    runtime::{self, Handle},
    sync::{mpsc, oneshot},
    task::AbortHandle,
};
use tracing::{Instrument, Span};

use super::stream::{Command, Stream};
use crate::{real_time::is_paused, source::Source};

/// The stack size of the stream's thread, which has to suffice for the first poll of a large future.
pub(crate) const STACK_SIZE: usize = 8 << 20;

/// Runs the stream.
pub(crate) struct Driver {
    /// The stream stops when this sender is dropped.
    pub(crate) commands: mpsc::Sender<Command>,
    /// The results of the sources.
    pub(crate) results: mpsc::Receiver<crate::Result>,
    /// Answered when the stream has stopped; closed if it panicked.
    stopped: oneshot::Receiver<()>,
    task: Option<AbortHandle>,
}

impl Driver {
    /// Runs the stream on a dedicated thread, so that a handler that blocks delays only the stream. In a runtime whose
    /// clock is paused, as in a replay or a test, runs it as a task instead, because such a clock does not wait for
    /// threads.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread or its runtime cannot be created.
    pub(crate) fn start(mut stream: Box<Stream>, sources: Vec<Box<dyn Source>>, span: &Span) -> io::Result<Self> {
        let (commands, receiver) = mpsc::channel(8);
        let (on_stopped, stopped) = oneshot::channel();
        if is_paused() {
            let results = stream.start(sources, receiver, &Handle::current());
            let drive = async move {
                loop {
                    stream.ready().await;
                    if stream.turn().is_break() {
                        break;
                    }
                }
                drop(stream);
                let _ = on_stopped.send(());
            };
            let task = tokio::spawn(drive.instrument(span.clone()));
            return Ok(Self { commands, results, stopped, task: Some(task.abort_handle()) });
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let results = stream.start(sources, receiver, runtime.handle());
        let user = Handle::current();
        let span = span.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let drive = move || {
            let _log = tracing::dispatcher::set_default(&log);
            let _span = span.enter();
            loop {
                runtime.block_on(stream.ready());
                // So that sockets, timers and tasks that handlers create in their first poll use the user's runtime.
                let _user = user.enter();
                if stream.turn().is_break() {
                    break;
                }
            }
            drop(stream);
            runtime.shutdown_background();
            let _ = on_stopped.send(());
        };
        thread::Builder::new().name("auraxis-stream".into()).stack_size(STACK_SIZE).spawn(drive)?;
        Ok(Self { commands, results, stopped, task: None })
    }
}

impl Driver {
    /// Stops the stream, and waits until it has been dropped.
    ///
    /// # Errors
    ///
    /// Returns an error if it panicked.
    pub(crate) async fn stop(&mut self) -> Result<(), oneshot::error::RecvError> {
        // Drops the sender of commands.
        self.commands = mpsc::channel(1).0;
        (&mut self.stopped).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
