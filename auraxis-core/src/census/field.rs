//! Decoding and encoding of a row's fields.
//!
//! On the wire all values are strings; numbers and booleans are accepted too. `"NULL"` and values that a field's type
//! cannot represent (`"-1"` for an id) are `None` if the field is optional. Their text is kept in the row's
//! [`Extra`](super::Extra), so that no value is lost and a row serializes as it was received.

use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::value::{Shape, ValueReader};
use crate::{id::Id, time::Timestamp};

/// Deserializes a number, or another type with [`FromStr`], from a string or a number. For use in your own structs:
///
/// ```
/// # use auraxis_core as auraxis;
/// # use auraxis::{census::{Query, Reply}, id::OutfitId};
/// #[derive(serde::Deserialize)]
/// struct Size {
///     outfit_id: OutfitId,
///     #[serde(deserialize_with = "auraxis::census::number")]
///     member_count: u32,
/// }
///
/// let body = br#"{"outfit_list":[{"outfit_id":"37562651025751157","member_count":"520"}]}"#;
/// let answer = Reply::ok(body).rows::<Size>(&Query::new("outfit"))?;
/// assert_eq!(answer.rows[0].member_count, 520);
/// # Ok::<(), auraxis_core::census::Fault>(())
/// ```
///
/// # Errors
///
/// Returns an error if the value is neither a string nor a number, or cannot be parsed.
pub fn number<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    let shape = Text(|text: &str| text.parse().ok());
    let number = deserializer.deserialize_any(ValueReader { shape, received: &mut None })?;
    number.ok_or_else(|| D::Error::custom("expected a number or a string that contains one"))
}

/// A required field that is missing or has an invalid value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field `{field}` {}", match .found {
    Some(text) => format!("has an invalid value: {text}"),
    None => "is missing; name it in `show`, or decode the rows into a struct of your own".to_owned(),
})]
pub(crate) struct FieldFault {
    field: &'static str,
    /// The invalid value; `None` if the field is missing.
    found: Option<Box<str>>,
}

impl FieldFault {
    pub(crate) fn new(field: &'static str, found: Option<&Value>) -> Self {
        Self { field, found: found.map(|value| value.to_string().into()) }
    }
}

/// A value that is a single string on the wire.
pub(crate) trait Scalar: Sized {
    fn parse(text: &str) -> Option<Self>;
    fn text(&self) -> String;
}

impl<T: Id> Scalar for T {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

macro_rules! numbers {
    ($($number:ty: $valid:expr;)*) => {$(
        impl Scalar for $number {
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok().filter($valid)
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

numbers! {
    i32: |_| true;
    i64: |_| true;
    u32: |_| true;
    u64: |_| true;
    f64: |number: &f64| number.is_finite();
}

impl Scalar for bool {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    fn text(&self) -> String {
        u8::from(*self).to_string()
    }
}

impl Scalar for Timestamp {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(&self) -> String {
        self.0.to_string()
    }
}

impl Scalar for Box<str> {
    fn parse(text: &str) -> Option<Self> {
        (text != "NULL").then(|| text.into())
    }

    fn text(&self) -> String {
        self.as_ref().to_owned()
    }
}

/// A value that is read from its text.
struct Text<F>(F);

impl<T, F: FnOnce(&str) -> Option<T>> Shape for Text<F> {
    type Value = T;

    #[inline]
    fn text(self, text: &str) -> Option<T> {
        (self.0)(text)
    }
}

/// An object within a row, or the row itself.
pub(crate) trait Object: Sized {
    fn read<'de, A: MapAccess<'de>>(fields: &mut Fields<A>) -> Result<Self, A::Error>;
    fn write(&self) -> Map<String, Value>;
}

/// The fields of an object that is being read.
pub(crate) struct Fields<A> {
    object: A,
    is_empty: bool,
    /// Those that are unknown or have an invalid value; they become the [`Extra`](super::Extra).
    pub(crate) unread: Map<String, Value>,
}

/// The name of a field, borrowed unless it contains escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>> Fields<A> {
    fn new(object: A) -> Self {
        Self { object, is_empty: true, unread: Map::new() }
    }

    #[inline]
    pub(crate) fn next_key(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        let key = self.object.next_key()?;
        self.is_empty &= key.is_none();
        Ok(key.map(|Key(key)| key))
    }

    /// Reads the value of a field, unless it has one already.
    #[inline]
    pub(crate) fn read<S: Shape>(
        &mut self,
        key: Cow<'de, str>,
        value: &mut Option<S::Value>,
        shape: S,
    ) -> Result<(), A::Error> {
        if value.is_some() {
            return self.keep(key);
        }
        let mut received = None;
        *value = self.object.next_value_seed(ValueReader { shape, received: &mut received })?;
        if let Some(received) = received {
            self.unread.insert(key.into_owned(), received);
        }
        Ok(())
    }

    /// Keeps the value as received.
    pub(crate) fn keep(&mut self, key: Cow<'de, str>) -> Result<(), A::Error> {
        self.unread.insert(key.into_owned(), self.object.next_value()?);
        Ok(())
    }

    /// The value of a field after all have been read.
    pub(crate) fn finish<T, P: Presence<T>>(&self, name: &'static str, value: Option<T>) -> Result<T, A::Error> {
        let value = value.or_else(P::missing);
        value.ok_or_else(|| A::Error::custom(FieldFault::new(name, self.unread.get(name))))
    }
}

/// Reads a row.
pub(crate) struct RowVisitor<T>(pub(crate) PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for RowVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::read(&mut Fields::new(fields))
    }
}

/// An object that is not empty. Empty ones stay in `extra`, so that they are written again, unlike missing ones.
pub(crate) struct Nested<T>(pub(crate) PhantomData<T>);

impl<T: Object> Shape for Nested<T> {
    type Value = T;

    fn object<'de, A: MapAccess<'de>>(self, object: A, received: &mut Option<Value>) -> Result<Option<T>, A::Error> {
        let mut fields = Fields::new(object);
        let object = T::read(&mut fields)?;
        if fields.is_empty {
            *received = Some(Map::new().into());
            return Ok(None);
        }
        Ok(Some(object))
    }
}

/// Whether the field, or the fields with a number at the end, have this key.
pub(crate) fn is_named<T, P: Presence<T>>(name: &str, key: &str) -> bool {
    match P::NUMBERED {
        0 => name == key,
        _ => key.strip_prefix(name).is_some_and(|digits| digits.parse::<usize>().is_ok()),
    }
}

/// How a field of type `T` is read and written.
pub(crate) trait Presence<T> {
    /// Whether a row without it cannot be decoded.
    const REQUIRED: bool = false;
    /// The number of fields that it represents, named with a number at the end; 0 for ordinary fields.
    const NUMBERED: usize = 0;

    /// Reads the value at `key`, as [`Fields::read`] does.
    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<T>,
        name: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error>;

    /// The value of a missing field; `None` if it is required.
    fn missing() -> Option<T>;

    fn put(value: &T, name: &str, object: &mut Map<String, Value>);
}

/// As the type says: required, or `None` if it is missing.
pub(crate) struct Plain;

/// `"0"` is `None`.
pub(crate) struct OrZero;

/// A string that is empty if it is missing.
pub(crate) struct OrEmpty;

impl<T: Scalar> Presence<T> for Plain {
    const REQUIRED: bool = true;

    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<T>,
        _: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        fields.read(key, value, Text(T::parse))
    }

    fn missing() -> Option<T> {
        None
    }

    fn put(value: &T, name: &str, object: &mut Map<String, Value>) {
        object.insert(name.to_owned(), value.text().into());
    }
}

impl<T: Scalar> Presence<Option<T>> for Plain {
    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<Option<T>>,
        _: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        fields.read(key, value, Text(|text: &str| T::parse(text).map(Some)))
    }

    fn missing() -> Option<Option<T>> {
        Some(None)
    }

    fn put(value: &Option<T>, name: &str, object: &mut Map<String, Value>) {
        if let Some(value) = value {
            Self::put(value, name, object);
        }
    }
}

impl<T: Scalar> Presence<Option<T>> for OrZero {
    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<Option<T>>,
        _: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        let parse = |text: &str| if text == "0" { None } else { T::parse(text).map(Some) };
        fields.read(key, value, Text(parse))
    }

