//! Reads answers.
//!
//! The status says little: errors come with 200 as well. So the body is read first; it holds an error, a count, or a
//! list under the name of the collection. Some redirects are error messages.

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

/// The website of the publisher, to which the load balancer redirects when there is no server behind it.
const PUBLISHER: &str = "www.daybreakgames.com";

/// How many bytes of an answer are shown that cannot be read.
const SHOWN: usize = 80;

/// An HTTP response. Do not follow redirects: some are error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The header `Location` of a redirect.
    pub location: Option<&'a str>,
    /// The header `Retry-After`, as the time to wait.
    pub retry_after: Option<Duration>,
    /// The body, whatever the header `Content-Type` says; the server is often wrong about it.
    pub body: &'a [u8],
}

/// Rows, and what the server adds to them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows the server says there are.
    pub returned: Option<u64>,
    /// How many distinct values a field has, if the query asked for them.
    pub count: Option<i64>,
    /// How long the server took, if the query asked for it.
    pub took: Option<Duration>,
}

impl<'a> Reply<'a> {
    /// A response with status 200.
    #[must_use]
    pub const fn ok(body: &'a [u8]) -> Self {
        Self { status: 200, location: None, retry_after: None, body }
    }

    /// Reads the rows that the query asked for. `T` can be any type that a row can be deserialized into, such as
    /// [`Value`].
    ///
    /// # Errors
    ///
    /// Returns an error if the answer is something else; see [`FaultKind`].
    pub fn rows<T: DeserializeOwned>(&self, query: &Query) -> Result<Answer<T>, Fault> {
        let list = query.list_name();
        let body = self.read(query, &list)?;
        let Some(rows) = body.rows else {
            return Err(self.unless_status(query, FaultKind::Payload { what: format!("`{list}` is missing").into() }));
        };
        Ok(Answer { rows, returned: body.returned, count: body.count, took: body.took })
    }

    /// Reads the number of rows that the query asked for.
    ///
    /// # Errors
    ///
    /// Returns an error if the answer is something else, or less than 0; see [`FaultKind`].
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
        let mut json = serde_json::Deserializer::from_slice(self.body);
        let body = BodySeed { list, row: PhantomData }
            .deserialize(&mut json)
            .and_then(|body| json.end().map(|()| body))
            .map_err(|error| self.unless_status(query, self.unread(&error)))?;
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

    fn unread(&self, error: &serde_json::Error) -> FaultKind {
        if error.is_data() && !self.body.is_empty() {
            return FaultKind::Payload { what: error.to_string().into() };
        }
        FaultKind::NotJson { start: self.start() }
    }

    /// The beginning of the body.
    fn start(&self) -> Box<str> {
        String::from_utf8_lossy(&self.body[..self.body.len().min(SHOWN)]).trim().into()
    }

    /// The status says more than a body that cannot be read.
    fn unless_status(&self, query: &Query, kind: FaultKind) -> Fault {
        Fault::new(if self.status >= 400 { self.status() } else { kind }, query)
    }
}

/// The host of an absolute URL; nothing if it is relative.
fn host(url: &str) -> &str {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    authority.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

/// A body, taken apart.
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
                Some(complaint) => search_term(complaint, query),
                None => FaultKind::Server { message: message.map(Into::into) },
            }),
            code => Some(FaultKind::Unknown {
                message: message.map_or_else(|| code.into(), |text| format!("{code}: {text}").into()),
            }),
        }
    }
}

/// Finds which term the server complains about.
fn search_term(complaint: &str, query: &Query) -> FaultKind {
    let valid: Box<[Box<str>]> = complaint
        .split_once("Valid search terms: [")
        .and_then(|(_, list)| list.split_once(']'))
        .map(|(list, _)| list.split(", ").map(Into::into).collect())
        .unwrap_or_default();
    let named = ["Invalid search term: ", "Invalid search value for term: "]
        .into_iter()
        .find_map(|start| complaint.strip_prefix(start)?.split_once(". "))
        .map(|(field, _)| field);
    let field = match named {
        Some(field) => Some(field),
        None if complaint.starts_with("c:show or c:hide") => {
            Some(if query.show.is_empty() { "c:hide" } else { "c:show" })
        }
        None if complaint.starts_with("Invalid distinct") => Some("c:distinct"),
        // It names what can be searched, so the first term that cannot is the culprit.
        None if !valid.is_empty() => {
            let known = |field: &str| valid.iter().any(|valid| **valid == *field);
            query.terms.iter().map(|(field, _)| field.as_str()).find(|field| !known(field))
        }
        None => None,
    };
    let message = complaint.split(" Valid search terms").next().unwrap_or(complaint).into();
    FaultKind::InvalidSearchTerm { field: field.map(Into::into), valid, message }
}

/// Reads a body whose rows stand under the name `list`.
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

/// A list of rows, or the only one of them without the list.
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

/// The total of a `timing` object. Nobody's rows are lost because it is strange.
fn total(timing: &Value) -> Option<Duration> {
    let total = timing.get("total-ms")?;
    total.as_u64().or_else(|| total.as_str()?.parse().ok()).map(Duration::from_millis)
}
