//! All rows of a search, a page at a time.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use auraxis_core::census::{Query, Row};
use futures_util::{
    Stream, StreamExt,
    stream::{BoxStream, try_unfold},
};

use super::{Census, Error};

/// The collection that is spread over several databases.
const SPREAD: &str = "character";

/// The pages of a search. It is a [`Stream`]; it asks for a page when one is wanted, and ends after the last row or an
/// error. No page is empty.
#[must_use = "a stream does nothing unless it is read"]
pub struct Pages<T>(BoxStream<'static, Result<Vec<T>, Error>>);

impl<T: Row> Pages<T> {
    pub(super) fn new(census: Census, query: Query, rows: u32) -> Self {
        let rows = rows.max(1);
        let query = if T::FACTS.name == SPREAD { query.limit(1).limit_per_db(rows) } else { query.limit(rows) };
        let pages = try_unfold(Some(0), move |start: Option<u32>| {
            let (census, query) = (census.clone(), query.clone());
            async move {
                let Some(start) = start else { return Ok(None) };
                let page: Vec<T> = census.rows(query.start(start)).await?;
                // A database that has more has filled its part of the page.
                let next = if page.len() < rows as usize { None } else { start.checked_add(rows) };
                Ok((!page.is_empty()).then_some((page, next)))
            }
        });
        Self(pages.boxed())
    }

    /// The next page; `None` after the last.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the page is fetched by the next call.
    pub async fn next(&mut self) -> Option<Result<Vec<T>, Error>> {
        self.0.next().await
    }
}

impl<T> Stream for Pages<T> {
    type Item = Result<Vec<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
