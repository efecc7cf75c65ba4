//! Searches for rows.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use auraxis_core::census::{Fetch, Query, Row, Test};
use futures_util::future::BoxFuture;

use super::{census::Census, error::Error, pages::Pages};

/// A search for rows of one type. Await it to get the rows, or call [`first`](Self::first), [`count`](Self::count) or
/// [`pages`](Self::pages).
#[must_use = "a search does nothing until it is awaited"]
pub struct Find<T> {
    census: Census,
    query: Query,
    row: PhantomData<fn() -> T>,
}

impl Census {
    /// Returns a row in which the field passes the test, or `None` if there is no such row. To test more than one
    /// field, use [`find`](Self::find) and [`Find::first`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.find().filter(field, test).first().await
    }

    /// Searches for rows: configure the search with the methods of [`Find`], then await it. It returns at most 10 rows
    /// unless [`Find::limit`] is set; [`Find::pages`] returns all.
    pub fn find<T: Row>(&self) -> Find<T> {
        Find::new(self.clone())
    }
}

impl<T: Row> Find<T> {
    fn new(census: Census) -> Self {
        Self { census, query: Query::of::<T>(), row: PhantomData }
    }

    /// Adds a condition: the field must pass the test. See [`Query::filter`].
    pub fn filter(self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.with(|query| query.filter(field, test))
    }

    /// Sets the maximum number of rows. Default: 10. Collections that do not support `c:limit` return all rows.
    pub fn limit(self, limit: u32) -> Self {
        self.with(|query| query.limit(limit))
    }

    /// Changes the underlying [`Query`], for everything that `Find` has no method for.
    pub fn with(mut self, change: impl FnOnce(Query) -> Query) -> Self {
        self.query = change(self.query);
        self
    }

    /// Returns the first row, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn first(self) -> Result<Option<T>, Error> {
        self.census.first(self.query.limit(1)).await
    }

    /// Counts the rows. Ignores the limit and inner joins.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails, or if the collection does not support counting.
    pub async fn count(self) -> Result<u64, Error> {
        self.census.count(self.query.for_count()).await
    }

    /// Returns all rows, in pages of this many rows (at most 5,000). A page is shorter if an inner join excludes rows.
    ///
    /// If rows are added or removed in the meantime, other rows may be missed or returned twice. To avoid that, sort by
    /// an id if possible.
    ///
    /// Characters are spread over 20 databases, and the server applies the page size to each of them: a page has up to
    /// 20 times as many characters, and only the characters within a page are sorted.
    pub fn pages(self, rows: u32) -> Pages<T> {
        Pages::new(self.census, self.query, rows)
    }
}

impl<T: Row> IntoFuture for Find<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let query = if self.query.is_limited() { self.query } else { self.query.limit_if_supported(10) };
        Box::pin(async move { self.census.rows(query).await })
    }
}

impl<T> fmt::Debug for Find<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Find").field("query", &self.query).finish_non_exhaustive()
    }
}
