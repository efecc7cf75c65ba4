//! Parsed JSON values that are moved into a struct field by field.
//!
//! Strings are borrowed from the body unless they contain escapes. A field that is read is taken; all other fields,
//! unknown or with an invalid value, become the row's [`Extra`].

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::extra::Extra;

pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Fields<'a>),
    /// The value has been moved into a field.
    Taken,
}

impl Node<'_> {
    /// Whether it is an empty list or an empty object.
    pub(crate) const fn is_empty(&self) -> bool {
        match self {
            Self::List(nodes) => nodes.is_empty(),
            Self::Object(fields) => fields.entries.is_empty(),
            _ => false,
        }
    }

    /// The value as text: the server writes numbers as strings, other servers as numbers.
    pub(crate) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "1" } else { "0" })),
            Self::Null | Self::List(_) | Self::Object(_) | Self::Taken => None,
        }
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Self {
        match node {
            Node::Null | Node::Taken => Self::Null,
            Node::Bool(value) => Self::Bool(value),
            Node::Number(number) => Self::Number(number),
            Node::Text(text) => Self::String(text.into_owned()),
            Node::List(nodes) => Self::Array(nodes.into_iter().map(Self::from).collect()),
            Node::Object(fields) => Self::Object(fields.into_map()),
        }
    }
}

/// The fields of an object in wire order.
pub(crate) struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, Node<'a>)>,
    /// Where to look for the next field first: the struct and the wire mostly have the same order.
    next: usize,
}

impl<'a> Fields<'a> {
    /// Returns the value of a field that has not been taken yet.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Node<'a>> {
        let (before, after) = self.entries.split_at(self.next.min(self.entries.len()));
        let found = |(key, node): &(Cow<'a, str>, Node<'a>)| key == name && !matches!(node, Node::Taken);
        let at = match after.iter().position(found) {
            Some(at) => before.len() + at,
            None => before.iter().position(found)?,
        };
        self.next = at + 1;
        self.entries.get_mut(at).map(|(_, node)| node)
    }

    /// Takes a field, unless `read` returns `None`.
    pub(crate) fn take<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let node = self.get_mut(name)?;
        let value = read(&node.scalar()?)?;
        *node = Node::Taken;
        Some(value)
    }

    /// Takes every field whose name is `stem` and a number.
    pub(crate) fn take_numbered(&mut self, stem: &str, mut read: impl FnMut(usize, &str) -> bool) {
        for (key, node) in &mut self.entries {
            let Some(number) = key.strip_prefix(stem).and_then(|digits| digits.parse().ok()) else { continue };
            if node.scalar().is_some_and(|text| read(number, &text)) {
                *node = Node::Taken;
            }
        }
    }

    pub(crate) fn into_extra(self) -> Extra {
        Extra::from(self.into_map())
    }

    fn into_map(self) -> Map<String, Value> {
        let left = self.entries.into_iter().filter(|(_, node)| !matches!(node, Node::Taken));
        left.map(|(key, node)| (key.into_owned(), node.into())).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Node::deserialize(deserializer)? {
            Node::Object(fields) => Ok(fields),
            _ => Err(D::Error::custom("expected a row, which is an object")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'de>, E> {
        Ok(Number::from_f64(number).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = seq.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut entries = Vec::with_capacity(16);
        while let Some((Key(key), node)) = map.next_entry()? {
            entries.push((key, node));
        }
        Ok(Node::Object(Fields { entries, next: 0 }))
    }
}

/// The name of a field, borrowed unless it contains escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
