//! Whoever carries questions and answers.

use std::future::Future;

use serde::de::DeserializeOwned;

use super::{Collection, Fault, Query};

/// How many ids one address asks for: more would make it too long for some servers.
pub(crate) const AT_ONCE: usize = 100;

/// Something that answers queries: a REST client, or a script in a test.
///
/// The types of [`ps2`](crate::ps2) ask it for what they lead to, so that one `character.outfit(&client)` does for a
/// client that caches, batches and retries as well as for a test that has all answers ready.
pub trait Fetch: Sync {
    /// Why there is no answer: a [`Fault`], or whatever happens on the way.
    type Error: From<Fault> + Send;

    /// The rows that the query asks for.
    fn rows<T: DeserializeOwned + Send + 'static>(
        &self,
        query: Query,
    ) -> impl Future<Output = Result<Vec<T>, Self::Error>> + Send;

    /// The row with this id, if there is one. May be answered from memory, or together with others.
    fn by_id<T: Collection>(&self, id: T::Id) -> impl Future<Output = Result<Option<T>, Self::Error>> + Send;

    /// The rows with these ids, in whatever order; those that there are none for are left out. May be answered from
    /// memory, or together with others.
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
