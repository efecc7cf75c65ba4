//! What can go wrong with a client as a whole.

use std::{error::Error as StdError, fmt};

/// A `Result` whose error is auraxis' own unless another one is named. Handlers return it for brevity.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a client cannot start or go on.
///
/// `Debug` writes prose, so that `fn main() -> auraxis::Result` ends with something to read.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The sort of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The triggers or the settings do not fit together. The message lists all that is wrong.
    Setup,
    /// The event stream refused the service id.
    Refused,
    /// A recording could not be read or written.
    Recording,
    /// A question to the REST API failed.
    Census,
    /// The client cannot be used like this: it runs already, or has stopped.
    State,
    /// What was waited for did not come in time.
    Timeout,
    /// The client could not stop within its grace period, because a handler does not return.
    Stuck,
    /// A handler has made the run [fail](crate::Client::fail).
    Failed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Something is wrong with the settings.
    #[must_use]
    pub fn setup(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Setup, message)
    }

    /// Adds what led to it.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// The sort.
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

/// An error that `?` turns into an [`Error`]: those of auraxis.
#[diagnostic::on_unimplemented(
    message = "`?` cannot turn `{Self}` into `auraxis::Error`",
    label = "not an error of auraxis: return `anyhow::Result<()>`, which takes any error, instead of `auraxis::Result`"
)]
pub trait IntoError {
    /// The error as one of a client.
    fn into_error(self) -> Error;
}

impl<E: IntoError> From<E> for Error {
    fn from(error: E) -> Self {
        error.into_error()
    }
}
