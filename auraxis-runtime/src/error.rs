//! The error type of the client.

use std::{error::Error as StdError, fmt};

/// A `Result` whose error type defaults to [`Error`]. Handlers can return it.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// An error of a client. See [`ErrorKind`].
///
/// `Debug` writes the message and its causes as readable text, for `fn main() -> auraxis::Result`.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The triggers or the settings are invalid. The message lists every problem.
    Setup,
    /// The event stream rejected the service id.
    Refused,
    /// A recording cannot be read or written.
    Recording,
    /// A REST API request failed.
    Census,
    /// The call is not possible in the client's current state, for example because the client has stopped.
    State,
    /// No event was received within the timeout of a [`WaitFor`](crate::WaitFor).
    Timeout,
    /// The client could not stop within its grace period because a handler does not return.
    Stuck,
    /// The program called [`Client::fail`](crate::Client::fail).
    Failed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Creates an error of the kind [`ErrorKind::Setup`], for your own settings.
    #[must_use]
    pub fn setup(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Setup, message)
    }

    /// Sets the [`source`](StdError::source) of the error.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  because {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Another error type of auraxis, which `?` converts into an [`Error`].
#[diagnostic::on_unimplemented(
    message = "`?` cannot convert `{Self}` into `auraxis::Error`",
    label = "not an error of auraxis: return `anyhow::Result<()>`, which takes any error, instead of `auraxis::Result`"
)]
pub trait IntoError {
    /// Converts this into an [`Error`].
    fn into_error(self) -> Error;
}

impl<E: IntoError> From<E> for Error {
    fn from(error: E) -> Self {
        error.into_error()
    }
}
