//! Sending queries.

use std::future::Future;

use serde::de::DeserializeOwned;

use super::{collection::Collection, fault::Fault, query::Query};

/// How many ids one URL holds: more would make it too long for some servers.
pub(crate) const AT_ONCE: usize = 100;

/// Answers queries: a REST client, or a script in a test.
///
/// The types of [`ps2`](crate::ps2) ask it for what they refer to. So `character.outfit(&client)` works with a client that
/// caches, batches and retries, and with a test that has all answers ready.
pub trait Fetch: Sync {
    /// Why there is no answer: a [`Fault`], or a failure of the network.
    type Error: From<Fault> + Send;

    /// The rows that the query asks for.
    fn rows<T: DeserializeOwned + Send + 'static>(
        &self,
        query: Query,
    ) -> impl Future<Output = Result<Vec<T>, Self::Error>> + Send;

    /// The row with this id, if there is one. It may be cached, or requested together with others.
    fn by_id<T: Collection>(&self, id: T::Id) -> impl Future<Output = Result<Option<T>, Self::Error>> + Send;

    /// The rows with these ids, in any order, without those that do not exist. They may be cached, or requested together
    /// with others.
    fn by_ids<T: Collection>(&self, ids: &[T::Id]) -> impl Future<Output = Result<Vec<T>, Self::Error>> + Send {
        async {
            let mut all = Vec::with_capacity(ids.len());
            for ids in ids.chunks(AT_ONCE) {
                all.extend(self.rows::<T>(T::query_all(ids)).await?);
            }
            Ok(all)
        }
    }

    /// The first row that the query finds, if any.
    fn first<T: DeserializeOwned + Send + 'static>(
        &self,
        query: Query,
    ) -> impl Future<Output = Result<Option<T>, Self::Error>> + Send {
        async { Ok(self.rows(query).await?.into_iter().next()) }
    }
}
