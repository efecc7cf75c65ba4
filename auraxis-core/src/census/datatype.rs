//! Which collections there are, as the server tells it.

use serde::{Deserialize, Serialize};

/// A collection, as [`Query::datatypes`](super::Query::datatypes) finds it. Unlike rows, it is not made of texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Datatype {
    /// The name in addresses.
    pub name: Box<str>,
    /// Whether the server's documentation leaves it out.
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
    /// So many.
    Rows(u64),
    /// The server does not say; it writes `dynamic` or `?`.
    Text(Box<str>),
}
