//! What the server can say instead of an answer.

use std::fmt;

use super::{Query, QueryError};

/// Why a question has no answer.
///
/// It says what the server said and what to do. Which address was asked, and what goes wrong on the way to it, is not its
/// concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: Box<FaultKind>,
    /// `namespace/collection`.
    place: Box<str>,
    source: Option<Box<QueryError>>,
}

/// The kinds of [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The query was not sent, because it cannot be answered.
    Query,
    /// There is no such collection, or no such namespace.
    UnknownCollection,
    /// The address cannot be understood.
    BadSyntax,
    /// The collection exists, and what holds its data does not answer. Some last for hours.
    ServiceUnavailable,
    /// The service id is not registered.
    InvalidServiceId,
    /// There is no service id, and what may be asked without one is used up.
    MissingServiceId,
    /// A term, or the value of a term or a command, cannot be searched for.
    InvalidSearchTerm {
        /// The field or command, as far as the server or the query tells.
        field: Option<Box<str>>,
        /// The fields that can be searched, if the server names them.
        valid: Box<[Box<str>]>,
        /// What the server says.
        message: Box<str>,
    },
    /// The server failed.
    Server {
        /// What the server says; often nothing.
        message: Option<Box<str>>,
    },
    /// The server knows what is wrong and says it with a code or a text that this version does not know.
    Unknown {
        /// The code or text.
        message: Box<str>,
    },
    /// The server is down for maintenance: it redirects to somewhere else.
    Maintenance,
    /// The rows could not be counted: the count is -1.
    NotCounted,
    /// The answer is not JSON.
    NotJson {
        /// How it begins.
        start: Box<str>,
    },
    /// The answer is JSON and not what it should be.
    Payload {
        /// What is wrong with it.
        what: Box<str>,
    },
    /// The HTTP status is one of failure, and nothing else tells why.
    Status(u16),
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, query: &Query) -> Self {
        let namespace = query.namespace.as_deref().unwrap_or("ps2");
        let place = match query.collection() {
            Some(collection) => format!("{namespace}/{collection}"),
            None => namespace.to_owned(),
        };
        Self { kind: Box::new(kind), place: place.into(), source: None }
    }

    pub(super) fn payload(collection: &str, what: String) -> Self {
        let kind = Box::new(FaultKind::Payload { what: what.into() });
        Self { kind, place: collection.into(), source: None }
    }

    /// The query cannot be answered, and was not sent.
    #[must_use]
    pub fn refused(query: &Query, error: QueryError) -> Self {
        Self { source: Some(Box::new(error)), ..Self::new(FaultKind::Query, query) }
    }

    /// Changes what the server said, such as to take a secret out of it.
    #[must_use]
    pub fn map_said(mut self, change: impl Fn(&str) -> String) -> Self {
        let change = |said: &mut Box<str>| *said = change(said).into();
        match &mut *self.kind {
            FaultKind::InvalidSearchTerm { field, valid, message } => {
                field.iter_mut().chain(valid).chain([message]).for_each(change);
            }
            FaultKind::Server { message: Some(said) }
            | FaultKind::Unknown { message: said }
            | FaultKind::NotJson { start: said }
            | FaultKind::Payload { what: said } => change(said),
            _ => {}
        }
        self
    }

    /// Which kind of fault it is.
    #[must_use]
    pub const fn kind(&self) -> &FaultKind {
        &self.kind
    }

    /// Whether the same question may be answered a little later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match *self.kind {
            FaultKind::ServiceUnavailable
            | FaultKind::Maintenance
            | FaultKind::NotJson { .. }
            | FaultKind::Server { message: None } => true,
            FaultKind::Status(status) => status >= 500 || status == 429 || status == 408,
            _ => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match &*self.kind {
            FaultKind::Query => write!(f, "the query to `{place}` was not sent"),
            FaultKind::UnknownCollection => write!(
                f,
                "`{place}` does not exist, or its collection is offline; `Query::datatypes()` asks which there are"
            ),
            FaultKind::BadSyntax => write!(f, "the server cannot read the address of the query to `{place}`"),
            FaultKind::ServiceUnavailable => {
                write!(f, "`{place}` exists, but its data is not available; this can last for hours")
            }
            FaultKind::InvalidServiceId => f.write_str(
                "the service id is not registered; sign up for one at https://census.daybreakgames.com/#devSignup",
            ),
            FaultKind::MissingServiceId => f.write_str(
                "what may be asked without a service id is used up (10 requests a minute); give one of your own, from \
                 https://census.daybreakgames.com/#devSignup",
            ),
            FaultKind::InvalidSearchTerm { field, valid, message } => {
                match field {
                    Some(field) => write!(f, "`{place}` cannot be searched by `{field}`: {message}")?,
                    None => write!(f, "`{place}` cannot be searched so: {message}")?,
                }
                if valid.is_empty() { Ok(()) } else { write!(f, "; it can be searched by {}", valid.join(", ")) }
            }
            FaultKind::Server { message: Some(message) } => write!(f, "the server failed at `{place}`: {message}"),
            FaultKind::Server { message: None } => {
                write!(f, "the server failed at `{place}`; a query without any term may be the reason")
            }
            FaultKind::Unknown { message } => write!(f, "the server refuses the query to `{place}`: {message}"),
            FaultKind::Maintenance => f.write_str("the server is down for maintenance"),
            FaultKind::NotCounted => {
                write!(f, "the rows of `{place}` could not be counted; the server does not say why: get some to see")
            }
            FaultKind::NotJson { start } => write!(f, "the answer of `{place}` is not JSON; it begins with {start:?}"),
            FaultKind::Payload { what } => write!(f, "the answer of `{place}` is not what was asked for: {what}"),
            FaultKind::Status(status) => write!(f, "`{place}` answers with the HTTP status {status}"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
