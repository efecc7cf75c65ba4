//! Stdout, which belongs to the handlers, and may be gone: a pipe that nobody reads any more, a full disk.
//!
//! `println!` panics then. [`guard`] takes these panics for what they are: the bot stops in order, as other programs
//! do, with one reason or, if it is just that nobody reads any more, with none.

use std::{
    io::{self, ErrorKind, Write},
    panic, process,
    sync::Once,
};

use auraxis_runtime::{Error, Result};
use tokio::sync::SetOnce;

use super::running::is_running;

/// How the standard library begins the message of such a panic.
const PANIC: &str = "failed printing to stdout: ";

/// Why nothing could be printed any more, the first time.
static LOST: SetOnce<String> = SetOnce::const_new();

/// From now on, a `println!` that fails stops the run in order, or ends the program if there is none. Other panics are
/// reported as before.
pub(super) fn guard() {
    static GUARDED: Once = Once::new();

    GUARDED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let Some(reason) = panic.payload_as_str().and_then(|message| message.strip_prefix(PANIC)) else {
                return report(panic);
            };
            // Only the first reason counts.
            let _ = LOST.set(reason.to_owned());
            // The panic would end the program, with a report.
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

/// Whether what was printed could be.
pub(super) fn state() -> Result {
    LOST.get().map_or(Ok(()), |reason| forgive(as_error(reason)))
}

#[cfg(feature = "cli")]
pub(crate) fn print(text: &str) -> Result {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).or_else(forgive)
}

/// Ends the program, as an error that `main` returns does.
pub(crate) fn end(result: &Result) -> ! {
    if let Err(error) = result {
        let _ = writeln!(io::stderr(), "Error: {error:?}");
    }
    process::exit(i32::from(result.is_err()))
}

/// A reader that has left has read enough. Anything else is a failure.
fn forgive(error: io::Error) -> Result {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Error::setup("cannot write to stdout").caused_by(error))
}

/// The error that was printed like this.
fn as_error(text: &str) -> io::Error {
    let number = text.rsplit_once("(os error ").and_then(|(_, number)| number.strip_suffix(')')?.parse().ok());
    number.map_or_else(|| io::Error::other(text.to_owned()), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_can_be_read_from_its_text() {
        let error = io::Error::from_raw_os_error(32);
        let read = as_error(&error.to_string());
        assert_eq!((read.kind(), read.raw_os_error()), (error.kind(), Some(32)));
        assert_eq!(as_error("who knows").to_string(), "who knows");
    }
}
