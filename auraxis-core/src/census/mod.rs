//! Queries for the REST API and their answers, without the network.
//!
//! A [`Query`] is checked and written as a URL. What the server answers is a [`Reply`], which is read into an [`Answer`]
//! with typed rows, or into a [`Fault`] that says what is wrong. [`Fetch`] is implemented by whatever sends queries: a
//! client, or a script in a test.

mod check;
mod collection;
mod datatype;
mod extra;
mod facts;
mod fault;
mod fetch;
pub(crate) mod field;
mod join;
mod known;
pub(crate) mod node;
mod official;
mod query;
mod query_error;
mod reply;
mod row;
#[cfg(feature = "test")]
mod select;
mod term;
mod url;

pub use collection::{Cache, Collection, Named};
pub use datatype::{Datatype, RowCount};
pub use extra::Extra;
pub use facts::{Facts, FieldFacts};
pub use fault::{Fault, FaultKind};
pub(crate) use fetch::AT_ONCE;
pub use fetch::Fetch;
pub use field::{Numbered, number};
pub(crate) use join::join_key;
pub use join::{Join, Tree};
pub use official::OFFICIAL;
pub use query::{AT_MOST, Query};
pub use query_error::QueryError;
pub use reply::{Answer, Reply};
pub use row::Row;
pub use term::{Modifier, Test, ToValue, any_of, contains, eq, ge, gt, le, lt, ne, starts_with};
pub use url::Verb;
