//! Collections whose rows have an id or a name.

use std::{fmt, hash::Hash, time::Duration};

use super::{query::Query, row::Row, term::any_of};
use crate::{id::Id, ps2::Locale};

/// A collection whose rows have an id.
#[diagnostic::on_unimplemented(
    message = "no id leads to one row of `{Self}`",
    note = "search its rows: `client.find::<…>().filter(\"field\", value)`"
)]
pub trait Collection: Row {
    /// The type of the id.
    type Id: Id;
    /// The name of the field that holds the id.
    const ID_FIELD: &'static str;
    /// How many rows to cache, and for how long.
    const CACHE: Cache;

    /// The id of this row.
    fn id(&self) -> Self::Id;

    /// The id of the row to look up for this id: the same, except that events number the instances of a continent.
    fn key(id: Self::Id) -> Self::Id {
        id
    }

    /// The row for this id if the server has been seen to lack it.
    #[must_use]
    fn fallback(_: Self::Id) -> Option<Self> {
        None
    }

    /// A query for the row with this id.
    fn query(id: Self::Id) -> Query {
        Query::of::<Self>().filter(Self::ID_FIELD, Self::key(id))
    }

    /// A query for the rows with these ids.
    fn query_all(ids: &[Self::Id]) -> Query {
        let rows = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let ids = any_of(ids.iter().map(|id| Self::key(*id)));
        Query::of::<Self>().filter(Self::ID_FIELD, ids).up_to(rows.max(1))
    }
}

/// A collection whose rows can be found by a name. [`Display`](fmt::Display) writes it, in English if it can.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be found by a name",
    note = "look one up by its id, or search: `client.find::<…>().filter(\"field\", value)`"
)]
pub trait Named: Collection + fmt::Display {
    /// A query that finds the row with this name, ignoring case, and possibly others.
    fn by_name(name: &str, locale: Locale) -> Query;

    /// Whether the row has this name, ignoring case. Names that are the same in all languages ignore the language.
    fn is_called(&self, name: &str, locale: Locale) -> bool;
}

/// How many rows of a collection are cached, and for how long. The defaults are those of auraxium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    /// The number of rows.
    pub size: usize,
    /// How long a row is fresh; `None` is for ever.
    pub ttl: Option<Duration>,
}

impl Cache {
    /// Caches `size` rows for this many seconds; 0 is for ever.
    #[must_use]
    pub const fn new(size: usize, seconds: u64) -> Self {
        Self { size, ttl: if seconds == 0 { None } else { Some(Duration::from_secs(seconds)) } }
    }
}
