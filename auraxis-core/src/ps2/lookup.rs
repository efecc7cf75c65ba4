//! Loading related rows.
//!
//! Rows that the query has joined or resolved are used if they are complete. Other rows are requested: a single row by
//! its id, so that the client can cache it or batch the request; several rows by the field that they share.

use std::slice;

use serde_json::Value as Json;

use crate::{
    census::{Collection, Fetch, Join, MAX_LIMIT, Query, Row, ToValue, join_key},
    id::Id,
};

/// The maximum number of related rows.
const MAX_ROWS: usize = 100_000;

/// The field to which joins through a third collection add their rows.
const INJECTED: &str = "found";

/// Related rows that the query has added to a row.
#[derive(Clone, Copy)]
struct Joined<'a> {
    /// The field that was joined on.
    field: &'a str,
    /// The field that the joined rows share with this row, and its value: it is restored if the query hid it.
    own: Option<(&'a str, &'a str)>,
    /// The key of a resolve that adds the same rows, if it is not the name of their collection.
    resolved: Option<&'a str>,
}

impl Joined<'_> {
    /// Returns the rows, or `None` if they are missing or incomplete and have to be requested.
    ///
    /// Incomplete are rows without a required field that the query hid, rows that are only a name (added by some
    /// resolves), and a single row where there can be several (added by a join without `list`).
    fn rows<T: Row>(self, row: &impl Row, is_list: bool) -> Option<Vec<T>> {
        let join = join_key(self.field, T::INFO.name);
        let resolved = || row.extra().get(self.resolved.unwrap_or(T::INFO.name));
        let found = row.extra().get(&join).or_else(|| resolved().filter(|found| !self.is_name_of::<T>(found)))?;
        if is_list && !found.is_array() {
            return None;
        }
        let rows = match found {
            Json::Array(rows) => rows.as_slice(),
            row => slice::from_ref(row),
        };
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn is_name_of<T: Row>(&self, row: &Json) -> bool {
        let says_more = |field: &str| field != "name" && self.own.is_none_or(|(own, _)| own != field);
        T::INFO.fields.iter().any(|field| says_more(field.name))
            && row.as_object().is_some_and(|row| !row.keys().any(|field| says_more(field)))
    }

    fn read<T: Row>(&self, row: &Json) -> Option<T> {
        match self.own {
            Some((field, value)) if row.get(field).is_none() => {
                let mut row = row.as_object()?.clone();
                row.insert(field.to_owned(), value.into());
                T::deserialize(Json::Object(row)).ok()
            }
            _ => T::deserialize(row).ok(),
        }
    }
}

/// Loads the row with an id.
pub(super) async fn one<T: Collection, F: Fetch>(
    row: &impl Row,
    field: &str,
    id: Option<T::Id>,
    resolved: Option<&str>,
    census: &F,
) -> Result<Option<T>, F::Error> {
    match (joined(row, field, id, resolved), id) {
        (Some(found), _) => Ok(Some(found)),
        (None, Some(id)) => census.by_id(id).await,
        (None, None) => Ok(None),
    }
}

/// The row with an id, if the query has added it.
pub(super) fn joined<T: Collection>(
    row: &impl Row,
    field: &str,
    id: Option<T::Id>,
    resolved: Option<&str>,
) -> Option<T> {
    let id = id.map(|id| id.to_value());
    let source = Joined { field, own: id.as_deref().map(|id| (T::ID_FIELD, id)), resolved };
    source.rows(row, false)?.into_iter().next()
}

/// Loads the only row that shares a field with this one.
pub(super) async fn first<T: Row, F: Fetch>(
    row: &impl Row,
    field: &str,
    value: &str,
    resolved: Option<&str>,
    census: &F,
) -> Result<Option<T>, F::Error> {
    match (Joined { field, own: Some((field, value)), resolved }).rows(row, false) {
        Some(found) => Ok(found.into_iter().next()),
        None => census.first(Query::of::<T>().filter(field, value)).await,
    }
}

/// Loads the rows that share a field with this one.
pub(super) async fn many<T: Row, F: Fetch>(
    row: &impl Row,
    field: &str,
    value: Option<String>,
    resolved: Option<&str>,
    census: &F,
) -> Result<Vec<T>, F::Error> {
    let source = Joined { field, own: value.as_deref().map(|value| (field, value)), resolved };
    match (source.rows(row, true), value) {
        (Some(found), _) => Ok(found),
        (None, Some(value)) => all(Query::of::<T>().filter(field, value), census).await,
        (None, None) => Ok(Vec::new()),
    }
}

