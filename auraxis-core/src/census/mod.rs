//! Questions to the REST API and their answers, without the network between them.
//!
//! A [`Query`] is checked and written as an address; what the server says to it is a [`Reply`], which reads as an
//! [`Answer`] with typed rows or as a [`Fault`] that says what is wrong. [`Fetch`] stands for whoever carries questions
//! and answers: a client, or a script in a test.

mod check;
mod datatype;
mod extra;
mod fault;
mod fetch;
pub(crate) mod field;
mod join;
pub(crate) mod node;
mod query;
mod reply;
mod row;
#[cfg(feature = "test")]
mod select;
mod term;
mod url;

pub use check::QueryError;
pub use datatype::{Datatype, RowCount};
pub use extra::Extra;
pub use fault::{Fault, FaultKind};
pub(crate) use fetch::AT_ONCE;
pub use fetch::Fetch;
pub use field::{Numbered, number};
pub(crate) use join::join_key;
pub use join::{Join, Tree};
pub use query::{AT_MOST, Query};
pub use reply::{Answer, Reply};
pub use row::{Cache, Collection, Facts, FieldFacts, Named, Row};
pub use term::{Modifier, Test, ToValue, any_of, contains, eq, ge, gt, le, lt, ne, starts_with};
pub use url::Verb;

/// The address of the official server.
pub const OFFICIAL: &str = "https://census.daybreakgames.com";
