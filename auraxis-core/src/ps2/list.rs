//! Lists of objects within rows.

use std::{borrow::Cow, marker::PhantomData};

use serde::{
    Deserialize as _,
    de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

use crate::census::{
    field::{FieldFault, Fields, Nested, Object, Presence},
    value::{Shape, ValueReader},
};

/// A list that can be sent as its only item: some servers convert rows from XML, where one element looks the same as a
/// list of one.
pub(crate) struct OneOrMany;

/// An object that can be an item of a list.
pub(crate) trait ListItem: Object + Default + DeserializeOwned {
    /// The names of its fields on the wire. An object without any of them is not an item.
    const FIELDS: &'static [&'static str];
}

struct List<T>(&'static str, PhantomData<T>);

impl<T: ListItem> Shape for List<T> {
    type Value = Vec<T>;

    /// Empty lists stay in `extra`, so that they are written again, unlike missing ones.
    fn list<'de, A: SeqAccess<'de>>(
        self,
        mut list: A,
        received: &mut Option<Value>,
    ) -> Result<Option<Vec<T>>, A::Error> {
        let mut items = Vec::new();
        let mut other = None;
        while let Some(item) =
            list.next_element_seed(ValueReader { shape: Nested(PhantomData), received: &mut other })?
        {
            match other.take() {
                None | Some(Value::Object(_)) => items.push(item.unwrap_or_default()),
                other => return Err(A::Error::custom(FieldFault::new(self.0, other.as_ref()))),
            }
        }
        if items.is_empty() {
            *received = Some(Value::Array(Vec::new()));
            return Ok(None);
        }
        Ok(Some(items))
    }

    fn object<'de, A: MapAccess<'de>>(
        self,
        object: A,
        received: &mut Option<Value>,
    ) -> Result<Option<Vec<T>>, A::Error> {
        let object = Value::deserialize(MapAccessDeserializer::new(object))?;
        if T::FIELDS.iter().any(|field| object.get(field).is_some()) {
            return T::deserialize(object).map(|item| Some(vec![item])).map_err(A::Error::custom);
        }
        *received = Some(object);
        Ok(None)
    }
}

impl<T: ListItem> Presence<Vec<T>> for OneOrMany {
    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<Vec<T>>,
        name: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        fields.read(key, value, List(name, PhantomData))
    }

    fn missing() -> Option<Vec<T>> {
        Some(Vec::new())
    }

    fn put(value: &Vec<T>, name: &str, object: &mut Map<String, Value>) {
        if !value.is_empty() {
            let list = value.iter().map(|item| Value::Object(item.write())).collect();
            object.insert(name.to_owned(), Value::Array(list));
        }
    }
}
