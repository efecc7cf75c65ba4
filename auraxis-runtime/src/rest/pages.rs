//! All rows of a search, in pages.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use auraxis_core::census::{MAX_LIMIT, Query, Row};
use futures_util::{
    Stream, StreamExt,
    stream::{BoxStream, try_unfold},
};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use super::{census::Census, error::Error};

/// The collection that is spread over several databases.
const SHARDED: &str = "character";

/// A [`Stream`] of the pages of a search. It requests a page when it is polled, and ends after the last page or an
/// error. Pages are never empty.
#[must_use = "a stream does nothing unless it is read"]
pub struct Pages<T>(BoxStream<'static, Result<Vec<T>, Error>>);

impl<T: Row> Pages<T> {
    pub(super) fn new(census: Census, query: Query, rows: u32) -> Self {
        let rows = rows.clamp(1, MAX_LIMIT);
        let query =
            if T::INFO.name == SHARDED { query.limit(1).limit_per_db(rows) } else { query.limit_if_supported(rows) };
        Self(try_unfold(Some(query), move |query| next(census.clone(), query)).boxed())
    }

    /// Returns the next page, or `None` after the last.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: if the future is dropped, the next call requests the same page.
    pub async fn next(&mut self) -> Option<Result<Vec<T>, Error>> {
        self.0.next().await
    }
}

/// Returns the next page that is not empty, and the query for the one after it.
async fn next<T: Row>(census: Census, mut next: Option<Query>) -> Result<Option<(Vec<T>, Option<Query>)>, Error> {
    while let Some(query) = next {
        // The number of rows shows whether there are more, so inner joins must not remove any on the server.
        let found: Vec<Found<T>> = census.rows(query.clone().keep_unmatched()).await?;
        let is_matched = |found: Found<T>| query.is_matched(&found.json).then_some(found.row);
        let count = found.len();
        let page: Vec<T> = found.into_iter().filter_map(is_matched).collect();
        next = query.next_page(count);
        if !page.is_empty() {
            return Ok(Some((page, next)));
        }
    }
    Ok(None)
}

/// A row, deserialized and as raw JSON.
struct Found<T> {
    row: T,
    json: Box<RawValue>,
}

impl<'de, T: Row> Deserialize<'de> for Found<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let row = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
        Ok(Self { row, json })
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
