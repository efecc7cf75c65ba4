//! What a [`Client`] passes on to its [`Census`].

use auraxis_core::census::{Collection, Named, Query, Row, Test, Verb};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Census, Error, Find, WhenKnown};
use crate::client::client::Client;

impl Client {
    /// The REST part of the client.
    #[must_use]
    pub fn census(&self) -> &Census {
        &self.shared.census
    }

    /// The row with this id, if there is one. See [`Census::get_by_id`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.census().get_by_id(id).await
    }

    /// The rows with these ids. See [`Census::get_by_ids`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        self.census().get_by_ids(ids).await
    }

    /// The row with this name, if there is one. See [`Census::get_by_name`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.census().get_by_name(name).await
    }

    /// A row whose field is so, if there is one. See [`Census::get`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.census().get(field, test).await
    }

    /// Several rows. See [`Census::find`].
    pub fn find<T: Row>(&self) -> Find<T> {
        self.census().find()
    }

    /// The rows that a query asks for. See [`Census::rows`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.census().rows(query).await
    }

    /// How many rows a query finds. See [`Census::count`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this; if rows of the collection cannot be counted.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.census().count(query).await
    }

    /// The whole answer to a query. See [`Census::request`].
    ///
    /// # Errors
    ///
    /// If the server does not answer, or with an error.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.census().request(query, verb).await
    }

    /// The row with this id, as soon as the server knows it. See [`Census::when_known`].
    pub fn when_known<T: Collection>(&self, id: impl Into<T::Id>) -> WhenKnown<T> {
        self.census().when_known(id)
    }
}

/// What has a [`Census`] can be asked like one.
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

fetch_from_census!(Client);

#[cfg(feature = "test")]
pub(crate) use fetch_from_census;
