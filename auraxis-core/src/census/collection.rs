//! Collections whose rows have an id or a name.

use std::{fmt, hash::Hash, time::Duration};

use super::{query::Query, row::Row, term::any_of};
use crate::{id::Id, ps2::Locale};

/// A collection whose rows have an id.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be looked up by an id",
    note = "search its rows: `client.find::<{Self}>().filter(\"field\", value)`"
)]
pub trait Collection: Row {
    /// The type of the ids.
    type Id: Id;
    /// The name of the id field.
    const ID_FIELD: &'static str;
    /// How many rows to cache, and for how long.
    const CACHE: Cache;

    /// Returns the id of this row.
    fn id(&self) -> Self::Id;

    /// Maps an id to the id of the row to look up. This is the same id, except for zones: events contain zone ids with
    /// instance numbers.
    fn key(id: Self::Id) -> Self::Id {
        id
    }

    /// Returns the row for this id if the server is known not to have it.
    #[must_use]
    fn fallback(_: Self::Id) -> Option<Self> {
        None
    }

    /// Creates a query for the row with this id.
    fn query(id: Self::Id) -> Query {
        Query::of::<Self>().filter(Self::ID_FIELD, Self::key(id))
    }

    /// Creates a query for the rows with these ids.
    fn query_all(ids: &[Self::Id]) -> Query {
        let rows = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let ids = any_of(ids.iter().map(|id| Self::key(*id)));
        Query::of::<Self>().filter(Self::ID_FIELD, ids).limit_if_supported(rows.max(1))
    }
}

/// A collection whose rows can be found by name. [`Display`](fmt::Display) writes the name, in English if there is one.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be found by a name",
    note = "look one up by its id, or search: `client.find::<{Self}>().filter(\"field\", value)`"
)]
pub trait Named: Collection + fmt::Display {
    /// Creates a query that finds the row with this name, ignoring case. It may find other rows too.
    fn by_name(name: &str, locale: Locale) -> Query;

    /// Returns `true` if the row has this name, ignoring case. The locale is ignored for names that are not translated.
    fn is_called(&self, name: &str, locale: Locale) -> bool;
}

/// The number of cached rows of a collection, and their lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    /// The maximum number of rows.
    pub size: usize,
    /// The lifetime of a row; `None` means forever.
    pub ttl: Option<Duration>,
}

impl Cache {
    /// Creates a cache of `size` rows with a lifetime in seconds; 0 means forever.
    #[must_use]
    pub const fn new(size: usize, seconds: u64) -> Self {
        Self { size, ttl: if seconds == 0 { None } else { Some(Duration::from_secs(seconds)) } }
    }
}
