//! Errors reported by the REST server.

use std::{fmt, time::Duration};

use super::query_error::QueryError;

/// The reason why a query failed.
///
/// Its text contains the server's message, and what to do about it. It does not contain the URL, and does not represent
/// network errors: see the error type of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: Box<FaultKind>,
    /// `namespace/collection`.
    place: Box<str>,
}

/// The kind of a [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The query is invalid and was not sent.
    Query(QueryError),
    /// The collection or namespace does not exist.
    UnknownCollection,
    /// The server cannot parse the URL.
    BadSyntax,
    /// The collection exists, but its data is not available. This can last for hours.
    ServiceUnavailable,
    /// The service id is not registered.
    InvalidServiceId,
    /// The request has no service id, and the quota for such requests is exhausted.
    MissingServiceId,
    /// A term or a command has an invalid field or value.
    InvalidSearchTerm {
        /// The field or command, if the server or the query shows it.
        field: Option<Box<str>>,
        /// The searchable fields, if the server lists them.
        valid: Box<[Box<str>]>,
        /// The server's message.
        message: Box<str>,
    },
    /// The server failed.
    Server {
        /// The server's message; often missing.
        message: Option<Box<str>>,
    },
    /// The server reports an error that this version does not know.
    Unknown {
        /// The code or message.
        message: Box<str>,
    },
    /// The server is down for maintenance: it redirects to the website of the game's publisher.
    Maintenance,
    /// The server redirects to another address.
    Redirect {
        /// The HTTP status.
        status: u16,
        /// The header `Location`.
        location: Option<Box<str>>,
    },
    /// The rows could not be counted: the server returned -1.
    NotCounted,
    /// The body is not JSON.
    NotJson {
        /// The start of the body.
        start: Box<str>,
    },
    /// The body is JSON, but not what was requested.
    Payload {
        /// What is wrong with it.
        what: Box<str>,
    },
    /// The HTTP status is an error, and the body is not one of the server's error messages.
    Status {
        /// The HTTP status.
        status: u16,
        /// The start of the body; can be empty.
        start: Box<str>,
        /// How long to wait, from the header `Retry-After`.
        retry_after: Option<Duration>,
    },
}

impl Fault {
    pub(super) fn at(place: impl Into<Box<str>>, kind: FaultKind) -> Self {
        Self { kind: Box::new(kind), place: place.into() }
    }

    /// Changes all text received from the server, for example to redact secrets.
    #[must_use]
    pub fn map_messages(mut self, change: impl Fn(&str) -> String) -> Self {
        let change = |text: &mut Box<str>| *text = change(text).into();
        match &mut *self.kind {
            FaultKind::InvalidSearchTerm { field, valid, message } => {
                field.iter_mut().chain(valid).chain([message]).for_each(change);
            }
            FaultKind::Redirect { location: Some(text), .. }
            | FaultKind::Server { message: Some(text) }
            | FaultKind::Unknown { message: text }
            | FaultKind::NotJson { start: text }
            | FaultKind::Status { start: text, .. }
            | FaultKind::Payload { what: text } => change(text),
            _ => {}
        }
        self
    }

    /// Returns the kind of the fault.
    #[must_use]
    pub const fn kind(&self) -> &FaultKind {
        &self.kind
    }

