//! Ends a run from outside: on a signal, when its time is over, when stdout is gone, and when it hangs.
//!
//! The watchdog has a thread and a runtime of its own, so it works whatever handlers do. For the same reason it writes
//! nothing itself: a terminal or a pipe can block too.

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

/// What a run may take to end after its grace period.
const MARGIN: Duration = Duration::from_millis(1_500);

/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Watches over a run until it is dropped.
pub(super) struct Watchdog {
    over: Option<oneshot::Sender<()>>,
    /// Closed when the watchdog has let go of the client.
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
                // Nothing else minds signals from here on, in a program that goes on.
                runtime.block_on(signals.next());
                if !is_running() {
                    process::exit(1);
                }
            })
        };
        match start() {
            Ok(_) => Ok(Self { over: Some(over), released }),
            Err(error) => Err(Error::setup("cannot wait for signals").caused_by(error)),
        }
    }
}

impl Drop for Watchdog {
    /// What handlers share is dropped with the client, before the program ends.
    fn drop(&mut self) {
        drop(self.over.take());
        let _ = self.released.recv();
    }
}

async fn watch(client: Client, signals: &mut Signals, is_over: oneshot::Receiver<()>) {
    tokio::select! {
        biased;
        _ = is_over => {}
        last_words = end(&client, signals) => exit(last_words),
    }
}

/// Sees to it that the run ends. If this ends, the run does not.
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
        tokio::task::spawn_blocking(|| tracing::info!("stopping; again to stop at once"));
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

/// Ends the program, with a line on stderr if that can be written.
pub(super) fn exit(last_words: Option<String>) -> ! {
    if let Some(words) = last_words {
        let (written, is_written) = mpsc::channel();
        thread::spawn(move || {
            let _ = writeln!(io::stderr(), "Error: {words}");
            let _ = written.send(());
        });
        let _ = is_written.recv_timeout(LAST_WORDS);
    }
    process::exit(1)
}

/// Ctrl-C and, where there is such a thing, SIGTERM.
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