    fn missing() -> Option<Option<T>> {
        Some(None)
    }

    fn put(value: &Option<T>, name: &str, object: &mut Map<String, Value>) {
        Plain::put(value, name, object);
    }
}

impl Presence<Box<str>> for OrEmpty {
    fn read<'de, A: MapAccess<'de>>(
        value: &mut Option<Box<str>>,
        _: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        fields.read(key, value, Text(|text: &str| if text.is_empty() { None } else { Scalar::parse(text) }))
    }

    fn missing() -> Option<Box<str>> {
        Some(Box::default())
    }

    fn put(value: &Box<str>, name: &str, object: &mut Map<String, Value>) {
        if !value.is_empty() {
            Plain::put(value, name, object);
        }
    }
}

/// Fields whose names differ only by a number at the end, such as `param1` to `param14`.
///
/// What most of them mean depends on another row, the type: for example, `param1` of an `AbilityType` describes
/// `param1` of its abilities. `N` is the number of fields, and `WIDTH` the minimum number of digits in their names.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered<T, const N: usize, const WIDTH: usize = 1>([Option<T>; N]);

impl<T, const N: usize, const WIDTH: usize> Numbered<T, N, WIDTH> {
    /// Returns the value of the field with this number, starting at 1.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&T> {
        self.0.get(number.checked_sub(1)?)?.as_ref()
    }

    /// Returns an iterator over the existing values and their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().enumerate().filter_map(|(at, value)| Some((at + 1, value.as_ref()?)))
    }
}

impl<T, const N: usize, const WIDTH: usize> Default for Numbered<T, N, WIDTH> {
    fn default() -> Self {
        Self([const { None }; N])
    }
}

impl<T: Scalar, const N: usize, const WIDTH: usize> Presence<Numbered<T, N, WIDTH>> for Plain {
    const NUMBERED: usize = N;

    fn read<'de, A: MapAccess<'de>>(
        all: &mut Option<Numbered<T, N, WIDTH>>,
        name: &'static str,
        key: Cow<'de, str>,
        fields: &mut Fields<A>,
    ) -> Result<(), A::Error> {
        let number = key.strip_prefix(name).and_then(|digits| digits.parse::<usize>().ok());
        match number.and_then(|number| all.get_or_insert_default().0.get_mut(number.checked_sub(1)?)) {
            Some(value) => fields.read(key, value, Text(T::parse)),
            None => fields.keep(key),
        }
    }

    fn missing() -> Option<Numbered<T, N, WIDTH>> {
        Some(Numbered::default())
    }

    fn put(all: &Numbered<T, N, WIDTH>, name: &str, object: &mut Map<String, Value>) {
        for (number, value) in all.iter() {
            Self::put(value, &format!("{name}{number:0WIDTH$}"), object);
        }
    }
}

impl<T: fmt::Display, const N: usize, const WIDTH: usize> fmt::Display for Numbered<T, N, WIDTH> {
    /// Writes the existing values, separated by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (_, value)) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}
