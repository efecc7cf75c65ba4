//! How one row leads to others.
//!
//! What a query has joined or resolved already is used as it is. Everything else is asked: one row by its id, so that
//! the client may know it or ask for many at once; several rows by the field that they share.

use serde::de::DeserializeOwned;

use crate::{
    census::{Collection, Fetch, Join, Query, Row},
    id::Id,
};

/// The greatest number of rows that most collections give at once.
pub(super) const MANY: u32 = 5000;

/// Where a join through a third collection puts what it finds.
const FOUND: &str = "found";

/// What the server calls rows that it joined without being told where to put them.
fn join_key<T: Row>(field: &str) -> String {
    format!("{field}_join_{}", T::FACTS.name)
}

/// The rows that stand under the first of these keys that is there. Rows that lack what their type needs, because the
/// query hid it, are as good as none: they are asked for.
pub(super) fn joined<T: DeserializeOwned>(row: &impl Row, keys: &[&str]) -> Option<Vec<T>> {
    let key = keys.iter().find(|key| row.extra().get(key).is_some())?;
    row.joined_list(key).ok()
}

/// The row that an id leads to.
pub(super) async fn one<T: Collection, F: Fetch>(
    row: &impl Row,
    field: &str,
    id: Option<T::Id>,
    census: &F,
) -> Result<Option<T>, F::Error> {
    if let Some(found) = joined(row, &[&join_key::<T>(field), T::FACTS.name]) {
        return Ok(found.into_iter().next());
    }
    match id {
        Some(id) => census.by_id(id).await,
        None => Ok(None),
    }
}

/// The rows that share a field with this one.
pub(super) async fn many<T: Row, F: Fetch>(
    row: &impl Row,
    field: &str,
    value: Option<String>,
    census: &F,
) -> Result<Vec<T>, F::Error> {
    if let Some(found) = joined(row, &[&join_key::<T>(field)]) {
        return Ok(found);
    }
    match value {
        Some(value) => census.rows(Query::of::<T>().filter(field, value).limit(limit::<T>())).await,
        None => Ok(Vec::new()),
    }
}

/// The rows that a third collection, which shares `field` with this one, leads to with `on`.
pub(super) async fn through<L: Row, T: Row, F: Fetch>(
    field: &str,
    value: Option<String>,
    on: &str,
    census: &F,
) -> Result<Vec<T>, F::Error> {
    let Some(value) = value else { return Ok(Vec::new()) };
    // A field is called like the id that it holds, except `attachment_item_id`.
    let to = on.strip_prefix("attachment_").unwrap_or(on);
    debug_assert!(L::FACTS.has_field(on) && T::FACTS.has_field(to), "{} {on} {to}", L::FACTS.name);
    let join = Join::of::<T>().on(on).to(to).list().inject_at(FOUND);
    let links: Vec<L> = census.rows(Query::of::<L>().filter(field, value).limit(limit::<L>()).join(join)).await?;
    let mut all = Vec::with_capacity(links.len());
    for link in links {
        all.extend(link.joined_list::<T>(FOUND)?);
    }
    Ok(all)
}

/// Collections that know no limit give all rows.
fn limit<T: Row>() -> u32 {
    match T::FACTS.commands {
        Some(commands) if !commands.contains(&"c:limit") => 1,
        _ => MANY,
    }
}

/// Methods that lead from one type to others, from a table.
macro_rules! relations {
    ($( $from:ident { $( $(#[$doc:meta])* $kind:ident $method:ident($($way:tt)*); )* } )*) => {$(
        impl $from {$(
            $crate::ps2::follow::relation! { $(#[$doc])* $kind $method($($way)*) }
        )*}
    )*

        /// Follows every relation from a row in which every field is 1, and tells their names.
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
    ($(#[$doc:meta])* one $method:ident($field:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the source.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Option<$to>, F::Error> {
            follow::one(self, stringify!($field), Option::from(self.$field), census).await
        }
    };
    ($(#[$doc:meta])* many $method:ident($field:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the source.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Vec<$to>, F::Error> {
            follow::many(self, stringify!($field), self.$field.text(), census).await
        }
    };
    ($(#[$doc:meta])* through $method:ident($field:ident, $link:ident.$on:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the source.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Vec<$to>, F::Error> {
            follow::through::<$link, $to, F>(stringify!($field), self.$field.text(), stringify!($on), census).await
        }
    };
    ($(#[$doc:meta])* first $method:ident($field:ident, $link:ident.$on:ident -> $to:ident)) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Those of the source.
        pub async fn $method<F: Fetch>(&self, census: &F) -> Result<Option<$to>, F::Error> {
            let all = follow::through::<$link, $to, F>(
                stringify!($field),
                self.$field.text(),
                stringify!($on),
                census,
            );
            Ok(all.await?.into_iter().next())
        }
    };
}

/// An id, or perhaps one.
pub(super) trait Value {
    /// As it stands in a term.
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

pub(super) use {relation, relations};
