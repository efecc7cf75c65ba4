//! Queries to the REST API and their replies, without network access.
//!
//! A [`Query`] is checked and written as a URL. The server's response is a [`Reply`], which is decoded into an
//! [`Answer`] with typed rows, or into a [`Fault`] that explains what is wrong. [`Fetch`] is implemented by anything
//! that sends queries: a REST client, or a mock in a test.

mod check;
mod collection;
mod collection_info;
mod datatype;
mod fault;
mod fetch;
pub(crate) mod field;
mod join;
mod paging;
mod query;
mod query_error;
mod reply;
mod row;
#[cfg(feature = "test")]
mod select;
mod term;
mod url;
pub(crate) mod value;

pub use crate::extra::Extra;
pub use collection::{Cache, Collection, Named};
pub use collection_info::{CollectionInfo, FieldInfo};
pub use datatype::{Datatype, RowCount};
pub use fault::{Fault, FaultKind};
pub use fetch::Fetch;
pub(crate) use fetch::MAX_IDS;
pub use field::{Numbered, number};
pub(crate) use join::join_key;
pub use join::{Join, Tree};
pub use query::{MAX_LIMIT, Query};
pub use query_error::QueryError;
pub use reply::{Answer, Reply};
pub use row::Row;
pub use term::{Modifier, Test, ToValue, any_of, contains, eq, ge, gt, le, lt, ne, starts_with};
pub use url::{OFFICIAL_URL, Verb};
