//! Decoding and encoding of a row's fields.
//!
//! On the wire all values are strings; numbers and booleans are accepted too. `"NULL"` and values that a field's type
//! cannot represent (`"-1"` for an id) are `None` if the field is optional. Their text is kept in the row's
//! [`Extra`](super::Extra), so that no value is lost and a row serializes as it was received.

use std::{fmt, mem, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::node::{Fields, Node};
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
    let node = Node::deserialize(deserializer)?;
    let number = node.scalar().and_then(|text| text.parse().ok());
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

/// An object within a row, or the row itself.
pub(crate) trait Object: Sized {
    fn read(fields: Fields<'_>) -> Result<Self, FieldFault>;
    fn write(&self) -> Map<String, Value>;
}

/// The type of a field: how it is taken from an object and added to one.
pub(crate) trait Field: Sized {
    /// Whether a row without it cannot be decoded.
    const REQUIRED: bool = false;
    /// The number of fields that it represents, named with a number at the end; 0 for ordinary fields.
    const NUMBERED: usize = 0;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldFault>;
    fn put(&self, name: &str, object: &mut Map<String, Value>);
}

impl<T: Scalar> Field for T {
    const REQUIRED: bool = true;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldFault> {
        fields.take(name, T::parse).ok_or_else(|| FieldFault {
            field: name,
            found: fields.get_mut(name).map(|node| Value::from(mem::replace(node, Node::Taken)).to_string().into()),
        })
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        object.insert(name.to_owned(), self.text().into());
    }
}

impl<T: Scalar> Field for Option<T> {
    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldFault> {
        Ok(fields.take(name, T::parse))
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        if let Some(value) = self {
            value.put(name, object);
        }
    }
}

impl<T: Object> Field for Vec<T> {
    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldFault> {
        match fields.get_mut(name) {
            // Empty lists stay in `extra`, so that they are written again, unlike missing ones.
            Some(node @ Node::List(_)) if !node.is_empty() => {
                let Node::List(nodes) = mem::replace(node, Node::Taken) else { return Ok(Self::new()) };
                let object = |node| match node {
                    Node::Object(fields) => T::read(fields),
                    other => Err(FieldFault { field: name, found: Some(Value::from(other).to_string().into()) }),
                };
                nodes.into_iter().map(object).collect()
            }
            _ => Ok(Self::new()),
        }
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        if !self.is_empty() {
            let list = self.iter().map(|item| Value::Object(item.write())).collect();
            object.insert(name.to_owned(), Value::Array(list));
        }
    }
}

/// Takes a nested object; one that is missing or empty is the default.
pub(crate) fn take_object<T: Object + Default>(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault> {
    match fields.get_mut(name) {
        Some(node @ Node::Object(_)) if !node.is_empty() => match mem::replace(node, Node::Taken) {
            Node::Object(inner) => T::read(inner),
            _ => Ok(T::default()),
        },
        _ => Ok(T::default()),
    }
}

/// Adds a nested object, unless it is empty.
pub(crate) fn put_object(value: &impl Object, name: &str, object: &mut Map<String, Value>) {
    let inner = value.write();
    if !inner.is_empty() {
        object.insert(name.to_owned(), Value::Object(inner));
    }
}

/// Whether and how a field can be empty.
pub(crate) trait Presence<T> {
    const REQUIRED: bool;
    const NUMBERED: usize;
    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault>;
    fn put(value: &T, name: &str, object: &mut Map<String, Value>);
}

/// As implemented by the field's type.
pub(crate) struct Plain;

/// `"0"` is `None`.
pub(crate) struct OrZero;

/// A string that is empty if it is missing.
pub(crate) struct OrEmpty;

impl<T: Field> Presence<T> for Plain {
    const REQUIRED: bool = T::REQUIRED;
    const NUMBERED: usize = T::NUMBERED;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault> {
        T::take(fields, name)
    }

    fn put(value: &T, name: &str, object: &mut Map<String, Value>) {
        value.put(name, object);
    }
}

impl<T: Scalar> Presence<Option<T>> for OrZero {
    const REQUIRED: bool = false;
    const NUMBERED: usize = 0;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<T>, FieldFault> {
        Ok(fields.take(name, |text| if text == "0" { None } else { T::parse(text) }))
    }

    fn put(value: &Option<T>, name: &str, object: &mut Map<String, Value>) {
        value.put(name, object);
    }
}

impl Presence<Box<str>> for OrEmpty {
    const REQUIRED: bool = false;
    const NUMBERED: usize = 0;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Box<str>, FieldFault> {
        let text = |text: &str| if text.is_empty() { None } else { Scalar::parse(text) };
        Ok(fields.take(name, text).unwrap_or_default())
    }

    fn put(value: &Box<str>, name: &str, object: &mut Map<String, Value>) {
        if !value.is_empty() {
            Field::put(value, name, object);
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

impl<T: Scalar, const N: usize, const WIDTH: usize> Field for Numbered<T, N, WIDTH> {
    const NUMBERED: usize = N;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldFault> {
        let mut all = Self::default();
        fields.take_numbered(name, |number, text| {
            let place = number.checked_sub(1).and_then(|at| all.0.get_mut(at));
            let (Some(place), Some(value)) = (place, T::parse(text)) else { return false };
            *place = Some(value);
            true
        });
        Ok(all)
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        for (number, value) in self.iter() {
            value.put(&format!("{name}{number:0WIDTH$}"), object);
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
