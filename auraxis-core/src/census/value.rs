//! Reading of JSON values into types that may not be able to represent them.

use std::fmt;

use serde::{
    Deserialize as _, Deserializer,
    de::{
        DeserializeSeed, Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Number, Value};

/// How a value is read, depending on its JSON type. By default it is not.
pub(crate) trait Shape: Sized {
    type Value;

    /// Reads a string, number or boolean: the server writes numbers as strings, other servers as numbers.
    fn text(self, _: &str) -> Option<Self::Value> {
        None
    }

    /// Reads a list, or sets `received`.
    fn list<'de, A: SeqAccess<'de>>(
        self,
        list: A,
        received: &mut Option<Value>,
    ) -> Result<Option<Self::Value>, A::Error> {
        *received = Some(Value::deserialize(SeqAccessDeserializer::new(list))?);
        Ok(None)
    }

    /// Reads an object, or sets `received`.
    fn object<'de, A: MapAccess<'de>>(
        self,
        object: A,
        received: &mut Option<Value>,
    ) -> Result<Option<Self::Value>, A::Error> {
        *received = Some(Value::deserialize(MapAccessDeserializer::new(object))?);
        Ok(None)
    }
}

/// Reads a value of any JSON type. If the shape cannot represent it, the result is `None`, and `received` the value.
pub(crate) struct ValueReader<'a, S> {
    pub(crate) shape: S,
    pub(crate) received: &'a mut Option<Value>,
}

impl<S: Shape> ValueReader<'_, S> {
    #[inline]
    fn text(self, text: &str, received: impl FnOnce() -> Value) -> Option<S::Value> {
        let value = self.shape.text(text);
        if value.is_none() {
            *self.received = Some(received());
        }
        value
    }

    fn number(self, number: Number) -> Option<S::Value> {
        self.text(&number.to_string(), || Value::Number(number))
    }
}

impl<'de, S: Shape> DeserializeSeed<'de> for ValueReader<'_, S> {
    type Value = Option<S::Value>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape> Visitor<'de> for ValueReader<'_, S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        *self.received = Some(Value::Null);
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.text(if value { "1" } else { "0" }, || Value::Bool(value)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        let Some(number) = Number::from_f64(number) else { return self.visit_unit() };
        Ok(self.number(number))
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.text(text, || text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.shape.list(list, self.received)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        self.shape.object(object, self.received)
    }
}
