//! Implements `Fetch` for types that have a `Census`.

/// Implements `Fetch` for a type with a `census` method.
macro_rules! fetch_from_census {
    ($name:ident) => {
        impl auraxis_core::census::Fetch for $name {
            type Error = $crate::census::Error;

            async fn rows<T: serde::de::DeserializeOwned + Send + 'static>(
                &self,
                query: auraxis_core::census::Query,
            ) -> Result<Vec<T>, Self::Error> {
                self.census().rows(query).await
            }

            async fn by_id<T: auraxis_core::census::Collection>(&self, id: T::Id) -> Result<Option<T>, Self::Error> {
                self.census().by_id(id).await
            }

            async fn by_ids<T: auraxis_core::census::Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Self::Error> {
                self.census().by_ids(ids).await
            }
        }
    };
}

pub(crate) use fetch_from_census;
