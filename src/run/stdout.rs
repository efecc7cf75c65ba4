//! Handling of a stdout that cannot be written: a closed pipe, or a full disk.
//!
//! `println!` panics then. [`guard`] turns this panic into a graceful shutdown, with an error unless the pipe was closed.

use std::{
    io::{self, ErrorKind, Write},
    panic, process,
    sync::Once,
};

use auraxis_runtime::{Error, Result};
use tokio::sync::SetOnce;

use super::running::is_running;

/// The prefix of the standard library's panic message.
const PANIC: &str = "failed printing to stdout: ";

/// The first reason why stdout could not be written.
static LOST: SetOnce<String> = SetOnce::const_new();

/// Installs a panic hook: a failed `println!` stops the run gracefully, or exits if no client is running. Other panics are
/// passed to the previous hook.
pub(super) fn guard() {
    static GUARDED: Once = Once::new();

    GUARDED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let Some(reason) = panic.payload_as_str().and_then(|message| message.strip_prefix(PANIC)) else {
                return report(panic);
            };
            // Only the first reason is kept.
            let _ = LOST.set(reason.to_owned());
            // Without a run, the panic would exit with a report.
            if !is_running() {
                end(&state());
            }
        }));
    });
}

/// Waits until a `println!` has failed.
pub(super) async fn lost() {
    LOST.wait().await;
}

/// Returns an error if stdout could not be written.
pub(super) fn state() -> Result {
    LOST.get().map_or(Ok(()), |reason| ignore_closed_pipe(as_error(reason)))
}

#[cfg(feature = "cli")]
pub(crate) fn print(text: &str) -> Result {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).or_else(ignore_closed_pipe)
}

/// Exits in the same way as returning the result from `main`.
pub(crate) fn end(result: &Result) -> ! {
    if let Err(error) = result {
        let _ = writeln!(io::stderr(), "Error: {error:?}");
    }
    process::exit(i32::from(result.is_err()))
}

/// Ignores a closed pipe, as its reader has read enough.
fn ignore_closed_pipe(error: io::Error) -> Result {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Error::setup("cannot write to stdout").caused_by(error))
}

/// Parses an error from its message.
fn as_error(text: &str) -> io::Error {
    let number = text.rsplit_once("(os error ").and_then(|(_, number)| number.strip_suffix(')')?.parse().ok());
    number.map_or_else(|| io::Error::other(text.to_owned()), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_parsed_from_its_message() {
        let error = io::Error::from_raw_os_error(32);
        let read = as_error(&error.to_string());
        assert_eq!((read.kind(), read.raw_os_error()), (error.kind(), Some(32)));
        assert_eq!(as_error("who knows").to_string(), "who knows");
    }
}
