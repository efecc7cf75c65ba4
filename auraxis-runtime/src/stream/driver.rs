//! Who lets the stream take its turns while the client runs.

use std::{io, thread};

use tokio::{
    runtime::{self, Handle},
    sync::{mpsc, oneshot},
    task::AbortHandle,
};
use tracing::{Instrument, Span};

use super::stream::{Command, Stream};
use crate::{real_time::is_paused, source::Source};

/// A first poll of a large future takes as much of the stack.
pub(crate) const STACK: usize = 8 << 20;

/// A stream that is driven.
pub(crate) struct Driver {
    /// What the stream is told. When this is dropped, the stream ends.
    pub(crate) commands: mpsc::Sender<Command>,
    /// What sources come to their end with.
    pub(crate) ended: mpsc::Receiver<crate::Result>,
    /// Answered when the stream has ended; closed if it panicked.
    over: oneshot::Receiver<()>,
    task: Option<AbortHandle>,
}

impl Driver {
    /// Drives the stream on a thread of its own, so that handlers hold up nothing but the stream; in a runtime whose
    /// clock stands, as of a replay or a test, in a task of it, for that clock would leave a thread behind.
    ///
    /// # Errors
    ///
    /// If the system has no room for a thread.
    pub(crate) fn start(mut stream: Box<Stream>, sources: Vec<Box<dyn Source>>, span: &Span) -> io::Result<Self> {
        let (commands, receiver) = mpsc::channel(8);
        let (finished, over) = oneshot::channel();
        if is_paused() {
            let ended = stream.start(sources, receiver, &Handle::current());
            let drive = async move {
                loop {
                    stream.ready().await;
                    if stream.turn().is_break() {
                        break;
                    }
                }
                drop(stream);
                let _ = finished.send(());
            };
            let task = tokio::spawn(drive.instrument(span.clone()));
            return Ok(Self { commands, ended, over, task: Some(task.abort_handle()) });
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let ended = stream.start(sources, receiver, runtime.handle());
        let user = Handle::current();
        let span = span.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        let drive = move || {
            let _log = tracing::dispatcher::set_default(&log);
            let _span = span.enter();
            loop {
                runtime.block_on(stream.ready());
                // What handlers create in their first poll belongs to the runtime of the user.
                let _user = user.enter();
                if stream.turn().is_break() {
                    break;
                }
            }
            drop(stream);
            runtime.shutdown_background();
            let _ = finished.send(());
        };
        thread::Builder::new().name("auraxis-stream".into()).stack_size(STACK).spawn(drive)?;
        Ok(Self { commands, ended, over, task: None })
    }
}

impl Driver {
    /// Ends the stream, and waits until it has let go of everything.
    ///
    /// # Errors
    ///
    /// If it has panicked.
    pub(crate) async fn end(&mut self) -> Result<(), oneshot::error::RecvError> {
        // Nobody can give commands any more.
        self.commands = mpsc::channel(1).0;
        (&mut self.over).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
