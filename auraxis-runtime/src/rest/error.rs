//! The error type of REST requests.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use auraxis_core::census::{Fault, FaultKind};

use super::limits::MAX_ANSWER;
use crate::error::IntoError;

/// An error of a REST request.
///
/// Its message contains the URL of the request, without the service id. Callers whose lookups share a request also
/// share its error.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    attempts: u32,
    url: Option<Arc<str>>,
    proxy: Option<Arc<str>>,
    source: Option<Arc<reqwest::Error>>,
}

/// How many characters of a URL are shown. The URLs of batches are long.
const MAX_SHOWN: usize = 200;

/// The kind of an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server responded with an error or with something unexpected, or the query is invalid and was not sent.
    Fault(Fault),
    /// The connection to the server failed.
    Connect,
    /// The request could not be sent in time, or its response did not arrive in time.
    Timeout,
    /// The connection was lost before the response was complete.
    ConnectionLost,
    /// The response is larger than 64 MiB.
    TooLarge,
    /// Too many lookups are [waiting](crate::census::Census::wait_until_known) for a row to appear.
    TooManyWaiting,
    /// Deserializing the response to a lookup panicked. Several callers may share the lookup, so all of them get this
    /// error; in other calls, the panic propagates.
    Panicked,
    /// The client, or the runtime that sent the request, stopped before a response arrived.
    Stopped,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind) -> Self {
        Self { kind, attempts: 0, url: None, proxy: None, source: None }
    }

    pub(super) const fn panicked() -> Self {
        Self::new(ErrorKind::Panicked)
    }

    pub(super) fn transport(error: reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            ErrorKind::Timeout
        } else if error.is_connect() {
            ErrorKind::Connect
        } else {
            ErrorKind::ConnectionLost
        };
        Self { source: Some(Arc::new(error.without_url())), ..Self::new(kind) }
    }

    pub(super) fn at(self, url: String) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    pub(super) fn through(self, proxy: Option<&Arc<str>>) -> Self {
        Self { proxy: proxy.cloned(), ..self }
    }

    pub(super) fn after(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns what the server reported, or why the query was not sent.
    #[must_use]
    pub const fn fault(&self) -> Option<&FaultKind> {
        match &self.kind {
            ErrorKind::Fault(fault) => Some(fault.kind()),
            _ => None,
        }
    }

    /// Returns the number of requests that were sent, of which the last caused this error; 0 if the query was not sent.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the URL of the last request, with `s:…` for the service id. `None` if the query was not sent.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Whether the failure is transient, so that the same request may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.is_transient(),
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::ConnectionLost | ErrorKind::TooManyWaiting => true,
            ErrorKind::TooLarge | ErrorKind::Panicked | ErrorKind::Stopped => false,
        }
    }

    /// Returns how long the server asks to wait before the next request.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.retry_after(),
            _ => None,
        }
    }

    /// Whether other requests to the same server are likely to fail too.
    pub(super) fn is_server_failure(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(fault) => match fault.kind() {
                FaultKind::Maintenance | FaultKind::Redirect { .. } | FaultKind::NotJson { .. } => true,
                FaultKind::Status { status, .. } => *status >= 500,
                _ => false,
            },
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::ConnectionLost => true,
            _ => false,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorKind::Fault(fault))
    }
}

impl IntoError for Error {
    fn into_error(self) -> crate::Error {
        crate::Error::new(crate::ErrorKind::Census, "a REST API request failed").caused_by(self)
    }
}

impl IntoError for Fault {
    fn into_error(self) -> crate::Error {
        Error::from(self).into_error()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.fmt(f)?,
            ErrorKind::Connect => f.write_str("cannot connect to the REST API")?,
            ErrorKind::Timeout => f.write_str("the REST API did not answer in time")?,
            ErrorKind::ConnectionLost => {
                f.write_str("the connection to the REST API was lost before the answer was complete")?;
            }
            ErrorKind::TooLarge => write!(f, "the answer of the REST API is larger than {} MiB", MAX_ANSWER >> 20)?,
            ErrorKind::TooManyWaiting => {
                f.write_str(
                    "too many lookups are waiting for rows to appear; raise the limit with `CensusBuilder::waiting`",
                )?;
            }
            ErrorKind::Panicked => f.write_str("reading the answer of the REST API panicked")?,
            ErrorKind::Stopped => f.write_str("the client stopped before the REST API answered")?,
        }
        if let Some(url) = &self.url {
            let shown = url.char_indices().nth(MAX_SHOWN).map_or(&**url, |(end, _)| &url[..end]);
            write!(f, " ({shown}{}", if shown.len() < url.len() { "…" } else { "" })?;
            if let Some(proxy) = &self.proxy {
                write!(f, " through the proxy `{proxy}`")?;
            }
            match self.attempts {
                0 | 1 => f.write_str(")")?,
                attempts => write!(f, ", {attempts} attempts)")?,
            }
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