/// Loads the rows to which a third collection, which shares `field` with this row, refers with `on`; or the first of
/// them.
pub(super) async fn through<L: Row, T: Row, F: Fetch>(
    row: &impl Row,
    field: &str,
    value: Option<String>,
    on: &str,
    is_list: bool,
    census: &F,
) -> Result<Vec<T>, F::Error> {
    let source = Joined { field, own: value.as_deref().map(|value| (field, value)), resolved: None };
    let links: Vec<L> = source.rows(row, is_list).unwrap_or_default();
    // A query that joined the links has not necessarily joined their targets.
    let target = Joined { field: on, own: None, resolved: None };
    let found: Vec<T> = links.iter().filter_map(|link| target.rows(link, false)).flatten().collect();
    match value {
        _ if !found.is_empty() => Ok(found),
        Some(value) => linked::<L, T, F>(field, &value, on, census).await,
        None => Ok(Vec::new()),
    }
}

/// Loads the rows to which a third collection refers with `on`, from its rows whose `field` is `value`.
pub(super) async fn linked<L: Row, T: Row, F: Fetch>(
    field: &str,
    value: &str,
    on: &str,
    census: &F,
) -> Result<Vec<T>, F::Error> {
    // Fields are named after their id, except `attachment_item_id`.
    let to = on.strip_prefix("attachment_").unwrap_or(on);
    debug_assert!(L::INFO.has_field(on) && T::INFO.has_field(to), "{} {on} {to}", L::INFO.name);
    let join = Join::of::<T>().on(on).to(to).list().inject_at(INJECTED);
    let links: Vec<L> = all(Query::of::<L>().filter(field, value).join(join), census).await?;
    let mut found = Vec::with_capacity(links.len());
    for link in links {
        found.extend(link.joined_list::<T>(INJECTED)?);
    }
    Ok(found)
}

/// Loads all rows of a query, in as many requests as needed.
pub(super) async fn all<T: Row, F: Fetch>(query: Query, census: &F) -> Result<Vec<T>, F::Error> {
    let mut rows: Vec<T> = Vec::new();
    let mut next = Some(query.limit_if_supported(MAX_LIMIT));
    while let Some(query) = next.filter(|_| rows.len() < MAX_ROWS) {
        let page = census.rows(query.clone()).await?;
        next = query.next_page(page.len());
        rows.extend(page);
    }
    Ok(rows)
}

/// Generates methods that load related rows, from a table.
macro_rules! relations {
    ($( $from:ident { $( $(#[$doc:meta])* $kind:ident $method:ident($($path:tt)*); )* } )*) => {$(
        impl $from {$(
            $crate::ps2::lookup::relation! { $(#[$doc])* $kind $method($($path)*) }
        )*}
    )*

        /// Loads every relation of rows in which every field is 1, and returns their names.
        #[cfg(test)]
        async fn follow_all<F: Fetch>(census: &F) -> Result<Vec<&'static str>, F::Error> {
            let mut followed = Vec::new();
            $(
                let row: $from = $crate::ps2::table::full_row();
                $(
                    let _ = row.$method(census).await?;
                    followed.push(concat!(stringify!($from), "::", stringify!($method)));
                )*
            )*
            Ok(followed)
        }
    };
}

macro_rules! relation {
    ($(#[$doc:meta])* one $method:ident($field:ident -> $to:ident $(or $key:literal)?)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Returns an error if a request fails.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Option<$to>, F::Error> {
            let id = Option::from(self.$field);
            lookup::one(self, stringify!($field), id, lookup::resolved!($($key)?), census).await
        }
    };
    ($(#[$doc:meta])* many $method:ident($field:ident -> $to:ident $(or $key:literal)?)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Returns an error if a request fails.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Vec<$to>, F::Error> {
            let value = self.$field.text();
            lookup::many(self, stringify!($field), value, lookup::resolved!($($key)?), census).await
        }
    };
    ($(#[$doc:meta])* through $method:ident($field:ident, $link:ident.$on:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Returns an error if a request fails.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Vec<$to>, F::Error> {
            let value = self.$field.text();
            lookup::through::<$link, $to, F>(self, stringify!($field), value, stringify!($on), true, census).await
        }
    };
    ($(#[$doc:meta])* first $method:ident($field:ident, $link:ident.$on:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Returns an error if a request fails.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Option<$to>, F::Error> {
            let value = self.$field.text();
            let all = lookup::through::<$link, $to, F>(self, stringify!($field), value, stringify!($on), false, census);
            Ok(all.await?.into_iter().next())
        }
    };
}

/// The key of a resolve, as an `Option`.
macro_rules! resolved {
    () => {
        None
    };
    ($key:literal) => {
        Some($key)
    };
}

/// An id, or an optional one.
pub(super) trait Value {
    /// The value of a term.
    fn text(self) -> Option<String>;
}

impl<T: Id> Value for T {
    fn text(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: Id> Value for Option<T> {
    fn text(self) -> Option<String> {
        self.map(|id| id.to_string())
    }
}

pub(super) use {relation, relations, resolved};
