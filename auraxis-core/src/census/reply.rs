//! Decoding of replies.
//!
//! The HTTP status is not reliable: errors also arrive with status 200. So the body is read first. It contains an
//! error, a count, or a list named after the collection. Some redirects are error messages.

use std::{borrow::Cow, fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use super::{
    fault::{Fault, FaultKind},
    query::Query,
};

/// The publisher's website: the load balancer redirects to it when no server is available.
const PUBLISHER: &str = "www.daybreakgames.com";

/// The number of bytes of an unreadable body in error messages.
const SHOWN: usize = 80;

/// An HTTP response. Do not follow redirects: some of them are error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header `Location` of a redirect.
    pub location: Option<&'a str>,
    /// The header `Retry-After`, as a duration.
    pub retry_after: Option<Duration>,
    /// The body. Ignore the header `Content-Type`, which is often wrong.
    pub body: &'a [u8],
}

/// Decoded rows, with the server's additional information.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The number of rows, as reported by the server.
    pub returned: Option<u64>,
    /// The number of distinct values, if the query requested [`distinct`](Query::distinct) ones.
    pub count: Option<i64>,
    /// The server's processing time, if the query requested it.
    pub took: Option<Duration>,
}

impl<'a> Reply<'a> {
    /// Creates a reply with status 200.
    #[must_use]
    pub const fn ok(body: &'a [u8]) -> Self {
        Self { status: 200, location: None, retry_after: None, body }
    }

    /// Decodes the rows of the query. `T` can be any type that a row deserializes into, such as [`Value`].
    ///
    /// # Errors
    ///
    /// Returns an error if the reply does not contain rows; see [`FaultKind`].
    pub fn rows<T: DeserializeOwned>(&self, query: &Query) -> Result<Answer<T>, Fault> {
        let list = query.list_name();
        let body = self.read(query, &list)?;
        let Some(rows) = body.rows else {
            return Err(self.unless_status(query, FaultKind::Payload { what: format!("`{list}` is missing").into() }));
        };
        Ok(Answer { rows, returned: body.returned, count: body.count, took: body.took })
    }

    /// Decodes the number of rows of the query.
    ///
    /// # Errors
    ///
    /// Returns an error if the reply does not contain a count, or a negative one; see [`FaultKind`].
    pub fn count(&self, query: &Query) -> Result<u64, Fault> {
        match self.read::<IgnoredAny>(query, "")?.count {
            Some(count) => u64::try_from(count).map_err(|_| Fault::new(FaultKind::NotCounted, query)),
            None => Err(self.unless_status(query, FaultKind::Payload { what: "`count` is missing".into() })),
        }
    }

