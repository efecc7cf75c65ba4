//! Searches for rows.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use auraxis_core::census::{Fetch, Query, Row, Test};
use futures_util::future::BoxFuture;

use super::{census::Census, error::Error, pages::Pages};

/// A search for rows of one type. Await it for the rows, or call [`first`](Self::first), [`count`](Self::count) or
/// [`pages`](Self::pages).
#[must_use = "a search does nothing until it is awaited"]
pub struct Find<T> {
    census: Census,
    query: Query,
    row: PhantomData<fn() -> T>,
}

impl Census {
    /// A row in which this field passes the test, if there is one. For more than one field, use [`find`](Self::find)
    /// and [`Find::first`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.find().filter(field, test).first().await
    }

    /// Searches for rows: configure it with the methods of [`Find`], then await it. Finds 10 rows at most unless
    /// [`Find::limit`] says otherwise; [`Find::pages`] finds all.
    pub fn find<T: Row>(&self) -> Find<T> {
        Find::new(self.clone())
    }
}

impl<T: Row> Find<T> {
    fn new(census: Census) -> Self {
        Self { census, query: Query::of::<T>(), row: PhantomData }
    }

    /// Finds only rows in which this field passes the test. See [`Query::filter`].
    pub fn filter(self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.with(|query| query.filter(field, test))
    }

    /// Finds at most this many rows, by default 10. A collection without the command `c:limit` returns all.
    pub fn limit(self, limit: u32) -> Self {
        self.with(|query| query.limit(limit))
    }

    /// Changes the query, for everything else that a [`Query`] can do.
    pub fn with(mut self, change: impl FnOnce(Query) -> Query) -> Self {
        self.query = change(self.query);
        self
    }

    /// Finds the first row, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn first(self) -> Result<Option<T>, Error> {
        self.census.first(self.query.limit(1)).await
    }

    /// Counts the rows, whatever the limit, including those that inner joins leave out.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question, or if rows of the type cannot be counted.
    pub async fn count(self) -> Result<u64, Error> {
        self.census.count(self.query.for_count()).await
    }

    /// Finds all rows, in pages of this many rows, at most 5,000. A page is shorter if an inner join leaves rows out.
    ///
    /// Rows that appear or disappear meanwhile may be missed or found twice. Sort by an id, if possible, so that no others
    /// are.
    ///
    /// Characters are spread over 20 databases, in each of which limit and start count: a page has up to 20 times as many
    /// characters, and is sorted only within itself.
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
