//! Why a question has no answer.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use auraxis_core::census::{Fault, FaultKind};

use super::limits::MAX_ANSWER;
use crate::error::IntoError;

/// Why a question has no answer.
///
/// It shows the URL that was asked, without the service id. Callers whose questions were sent as one request share one
/// error.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    attempts: u32,
    url: Option<Arc<str>>,
    proxy: Option<Arc<str>>,
    source: Option<Arc<reqwest::Error>>,
}

/// How many characters of a URL are shown: batches have long ones.
const SHOWN: usize = 200;

/// The kind of an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with something else than what was asked for, or the query could not be sent.
    Fault(Fault),
    /// No connection could be made.
    Connect,
    /// The answer did not arrive in time, or the request could not be sent in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Broken,
    /// The answer is too large.
    TooLarge,
    /// Too many lookups wait for rows that are not known yet.
    TooManyWait,
    /// Reading the answer panicked, in a lookup that may be shared. Other questions pass the panic on.
    Panicked,
    /// The client stopped before there was an answer.
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
            ErrorKind::Broken
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

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What the server said, or why the query was not sent.
    #[must_use]
    pub const fn fault(&self) -> Option<&FaultKind> {
        match &self.kind {
            ErrorKind::Fault(fault) => Some(fault.kind()),
            _ => None,
        }
    }

    /// How many requests were made; the error is that of the last one. 0 if the query was not sent.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The URL of the last request, with `s:…` for the service id. `None` if the query was not sent.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Whether the same question may succeed a little later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.is_transient(),
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Broken | ErrorKind::TooManyWait => true,
            ErrorKind::TooLarge | ErrorKind::Panicked | ErrorKind::Stopped => false,
        }
    }

    /// How long the server asks to wait before the next request.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match &self.kind {
            ErrorKind::Fault(fault) => fault.retry_after(),
            _ => None,
        }
    }

    /// Whether other questions to the same server are likely to fail too.
    pub(super) fn is_of_the_server(&self) -> bool {
        match &self.kind {
            ErrorKind::Fault(fault) => match fault.kind() {
                FaultKind::Maintenance | FaultKind::Redirect { .. } | FaultKind::NotJson { .. } => true,
                FaultKind::Status { status, .. } => *status >= 500,
                _ => false,
            },
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Broken => true,
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
        crate::Error::new(crate::ErrorKind::Census, "a question to the REST API failed").caused_by(self)
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
            ErrorKind::Connect => f.write_str("the REST API cannot be reached")?,
            ErrorKind::Timeout => f.write_str("the REST API did not answer in time")?,
            ErrorKind::Broken => f.write_str("the connection to the REST API broke before the answer was complete")?,
            ErrorKind::TooLarge => write!(f, "the answer is larger than {} MiB", MAX_ANSWER >> 20)?,
            ErrorKind::TooManyWait => f.write_str("too many lookups wait for rows that are not known yet")?,
            ErrorKind::Panicked => f.write_str("reading the answer of the REST API panicked")?,
            ErrorKind::Stopped => f.write_str("the client stopped before the REST API answered")?,
        }
        if let Some(url) = &self.url {
            let shown = url.char_indices().nth(SHOWN).map_or(&**url, |(end, _)| &url[..end]);
            write!(f, " ({shown}{}", if shown.len() < url.len() { "…" } else { "" })?;
            if let Some(proxy) = &self.proxy {
                write!(f, " through the proxy `{proxy}`")?;
            }
            match self.attempts {
                0 | 1 => f.write_str(")")?,
                attempts => write!(f, ", asked {attempts} times)")?,
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
