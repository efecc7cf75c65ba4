//! The fields of an object in any format that serde supports.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::{RawValue, to_raw_value};

use super::fields::Fields;

/// Like [`Fields`], which can only borrow from JSON.
pub(crate) struct OwnedFields(Vec<(String, Box<RawValue>)>);

impl OwnedFields {
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields::new(self.0.iter().map(|(key, raw)| (key.as_str(), raw.get())))
    }
}

impl<'de> Deserialize<'de> for OwnedFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = OwnedFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the payload of an event")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OwnedFields, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some((key, value)) = map.next_entry::<String, serde_json::Value>()? {
                    fields.push((key, to_raw_value(&value).map_err(A::Error::custom)?));
                }
                Ok(OwnedFields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
