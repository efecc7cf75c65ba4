//! The methods that a [`Client`] forwards to its [`Census`].

use auraxis_core::census::{Collection, Named, Query, Row, Test, Verb};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use crate::rest::{
    census::Census, error::Error, fetch::fetch_from_census, find::Find, wait_until_known::WaitUntilKnown,
};

impl Client {
    /// The REST client.
    #[must_use]
    pub fn census(&self) -> &Census {
        &self.shared.census
    }

    /// The row with this id, if there is one. See [`Census::get_by_id`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.census().get_by_id(id).await
    }

    /// The rows with these ids. See [`Census::get_by_ids`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        self.census().get_by_ids(ids).await
    }

    /// The row with this name, if there is one. See [`Census::get_by_name`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.census().get_by_name(name).await
    }

    /// A row in which this field passes the test, if there is one. See [`Census::get`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get<T: Row>(&self, field: &str, test: impl Into<Test>) -> Result<Option<T>, Error> {
        self.census().get(field, test).await
    }

    /// Searches for rows. See [`Census::find`].
    pub fn find<T: Row>(&self) -> Find<T> {
        self.census().find()
    }

    /// The rows that a query asks for. See [`Census::rows`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.census().rows(query).await
    }

    /// How many rows a query finds. See [`Census::count`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question, or if rows of the collection cannot be counted.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.census().count(query).await
    }

    /// The whole answer to a query. See [`Census::request`].
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer, or answers with an error message.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.census().request(query, verb).await
    }

    /// Waits until the server knows the row with this id. See [`Census::wait_until_known`].
    pub fn wait_until_known<T: Collection>(&self, id: impl Into<T::Id>) -> WaitUntilKnown<T> {
        self.census().wait_until_known(id)
    }
}

fetch_from_census!(Client);
