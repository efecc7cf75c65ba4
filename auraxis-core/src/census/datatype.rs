//! Which collections exist, according to the server.

use serde::{Deserialize, Serialize};

/// A collection, as found by [`Query::datatypes`](super::Query::datatypes). Unlike in rows, numbers are numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Datatype {
    /// The name in URLs.
    pub name: Box<str>,
    /// Whether it is missing in the server's documentation.
    #[serde(default)]
    pub hidden: bool,
    /// How many rows it has.
    pub count: RowCount,
    /// What `c:resolve` can add to its rows.
    #[serde(default)]
    pub resolve_list: Vec<Box<str>>,
}

/// How many rows a collection has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RowCount {
    /// This many.
    Rows(u64),
    /// Unknown; the server writes `dynamic` or `?`.
    Text(Box<str>),
}