    /// Returns `true` if the same query may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match *self.kind {
            FaultKind::ServiceUnavailable
            | FaultKind::Maintenance
            | FaultKind::NotJson { .. }
            | FaultKind::Server { message: None } => true,
            FaultKind::Redirect { status, .. } => matches!(status, 302 | 303 | 307),
            FaultKind::Status { status, .. } => status >= 500 || matches!(status, 408 | 425 | 429),
            _ => false,
        }
    }

    /// Returns how long the server asks to wait before the next request.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match *self.kind {
            FaultKind::Status { retry_after, .. } => retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match &*self.kind {
            FaultKind::Query(error) => write!(f, "the query to `{place}` was not sent: {error}"),
            FaultKind::UnknownCollection => write!(
                f,
                "`{place}` does not exist, or its collection is offline; `Query::datatypes()` lists the \
                 collections that exist"
            ),
            FaultKind::BadSyntax => write!(f, "the server cannot parse the URL of the query to `{place}`; check its terms"),
            FaultKind::ServiceUnavailable => {
                write!(f, "`{place}` exists, but its data is not available; this can last for hours")
            }
            FaultKind::InvalidServiceId => f.write_str(
                "the service id is not registered; register one for free at https://census.daybreakgames.com/#service-id",
            ),
            FaultKind::MissingServiceId => f.write_str(
                "the limit of 10 requests per minute without a service id is reached; register one for free at \
                 https://census.daybreakgames.com/#service-id",
            ),
            FaultKind::InvalidSearchTerm { field, valid, message } => {
                match field {
                    Some(field) => write!(f, "`{place}` cannot be searched by `{field}`: {message}")?,
                    None => write!(f, "`{place}` cannot be searched like this: {message}")?,
                }
                if valid.is_empty() { Ok(()) } else { write!(f, "; it can be searched by {}", valid.join(", ")) }
            }
            FaultKind::Server { message: Some(message) } => write!(f, "the server failed at `{place}`: {message}"),
            FaultKind::Server { message: None } => {
                write!(f, "the server failed at `{place}`, perhaps because the query has no term; add one")
            }
            FaultKind::Unknown { message } => write!(f, "the server rejected the query to `{place}`: {message}"),
            FaultKind::Maintenance => f.write_str("the server is down for maintenance"),
            FaultKind::Redirect { status, location: Some(location) } => write!(
                f,
                "`{place}` redirects to `{location:.200}` (HTTP status {status}); redirects are not followed, so correct \
                 the URL if the REST API has moved"
            ),
            FaultKind::Redirect { status, location: None } => {
                write!(f, "`{place}` redirects without a location (HTTP status {status})")
            }
            FaultKind::NotCounted => write!(
                f,
                "the server could not count the rows of `{place}`, and gave no reason; get some of them to see whether it \
                 gives one"
            ),
            FaultKind::NotJson { start } if start.starts_with('<') => write!(
                f,
                "the answer from `{place}` is not JSON but a web page, as from a proxy or a captive portal; it begins \
                 with {start:?}"
            ),
            FaultKind::NotJson { start } => {
                write!(f, "the answer from `{place}` is not JSON; it begins with {start:?}")
            }
            FaultKind::Payload { what } => write!(f, "unexpected answer from `{place}`: {what}"),
            FaultKind::Status { status, start, retry_after } => {
                write!(f, "`{place}` answered with the HTTP status {status}")?;
                if let Some(meaning) = meaning(*status) {
                    write!(f, ": {meaning}")?;
                }
                if let Some(time) = retry_after {
                    write!(f, "; the server asks to wait {time:?}")?;
                }
                if start.is_empty() { Ok(()) } else { write!(f, "; the answer begins with {start:?}") }
            }
        }
    }
}

/// The meaning of an HTTP status to the user of a REST API.
const fn meaning(status: u16) -> Option<&'static str> {
    Some(match status {
        401 | 403 => "access denied by the server, or by a proxy or firewall on the way",
        404 => "not found; check that the URL is that of a REST API",
        407 => "a proxy requires a user name and password; set them with `HTTP_PROXY=http://user:password@host:port`",
        408 | 504 => "the server took too long",
        414 => "the query is too long",
        429 => "too many requests; limit them with `CensusBuilder::quota`",
        502 => "the server behind a proxy or load balancer failed",
        503 => "the server is overloaded or down",
        511 => "the network requires you to sign in first",
        500..=599 => "the server failed",
        _ => return None,
    })
}

impl std::error::Error for Fault {}
