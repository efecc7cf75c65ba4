//! The part of `run!` that does not depend on a command line.

#[doc(hidden)]
pub mod keys;
mod program;
mod running;
mod settings;
pub(crate) mod stdout;
#[cfg(all(feature = "serve", unix))]
mod systemd;
mod watchdog;

#[cfg(feature = "nats")]
use auraxis_runtime::ClientBuilder;
use auraxis_runtime::{Client, Error, ErrorKind, Result};
use tokio::runtime::{Builder, Handle};

pub use self::program::Program;
pub(crate) use self::settings::Settings;
use self::{running::Running, watchdog::Watchdog};

/// Returns an error inside an asynchronous runtime.
pub(crate) fn check_thread() -> Result {
    if Handle::try_current().is_ok() {
        return Err(Error::setup(
            "cannot use `run!` inside a Tokio runtime: it starts its own; write \
             `Client::builder().registered().build()?.run().await`, or call `run!` from a plain `fn main()`",
        ));
    }
    Ok(())
}

/// Reads from a broker, and sets the durable name.
#[cfg(feature = "nats")]
pub(crate) fn read_from(mut builder: ClientBuilder, url: Option<&str>, durable: Option<&str>) -> ClientBuilder {
    use auraxis_nats::FromNats as _;

    if let Some(url) = url {
        builder = builder.from(url);
    }
    if let Some(name) = durable {
        builder = builder.durable(name);
    }
    builder
}

/// Runs a bot in a new runtime.
pub(crate) fn block_on(bot: impl Future<Output = Result>) -> Result {
    stdout::guard();
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::setup("cannot start the Tokio runtime").caused_by(error))?;
    let result = runtime.block_on(bot);
    // A blocking handler that exceeds the grace period must not delay the exit.
    runtime.shutdown_background();
    result
}

/// Runs the client with the given future. Stops it on signals, and exits if it does not stop.
pub(crate) async fn watch(client: &Client, run: impl Future<Output = Result>) -> Result {
    let _watchdog = Watchdog::start(client)?;
    let running = Running::new();
    #[cfg(all(feature = "serve", unix))]
    let systemd = systemd::Notifications::start(client);
    let result = run.await;
    if let Err(error) = &result
        && error.kind() == ErrorKind::Stuck
    {
        // Writing to stderr may be what blocks the handler, so another thread has to report the error.
        watchdog::exit(Some(error.to_string()));
    }
    #[cfg(all(feature = "serve", unix))]
    if let Some(systemd) = systemd {
        systemd.stop().await;
    }
    drop(running);
    result.and_then(|()| stdout::state())
}
