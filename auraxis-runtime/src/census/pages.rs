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
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use super::{Census, Error};

/// The collection that is spread over several databases.
const SPREAD: &str = "character";

/// The greatest number of rows that most collections give at once.
const LARGEST: u32 = 5000;

/// A collection may give fewer rows at once than are asked for. The numbers that are known end in three zeros.
const CUT: usize = 1000;

/// The pages of a search. It is a [`Stream`]; it asks for a page when one is wanted, and ends after the last row or an
/// error. No page is empty.
#[must_use = "a stream does nothing unless it is read"]
pub struct Pages<T>(BoxStream<'static, Result<Vec<T>, Error>>);

impl<T: Row> Pages<T> {
    pub(super) fn new(census: Census, query: Query, rows: u32) -> Self {
        let rows = rows.clamp(1, LARGEST);
        let query = if T::FACTS.name == SPREAD { query.limit(1).limit_per_db(rows) } else { query.up_to(rows) };
        let pages = try_unfold(Some(0), move |start| next(census.clone(), query.clone(), rows, start));
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

/// The next page that is not empty, and where the one after it starts.
async fn next<T: Row>(
    census: Census,
    query: Query,
    rows: u32,
    mut start: Option<u32>,
) -> Result<Option<(Vec<T>, Option<u32>)>, Error> {
    while let Some(at) = start {
        // How many rows the server has found tells whether there are more, so the inner joins must not drop any there.
        let found: Vec<Found<T>> = census.rows(query.clone().keep_unmatched().start(at)).await?;
        let is_full = found.len() >= rows as usize || (!found.is_empty() && found.len() % CUT == 0);
        // In a spread collection each database starts there.
        let step = if T::FACTS.name == SPREAD { rows } else { u32::try_from(found.len()).unwrap_or(u32::MAX) };
        start = if is_full && query.obeys("c:start") { at.checked_add(step) } else { None };
        let page: Vec<T> = found.into_iter().filter(|found| query.is_matched(&found.json)).map(|found| found.row).collect();
        if !page.is_empty() {
            return Ok(Some((page, start)));
        }
    }
    Ok(None)
}

/// A row, typed and as it came.
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
