//! A row of a collection.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    extra::Extra,
    facts::Facts,
    fault::{Fault, FaultKind},
};

/// A row of a collection.
pub trait Row: Clone + fmt::Debug + DeserializeOwned + Serialize + Send + Sync + 'static {
    /// What is known of the collection.
    const FACTS: &'static Facts;

    /// What the row holds besides the fields of the type.
    fn extra(&self) -> &Extra;

    /// The row that a join or a resolve has added under this key; without `inject_at`, the key is
    /// `<field>_join_<collection>`. A dot leads into an object. `None` if the join found no match or the query had none.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not of this type.
    fn joined<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        self.extra().read(key).map_err(|source| {
            Fault::at(Self::FACTS.name, FaultKind::Payload { what: format!("`{key}`: {source}").into() })
        })
    }

    /// The rows that a join or a resolve has added under this key: those of a join with `list`, or the one row of a join
    /// without. Empty if the join found no match.
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
