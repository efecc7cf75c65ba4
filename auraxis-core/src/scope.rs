//! A set of values that can be "all".

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The entry that means "all" in each of the three lists of a subscription.
pub(crate) const ALL: &str = "all";

/// A set of values, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope<T> {
    /// All values, known or unknown.
    All,
    /// Only these values; an empty set means none.
    Only(BTreeSet<T>),
}

impl<T: Ord> Scope<T> {
    /// Returns an empty scope.
    #[must_use]
    pub const fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Returns `true` if the scope contains the value.
    pub fn contains(&self, value: &T) -> bool {
        match self {
            Self::All => true,
            Self::Only(values) => values.contains(value),
        }
    }

    /// Returns `true` if the scope is empty.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Only(values) if values.is_empty())
    }

    /// Returns `true` if the scope is [`All`](Self::All).
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

impl<T: Ord + fmt::Display> Scope<T> {
    /// Describes the scope: `all worlds`, `worlds 1, 40`, `1201 worlds`.
    #[must_use]
    pub fn of(&self, what: &str) -> String {
        match self {
            Self::All => format!("all {what}"),
            Self::Only(values) if values.is_empty() => format!("no {what}"),
            Self::Only(values) if values.len() > 8 => format!("{} {what}", values.len()),
            Self::Only(values) => {
                format!("{what} {}", values.iter().map(T::to_string).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Returns the list that the server has for this scope. For all values, it contains the `known` ones too.
    pub(crate) fn texts(&self, known: &[T]) -> BTreeSet<String> {
        match self {
            Self::All => known.iter().map(T::to_string).chain([ALL.into()]).collect(),
            Self::Only(values) => values.iter().map(T::to_string).collect(),
        }
    }
}

impl<T: Ord + Clone> Scope<T> {
    /// Adds the values of another scope.
    pub fn extend(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Only(mine), Self::Only(others)) => mine.extend(others.iter().cloned()),
            (Self::Only(_), Self::All) => *self = Self::All,
            (Self::All, _) => {}
        }
    }
}

impl<T: Ord> FromIterator<T> for Scope<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Only(values.into_iter().collect())
    }
}

impl<T: Ord + FromStr> Scope<T> {
    /// Reads a list as the server has it: values, or `all`. Other texts are skipped.
    pub(crate) fn from_texts(texts: &BTreeSet<String>) -> Self {
        if texts.contains(ALL) { Self::All } else { texts.iter().filter_map(|text| text.parse().ok()).collect() }
    }
}

impl<T: Ord + fmt::Display> Serialize for Scope<T> {
    /// Serializes a list of strings, or `["all"]`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts(&[]).serialize(serializer)
    }
}

impl<'de, T: Ord + FromStr> Deserialize<'de> for Scope<T> {
    /// Deserializes a list of strings. Those that are no value are skipped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeSet::deserialize(deserializer).map(|texts| Self::from_texts(&texts))
    }
}
