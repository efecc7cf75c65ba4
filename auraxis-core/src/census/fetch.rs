//! Sending queries.

use std::future::Future;

use serde::de::DeserializeOwned;

use super::{collection::Collection, fault::Fault, query::Query};

/// The maximum number of ids in one URL; more would make it too long for some servers.
pub(crate) const MAX_IDS: usize = 100;

/// Executes queries: a REST client, or a mock in a test.
///
/// The types of [`ps2`](crate::ps2) use it to load related rows. Therefore `character.outfit(&client)` works with a
/// client that caches, batches and retries, and with a mock that contains prepared rows.
pub trait Fetch: Sync {
    /// The reason why a query failed: a [`Fault`], or a network error.
    type Error: From<Fault> + Send;

    /// Returns the rows of a query.
    fn rows<T: DeserializeOwned + Send + 'static>(
        &self,
        query: Query,
    ) -> impl Future<Output = Result<Vec<T>, Self::Error>> + Send;

    /// Returns the row with this id, if it exists. The row can come from a cache, or be requested together with others.
    fn by_id<T: Collection>(&self, id: T::Id) -> impl Future<Output = Result<Option<T>, Self::Error>> + Send;

    /// Returns the rows with these ids that exist, in any order. The rows can come from a cache, or be requested
    /// together with others.
    fn by_ids<T: Collection>(&self, ids: &[T::Id]) -> impl Future<Output = Result<Vec<T>, Self::Error>> + Send {
        async {
            let mut all = Vec::with_capacity(ids.len());
            for ids in ids.chunks(MAX_IDS) {
                all.extend(self.rows::<T>(T::query_all(ids)).await?);
            }
            Ok(all)
        }
    }

    /// Returns the first row of a query, if there is one.
    fn first<T: DeserializeOwned + Send + 'static>(
        &self,
        query: Query,
    ) -> impl Future<Output = Result<Option<T>, Self::Error>> + Send {
        async { Ok(self.rows(query).await?.into_iter().next()) }
    }
}
