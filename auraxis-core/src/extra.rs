//! The fields of an event or a row that its struct does not have.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of an event or a row for which its struct has no field, as received.
///
/// - In an event: unknown fields, and fields that were `null` (`None` in the struct).
/// - In a row of a collection: unknown fields, joined and resolved rows, and empty values such as `"NULL"` or an empty
///   list.
///
/// It is usually empty, and then costs nothing.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// Returns a field by its name on the wire. A dot leads into an object, unless a field has exactly this name.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let fields = self.0.as_ref()?;
        let nested = || {
            let mut names = path.split('.');
            let first = fields.get(names.next()?)?;
            names.try_fold(first, |value, name| value.get(name))
        };
        fields.get(path).or_else(nested)
    }

    /// Deserializes a field. Returns `None` if it is missing.
    ///
    /// # Errors
    ///
    /// Returns an error if the field cannot be deserialized.
    pub fn read<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, serde_json::Error> {
        self.get(path).map(T::deserialize).transpose()
    }

    /// Returns an iterator over all fields, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().flat_map(|fields| fields.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// Returns `true` if there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Adds the fields to an object, except those that it has already.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dot_leads_into_an_object_unless_a_field_has_this_name() {
        let Value::Object(fields) = json!({ "name": { "first": "Higby", "last": 1 }, "name.last": 2 }) else {
            unreachable!("the value is an object")
        };
        let extra = Extra::from(fields);
        assert_eq!(extra.get("name.first"), Some(&json!("Higby")));
        assert_eq!(extra.get("name.last"), Some(&json!(2)));
        assert_eq!((extra.get("name.first.x"), extra.get("first")), (None, None));
    }
}
