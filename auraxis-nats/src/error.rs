//! The error type of this crate.

use std::{error::Error as StdError, fmt};

use auraxis_runtime::IntoError;

/// A `Result` whose error type defaults to [`Error`].
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// An error of the broker, or of the connection to it. See [`ErrorKind`].
///
/// The message says what happened and what to do. It does not contain secrets.
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL or another setting is invalid.
    Setup,
    /// No server could be reached.
    Unreachable,
    /// The server refused the user, the password, the token or the key.
    Refused,
    /// The TLS handshake failed.
    Tls,
    /// The server is older than this crate requires.
    Version,
    /// The server or the account has no JetStream.
    NoJetStream,
    /// A stream cannot be created, or exists with settings that cannot be used.
    Stream,
    /// The server did not accept a request, or did not answer it.
    Broker,
}

impl ErrorKind {
    /// Returns whether the same attempt can succeed later without a change of settings.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Unreachable | Self::Broker)
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
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

/// Writes the message, for `fn main() -> Result`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {}

impl IntoError for Error {
    fn into_error(self) -> auraxis_runtime::Error {
        auraxis_runtime::Error::setup(self.message)
    }
}
