//! Rows of a collection.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    collection_info::CollectionInfo,
    fault::{Fault, FaultKind},
};
use crate::extra::Extra;

/// A row of a collection.
pub trait Row: Clone + fmt::Debug + DeserializeOwned + Serialize + Send + Sync + 'static {
    /// Information on the collection.
    const INFO: &'static CollectionInfo;

    /// Returns the received fields for which the type has no field.
    fn extra(&self) -> &Extra;

    /// Returns the row that a join or resolve has added at this key. For a join without `inject_at`, the key is
    /// `<on>_join_<collection>`. A dot leads into an object. Returns `None` if there was no match, or no such join.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not of this type.
    fn joined<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        self.extra().read(key).map_err(|source| {
            Fault::at(Self::INFO.name, FaultKind::Payload { what: format!("`{key}`: {source}").into() })
        })
    }

    /// Returns the rows that a join or resolve has added at this key: all rows of a join with `list`, otherwise a
    /// single row. Empty if there was no match.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not of this type.
    fn joined_list<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, Fault> {
        match self.extra().get(key) {
            Some(serde_json::Value::Array(_)) => Ok(self.joined(key)?.unwrap_or_default()),
            _ => Ok(self.joined(key)?.into_iter().collect()),
        }
    }
}
