//! The methods that a [`Client`] forwards to its [`Census`].

use auraxis_core::census::{Collection, Named, Query, Row, Test, Verb};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use crate::rest::{
    census::Census, error::Error, fetch::fetch_from_census, find::Find, wait_until_known::WaitUntilKnown,
};

impl Client {
    /// Returns the REST client.
    #[must_use]
    pub fn census(&self) -> &Census {
        &self.shared.census
    }

    /// Returns the row with this id, if it exists. See [`Census::get_by_id`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.census().get_by_id(id).await
    }

    /// Returns the rows with these ids. See [`Census::get_by_ids`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        self.census().get_by_ids(ids).await
    }

    /// Returns the row with this name, if it exists. See [`Census::get_by_name`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.census().get_by_name(name).await
    }

    /// Returns a row in which the field passes the test, if there is one. See [`Census::get`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.census().get(field, test).await
    }

    /// Searches for rows. See [`Census::find`].
    pub fn find<T: Row>(&self) -> Find<T> {
        self.census().find()
    }

    /// Returns the rows that match a query. See [`Census::rows`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.census().rows(query).await
    }

    /// Returns the number of rows that match a query. See [`Census::count`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails, or if the collection does not support counting.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.census().count(query).await
    }

    /// Returns the complete response to a query. See [`Census::request`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails, or if the server responds with an error message.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.census().request(query, verb).await
    }

    /// Waits until the server has a row with this id. See [`Census::wait_until_known`].
    pub fn wait_until_known<T: Collection>(&self, id: impl Into<T::Id>) -> WaitUntilKnown<T> {
        self.census().wait_until_known(id)
    }
}

fetch_from_census!(Client);
