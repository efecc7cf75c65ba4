//! The fields of an object in any layout.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, value::RawValue};

use super::value::Value;
use crate::{
    event::fault::{FieldFault, excerpt},
    extra::Extra,
};

/// The keys and values of an object, as received.
pub(crate) struct Fields<'a>(Vec<Field<'a>>);

struct Field<'a> {
    key: Cow<'a, str>,
    /// The value as JSON.
    raw: &'a str,
    /// Whether a field of the struct holds the value.
    is_read: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(fields.map(|(key, raw)| Field { key: Cow::Borrowed(key), raw, is_read: false }).collect())
    }

    /// Reads an object of plain strings in any order, from its first key on, if exactly `tail` follows. Returns `None`
    /// for everything else, such as escapes, white space, numbers and nested values.
    pub(crate) fn plain(mut rest: &'a str, tail: &str) -> Option<Self> {
        let mut fields = Vec::with_capacity(16);
        loop {
            let (key, value) = plain_string(rest)?;
            let value = value.strip_prefix(':')?;
            let (_, after) = plain_string(value)?;
            let raw = &value[..value.len() - after.len()];
            fields.push(Field { key: Cow::Borrowed(key), raw, is_read: false });
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => return (after == tail).then_some(Self(fields)),
            }
        }
    }

    /// The raw value of a field, the last one of duplicates. `null` counts as missing.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.find(name).filter(|raw| *raw != "null")
    }

    /// Whether the field exists, even if it is `null`.
    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|field| field.key == name).map(|field| field.raw)
    }

    /// The text of a string, number or boolean.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        scalar(self.find(name)?)
    }

    /// Like [`text`](Self::text), but replaces lone surrogates.
    pub(crate) fn lossy_text(&self, name: &str) -> Option<Cow<'a, str>> {
        let raw = self.find(name)?;
        scalar(raw).or_else(|| raw.starts_with('"').then(|| decode_lossy(raw).into()))
    }

    /// Reads a field. Returns `None` if it is missing or `null`.
    pub(super) fn value<T: Value>(&mut self, name: &'static str) -> Result<Option<T>, FieldFault> {
        let Some(raw) = self.get(name) else { return Ok(None) };
        match scalar(raw).as_deref().and_then(T::parse) {
            Some(value) => {
                self.mark_read(name);
                Ok(Some(value))
            }
            None => Err(self.fault(name)),
        }
    }

    /// Why a field cannot be read.
    pub(crate) fn fault(&self, name: &str) -> FieldFault {
        match self.find(name) {
            Some(raw) => FieldFault::Value { field: name.into(), found: excerpt(raw) },
            None => FieldFault::Missing { field: name.into() },
        }
    }

    /// Marks a field as read.
    pub(crate) fn mark_read(&mut self, name: &str) {
        for field in &mut self.0 {
            field.is_read |= field.key == name;
        }
    }

    /// Returns an error if a field occurs more than once.
    pub(crate) fn check_duplicates(&self) -> Result<(), FieldFault> {
        let mut keys: Vec<&str> = self.0.iter().map(|field| &*field.key).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(FieldFault::Duplicate { field: pair[0].into() }),
            None => Ok(()),
        }
    }

    /// Whether this can only be the payload of an event, even without a usable name.
    pub(crate) fn is_event(&self) -> bool {
        ["event_name", "timestamp", "world_id"].iter().any(|name| self.has(name))
    }

    /// The fields that have not been read.
    pub(crate) fn to_extra(&self) -> Extra {
        Extra::from(map(self.0.iter().filter(|field| !field.is_read), DEPTH))
    }

    /// All fields, whether read or not.
    pub(crate) fn to_map(&self) -> Map<String, serde_json::Value> {
        map(self.0.iter(), DEPTH)
    }
}

/// The maximum depth of nested values; deeper values are kept as text.
const DEPTH: usize = 32;

fn map<'a>(fields: impl Iterator<Item = &'a Field<'a>>, depth: usize) -> Map<String, serde_json::Value> {
    fields.map(|field| (field.key.clone().into_owned(), to_value(field.raw, depth))).collect()
}

/// Converts a value without loss: a number that `serde_json` would round is kept as text.
fn to_value(raw: &str, depth: usize) -> serde_json::Value {
    use serde_json::Value::{Array, Number, Object, String};

    let text = || String(raw.to_owned());
    match raw.as_bytes() {
        [b'"', ..] => serde_json::from_str(raw).unwrap_or_else(|_| String(decode_lossy(raw))),
        [b'{' | b'[', ..] if depth == 0 => text(),
        [b'{', ..] => match serde_json::from_str(raw) {
            Ok(Fields(fields)) => Object(map(fields.iter(), depth - 1)),
            Err(_) => text(),
        },
        [b'[', ..] => match serde_json::from_str::<Vec<&RawValue>>(raw) {
            Ok(items) => Array(items.iter().map(|item| to_value(item.get(), depth - 1)).collect()),
            Err(_) => text(),
        },
        _ => match serde_json::from_str(raw) {
            Ok(Number(number)) if number.is_f64() && !raw.contains(['.', 'e', 'E']) => text(),
            // It is not always read as the nearest number, and then not read again as it was written.
            Ok(Number(number)) if number.to_string().parse().ok().as_ref() != Some(&number) => text(),
            Ok(value) => value,
            Err(_) => text(),
        },
    }
}

/// Returns what is between the quotes at the start, and the rest after them, if nothing in it is escaped.
fn plain_string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', text.as_bytes())?;
    let (content, rest) = (text.get(..end)?, text.get(end..)?.strip_prefix('"')?);
    // JSON forbids raw control characters in strings.
    content.bytes().all(|byte| byte >= 0x20).then_some((content, rest))
}

fn scalar(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes() {
        [b'"', text @ .., b'"'] if memchr::memchr(b'\\', text).is_none() => {
            raw.get(1..raw.len() - 1).map(Cow::Borrowed)
        }
        [b'"', ..] => serde_json::from_str::<CowStr<'_>>(raw).ok().map(|text| text.0),
        [b'{' | b'[', ..] | b"null" => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// A string that is borrowed unless it has escapes.
#[derive(Deserialize)]
struct CowStr<'a>(#[serde(borrow)] Cow<'a, str>);

/// Decodes a JSON string, with lone surrogates replaced by U+FFFD.
fn decode_lossy(raw: &str) -> String {
    serde_json::from_str(raw).map_or_else(|_| raw.to_owned(), |LossyStr(text)| text.into_owned())
}

/// Like [`CowStr`], with lone surrogates replaced by U+FFFD.
struct LossyStr<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for LossyStr<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = LossyStr<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<LossyStr<'de>, E> {
                str::from_utf8(bytes).map_or_else(|_| self.visit_bytes(bytes), |text| Ok(LossyStr(text.into())))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<LossyStr<'de>, E> {
                // `serde_json` writes a lone surrogate as three bytes (WTF-8); its replacement has three bytes as well.
                let mut bytes = bytes.to_vec();
                for at in 0..bytes.len() {
                    if let [first @ 0xED, second @ 0xA0..=0xBF, third, ..] = &mut bytes[at..] {
                        [*first, *second, *third] = [0xEF, 0xBF, 0xBD];
                    }
                }
                Ok(LossyStr(String::from_utf8_lossy(&bytes).into_owned().into()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some((LossyStr(key), raw)) = map.next_entry::<_, &'de RawValue>()? {
                    fields.push(Field { key, raw: raw.get(), is_read: false });
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