    fn read<T: DeserializeOwned>(&self, query: &Query, list: &str) -> Result<Body<T>, Fault> {
        if (300..400).contains(&self.status) {
            return Err(Fault::new(self.redirect(), query));
        }
        // Validating the body as a whole is faster than validating each string.
        let Ok(text) = str::from_utf8(self.body) else {
            return Err(self.unless_status(query, FaultKind::NotJson { start: self.start() }));
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let body = BodySeed { list, row: PhantomData }
            .deserialize(&mut json)
            .and_then(|body| json.end().map(|()| body))
            .map_err(|error| self.unless_status(query, self.decode_fault(&error)))?;
        match body.fault(query) {
            Some(kind) => Err(Fault::new(kind, query)),
            None if self.status >= 400 => Err(Fault::new(self.status(), query)),
            None => Ok(body),
        }
    }

    fn redirect(&self) -> FaultKind {
        match self.location {
            Some(location) if location.contains("badrequest.json") => FaultKind::BadSyntax,
            Some(location) if host(location).eq_ignore_ascii_case(PUBLISHER) => FaultKind::Maintenance,
            location => FaultKind::Redirect { status: self.status, location: location.map(Into::into) },
        }
    }

    fn status(&self) -> FaultKind {
        FaultKind::Status { status: self.status, start: self.start(), retry_after: self.retry_after }
    }

    fn decode_fault(&self, error: &serde_json::Error) -> FaultKind {
        if error.is_data() && !self.body.is_empty() {
            return FaultKind::Payload { what: error.to_string().into() };
        }
        FaultKind::NotJson { start: self.start() }
    }

    /// The start of the body.
    fn start(&self) -> Box<str> {
        String::from_utf8_lossy(&self.body[..self.body.len().min(SHOWN)]).trim().into()
    }

    /// An error status explains more than an unreadable body.
    fn unless_status(&self, query: &Query, kind: FaultKind) -> Fault {
        Fault::new(if self.status >= 400 { self.status() } else { kind }, query)
    }
}

/// The host of an absolute URL; empty for relative URLs.
fn host(url: &str) -> &str {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    authority.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

/// The parts of a body.
struct Body<T> {
    rows: Option<Vec<T>>,
    returned: Option<u64>,
    count: Option<i64>,
    took: Option<Duration>,
    error: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
}

impl<T> Body<T> {
    fn fault(&self, query: &Query) -> Option<FaultKind> {
        if let Some(error) = &self.error {
            return Some(match error.as_str() {
                "No data found." => FaultKind::UnknownCollection,
                "Bad request syntax." => FaultKind::BadSyntax,
                "service_unavailable" => FaultKind::ServiceUnavailable,
                text if text.starts_with("Provided Service ID is not registered") => FaultKind::InvalidServiceId,
                text if text.starts_with("Missing Service ID") => FaultKind::MissingServiceId,
                text => FaultKind::Unknown { message: text.into() },
            });
        }
        let message = self.error_message.as_deref();
        match self.error_code.as_deref()? {
            "SERVER_ERROR" => Some(match message.and_then(|text| text.strip_prefix("INVALID_SEARCH_TERM: ")) {
                Some(detail) => search_term(detail, query),
                None => FaultKind::Server { message: message.map(Into::into) },
            }),
            code => Some(FaultKind::Unknown {
                message: message.map_or_else(|| code.into(), |text| format!("{code}: {text}").into()),
            }),
        }
    }
}

/// Finds the term that the server rejected.
fn search_term(detail: &str, query: &Query) -> FaultKind {
    let valid: Box<[Box<str>]> = detail
        .split_once("Valid search terms: [")
        .and_then(|(_, list)| list.split_once(']'))
        .map(|(list, _)| list.split(", ").map(Into::into).collect())
        .unwrap_or_default();
    let named = ["Invalid search term: ", "Invalid search value for term: "]
        .into_iter()
        .find_map(|start| detail.strip_prefix(start)?.split_once(". "))
        .map(|(field, _)| field);
    let field = match named {
        Some(field) => Some(field),
        None if detail.starts_with("c:show or c:hide") => Some(if query.show.is_empty() { "c:hide" } else { "c:show" }),
        None if detail.starts_with("Invalid distinct") => Some("c:distinct"),
        // The server lists the searchable fields, so the first term that is not among them is the invalid one.
        None if !valid.is_empty() => {
            let known = |field: &str| valid.iter().any(|valid| **valid == *field);
            query.terms.iter().map(|(field, _)| field.as_str()).find(|field| !known(field))
        }
        None => None,
    };
    let message = detail.split(" Valid search terms").next().unwrap_or(detail).into();
    FaultKind::InvalidSearchTerm { field: field.map(Into::into), valid, message }
}

/// Deserializes a body whose rows are in the field `list`.
struct BodySeed<'a, T> {
    list: &'a str,
    row: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for BodySeed<'_, T> {
    type Value = Body<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Body<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for BodySeed<'_, T> {
    type Value = Body<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<T>, A::Error> {
        let mut body = Body {
            rows: None,
            returned: None,
            count: None,
            took: None,
            error: None,
            error_code: None,
            error_message: None,
        };
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                key if key == self.list => body.rows = Some(map.next_value_seed(Rows(PhantomData))?),
                "returned" => body.returned = map.next_value()?,
                "count" => body.count = map.next_value()?,
                "timing" => body.took = total(&map.next_value()?),
                "error" => body.error = map.next_value()?,
                "errorCode" => body.error_code = map.next_value()?,
                "errorMessage" => body.error_message = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(body)
    }
}

/// Deserializes a list of rows, or a single row without a list.
struct Rows<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Rows<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Rows<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element()? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, row: A) -> Result<Vec<T>, A::Error> {
        Ok(vec![T::deserialize(MapAccessDeserializer::new(row))?])
    }
}

/// The total of a `timing` object. A malformed one is ignored, so that the rows are kept.
fn total(timing: &Value) -> Option<Duration> {
    let total = timing.get("total-ms")?;
    total.as_u64().or_else(|| total.as_str()?.parse().ok()).map(Duration::from_millis)
}
