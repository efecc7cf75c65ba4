//! What a row holds besides the fields of its type.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The values of a row that no field of its type holds, as they came: unknown fields, joined and resolved rows, and empty
/// values such as `"NULL"` or an empty list. Often empty, and then free of cost.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// A field by its name on the wire; a dot leads into an object.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let first = self.0.as_ref()?.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }

    /// Deserializes a field. `None` if it is missing.
    ///
    /// # Errors
    ///
    /// Returns an error if the field cannot be deserialized.
    pub fn read<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, serde_json::Error> {
        self.get(path).map(T::deserialize).transpose()
    }

    /// All fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds the values, except where a field has a value since.
    pub(crate) fn put(&self, object: &mut Map<String, Value>) {
        for (name, value) in self.iter() {
            object.entry(name).or_insert_with(|| value.clone());
        }
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(fields: Map<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| Box::new(fields)))
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
