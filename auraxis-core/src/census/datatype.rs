//! The collections that exist, as reported by the server.

use serde::{Deserialize, Serialize};

/// A collection, as returned by [`Query::datatypes`](super::Query::datatypes). Unlike in rows, numbers are JSON
/// numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Datatype {
    /// The name in URLs.
    pub name: Box<str>,
    /// Whether it is missing from the server's documentation.
    #[serde(default)]
    pub hidden: bool,
    /// The number of rows.
    pub count: RowCount,
    /// What `c:resolve` can add to its rows.
    #[serde(default)]
    pub resolve_list: Vec<Box<str>>,
}

/// The number of rows of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RowCount {
    /// The number.
    Rows(u64),
    /// Unknown; the server writes `dynamic` or `?`.
    Text(Box<str>),
}
