//! Looking for several rows.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use auraxis_core::census::{Fetch, Query, Row, Test};
use futures_util::future::BoxFuture;

use super::{census::Census, error::Error, pages::Pages};

/// A search for rows of one type. Await it to get them, or ask for the [first](Self::first) one, for their
/// [number](Self::count), or for all of them in [pages](Self::pages).
#[must_use = "a search does nothing until it is awaited"]
pub struct Find<T> {
    census: Census,
    query: Query,
    row: PhantomData<fn() -> T>,
}

impl Census {
    /// A row whose field is so, if there is one. For more than one field, use [`find`](Self::find) and
    /// [`Find::first`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.find().filter(field, test).first().await
    }

    /// Several rows, at most 10 unless [`Find::limit`] says otherwise; [`Find::pages`] gives all. Say which with the
    /// methods of [`Find`], then await it.
    pub fn find<T: Row>(&self) -> Find<T> {
        Find::new(self.clone())
    }
}

impl<T: Row> Find<T> {
    fn new(census: Census) -> Self {
        Self { census, query: Query::of::<T>(), row: PhantomData }
    }

    /// Wants rows whose field is so; see [`Query::filter`].
    pub fn filter(self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.with(|query| query.filter(field, test))
    }

    /// Wants at most so many rows. By default 10; a collection that knows no limit gives all.
    pub fn limit(self, limit: u32) -> Self {
        self.with(|query| query.limit(limit))
    }

    /// Says more about the search: everything that a [`Query`] can.
    pub fn with(mut self, change: impl FnOnce(Query) -> Query) -> Self {
        self.query = change(self.query);
        self
    }

    /// The first row that is found, if any.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn first(self) -> Result<Option<T>, Error> {
        self.census.first(self.query.limit(1)).await
    }

    /// How many rows there are, whatever the limit and before inner joins leave some out.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this; if rows of the type cannot be counted.
    pub async fn count(self) -> Result<u64, Error> {
        self.census.count(self.query.bare()).await
    }

    /// All rows, so many at a time and at most 5,000, whatever the limit. Fewer if there is an inner join, which leaves
    /// rows out.
    ///
    /// Rows that come or go meanwhile may be missed or come twice; say how to sort, by an id if possible, so that
    /// others do not.
    ///
    /// Characters are spread over 20 databases, and both limit and start count in each of them: a page has up to 20
    /// times as many characters, and they are sorted within a page only.
    pub fn pages(self, rows: u32) -> Pages<T> {
        Pages::new(self.census, self.query, rows)
    }
}

impl<T: Row> IntoFuture for Find<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let query = if self.query.is_limited() { self.query } else { self.query.up_to(10) };
        Box::pin(async move { self.census.rows(query).await })
    }
}

impl<T> fmt::Debug for Find<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Find").field("query", &self.query).finish_non_exhaustive()
    }
}
