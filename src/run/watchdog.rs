//! Stops a run on a signal, after its time limit, when stdout is closed, and when it hangs.
//!
//! The watchdog has a dedicated thread and runtime, so it works even if handlers block. For the same reason it does not
//! write anything itself: terminals and pipes can block too.

use std::{
    future,
    io::{self, Write},
    process,
    sync::mpsc,
    thread,
    time::Duration,
};

use auraxis_runtime::{Client, Error, Result};
use tokio::{runtime, sync::oneshot, time::sleep};

use super::{running::is_running, stdout};

/// The time that a run can take to stop after its grace period.
const MARGIN: Duration = Duration::from_millis(1_500);

/// The time limit for writing the last error.
const WRITE_TIMEOUT: Duration = Duration::from_millis(500);

/// Watches a run until it is dropped.
pub(super) struct Watchdog {
    over: Option<oneshot::Sender<()>>,
    /// Closed when the watchdog has dropped its client.
    released: mpsc::Receiver<()>,
}

impl Watchdog {
    pub(super) fn start(client: &Client) -> Result<Self> {
        let (over, is_over) = oneshot::channel();
        let (release, released) = mpsc::channel();
        let client = client.clone();
        let start = || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let mut signals = {
                let _context = runtime.enter();
                Signals::new()?
            };
            thread::Builder::new().name("auraxis-watchdog".into()).spawn(move || {
                runtime.block_on(watch(client, &mut signals, is_over));
                drop(release);
                // Tokio's signal handlers stay installed, so a program that continues needs this to be stopped.
                runtime.block_on(signals.next());
                if !is_running() {
                    process::exit(1);
                }
            })
        };
        match start() {
            Ok(_) => Ok(Self { over: Some(over), released }),
            Err(error) => Err(Error::setup("cannot listen for signals").caused_by(error)),
        }
    }
}

impl Drop for Watchdog {
    /// Waits for the client to be dropped, so that shared state is dropped before the program exits.
    fn drop(&mut self) {
        drop(self.over.take());
        let _ = self.released.recv();
    }
}

async fn watch(client: Client, signals: &mut Signals, is_over: oneshot::Receiver<()>) {
    tokio::select! {
        biased;
        _ = is_over => {}
        message = end(&client, signals) => exit(message),
    }
}

/// Stops the run when it has to stop. Returns only if the run does not stop, with the error message.
async fn end(client: &Client, signals: &mut Signals) -> Option<String> {
    let limit = client.run_for();
    let shutdown = client.shutdown_signal();
    let signalled = tokio::select! {
        () = signals.next() => true,
        () = pass(limit) => false,
        () = stdout::lost() => false,
        () = shutdown.requested() => false,
    };
    if signalled {
        tokio::task::spawn_blocking(|| tracing::info!("stopping; send the signal again to exit immediately"));
    }
    client.shutdown();
    tokio::select! {
        () = signals.next() => None,
        () = sleep(client.grace().saturating_add(MARGIN)) => Some(client.stuck_message()),
    }
}

async fn pass(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => future::pending().await,
    }
}

/// Exits with 1 after writing the message to stderr, if that is possible.
pub(super) fn exit(message: Option<String>) -> ! {
    if let Some(message) = message {
        let (written, is_written) = mpsc::channel();
        thread::spawn(move || {
            let _ = writeln!(io::stderr(), "Error: {message}");
            let _ = written.send(());
        });
        let _ = is_written.recv_timeout(WRITE_TIMEOUT);
    }
    process::exit(1)
}

/// Ctrl-C, and SIGTERM on Unix.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
