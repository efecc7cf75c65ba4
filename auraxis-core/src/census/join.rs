//! Joins, and trees: lists turned into objects.

use std::borrow::Cow;

use serde_json::Value;

use super::{row::Row, term::Test};

/// Adds rows of another collection to each row of a [`Query`](super::Query).
///
/// Without [`on`](Self::on), the server joins on the id that both collections have. Joined rows are added as the field
/// `<on>_join_<collection>`, or as the field set with [`inject_at`](Self::inject_at). Read them with [`Row::joined`].
/// If there is no match, the field is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Join {
    pub(super) collection: Cow<'static, str>,
    pub(super) on: Option<String>,
    pub(super) to: Option<String>,
    pub(super) list: bool,
    pub(super) inner: bool,
    pub(super) show: Vec<String>,
    pub(super) hide: Vec<String>,
    pub(super) inject_at: Option<String>,
    pub(super) terms: Vec<(String, Test)>,
    pub(super) joins: Vec<Self>,
}

impl Join {
    /// Joins a collection by name.
    pub fn new(collection: impl Into<Cow<'static, str>>) -> Self {
        Self {
            collection: collection.into(),
            on: None,
            to: None,
            list: false,
            inner: false,
            show: Vec::new(),
            hide: Vec::new(),
            inject_at: None,
            terms: Vec::new(),
            joins: Vec::new(),
        }
    }

    /// Joins the collection of a type.
    pub fn of<T: Row>() -> Self {
        Self::new(T::INFO.name)
    }

    /// Sets the field of the outer row to join on. Default: the id that both collections have.
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.on = Some(field.into());
        self
    }

    /// Sets the field of the joined row to join on. Default: the field of the same name.
    pub fn to(mut self, field: impl Into<String>) -> Self {
        self.to = Some(field.into());
        self
    }

    /// Joins all matching rows as a list, instead of the first one.
    pub const fn list(mut self) -> Self {
        self.list = true;
        self
    }

    /// Makes this an inner join: outer rows without a match are omitted.
    pub const fn inner(mut self) -> Self {
        self.inner = true;
        self
    }

    /// Returns only these fields of the joined rows.
    pub fn show<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.show.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Omits these fields from the joined rows.
    pub fn hide<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.hide.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Sets the field of the outer row to which the joined rows are added. Default: `<on>_join_<collection>`.
    pub fn inject_at(mut self, field: impl Into<String>) -> Self {
        self.inject_at = Some(field.into());
        self
    }

    /// Joins only rows in which this field passes the test. Text searches and tests for several values are not
    /// supported: their syntax conflicts with that of joins.
    pub fn filter(mut self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.terms.push((field.into(), test.into()));
        self
    }

    /// Joins rows of a third collection to the joined rows. Can be repeated.
    pub fn join(mut self, join: Self) -> Self {
        self.joins.push(join);
        self
    }

    /// Whether the row contains rows of this join.
    pub(super) fn is_in(&self, row: &Value) -> bool {
        match (&self.inject_at, &self.on) {
            (Some(path), _) => path.split('.').try_fold(row, |value, name| value.get(name)).is_some(),
            (None, Some(on)) => row.get(join_key(on, &self.collection)).is_some(),
            // The server has chosen the field.
            (None, None) => {
                let end = join_key("", &self.collection);
                row.as_object().is_some_and(|row| row.keys().any(|key| key.ends_with(&end)))
            }
        }
    }
}

/// The default field of joined rows, without [`inject_at`](Join::inject_at).
pub(crate) fn join_key(on: &str, collection: &str) -> String {
    format!("{on}_join_{collection}")
}

/// Turns a list of rows into an object keyed by the values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Tree {
    pub(super) field: String,
    pub(super) prefix: Option<String>,
    pub(super) list: bool,
    pub(super) start: Option<String>,
}

impl Tree {
    /// Creates a tree whose keys are the values of this field.
    pub fn by(field: impl Into<String>) -> Self {
        Self { field: field.into(), prefix: None, list: false, start: None }
    }

    /// Adds a prefix to each key.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Keeps all rows with the same key as a list, instead of one of them.
    pub const fn list(mut self) -> Self {
        self.list = true;
        self
    }

    /// Sets the path of the list to turn into an object. Default: the list of rows.
    pub fn start(mut self, path: impl Into<String>) -> Self {
        self.start = Some(path.into());
        self
    }
}
