//! Running a bot from its start to its end: what `run!` does with a command line and without one.

mod program;
mod running;
mod settings;
pub(crate) mod stdout;
mod watchdog;

use auraxis_runtime::{Client, Error, ErrorKind, Result};
use tokio::runtime::{Builder, Handle};

pub use self::program::Program;
pub(crate) use self::settings::Settings;
use self::{running::Running, watchdog::Watchdog};

/// Refuses to run within an asynchronous runtime.
pub(crate) fn check_thread() -> Result {
    if Handle::try_current().is_ok() {
        return Err(Error::setup(
            "`run!` starts a runtime of its own and cannot be used within one: write \
             `Client::builder().registered().build()?.run().await` instead, or call `run!` from a plain `fn main()`",
        ));
    }
    Ok(())
}

/// Runs a bot in a runtime of its own.
pub(crate) fn block_on(bot: impl Future<Output = Result>) -> Result {
    stdout::guard();
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::setup("the asynchronous runtime cannot be started").caused_by(error))?;
    let result = runtime.block_on(bot);
    // Handlers had their grace period; a blocking one that is left must not keep the program.
    runtime.shutdown_background();
    result
}

/// Runs the client, which this future does, to its end, and sees to it that there is one.
pub(crate) async fn watch(client: &Client, run: impl Future<Output = Result>) -> Result {
    let _watchdog = Watchdog::start(client)?;
    let running = Running::new();
    let result = run.await;
    if let Err(error) = &result
        && error.kind() == ErrorKind::Stuck
    {
        // It may be stderr that holds up the handler, and would hold up whoever tells the error.
        watchdog::exit(Some(error.to_string()));
    }
    drop(running);
    result.and_then(|()| stdout::state())
}
