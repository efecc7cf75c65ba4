//! What a collection is: its fields, its resolves, and where its rows come from.

use auraxis_core::id::CharacterId;

use super::{census::Census, resolves::Known, row::Row};

/// A collection.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: &'static str,
    /// The first is its key.
    pub(crate) fields: &'static [&'static str],
    /// A field that must be searched for. Such collections can neither be counted nor limited.
    pub(crate) required: Option<&'static str>,
    pub(crate) resolves: &'static [Known],
    pub(crate) source: Source,
}

/// Where rows come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// They are always the same.
    Table(fn() -> Vec<Row>),
    /// They are made from the war; of these characters only, if it matters.
    War(fn(&Census<'_>, Option<&[CharacterId]>) -> Vec<Row>),
}

impl Collection {
    /// The field that its rows are told apart by.
    pub(crate) fn key(&self) -> &'static str {
        self.fields.first().copied().unwrap_or_default()
    }

    /// Whether this field, or the first part of it, exists.
    pub(crate) fn is_searchable(&self, path: &str) -> bool {
        // The names of worlds cannot be searched, in the game's API either.
        let is_forbidden = self.name == "world" && path.starts_with("name.");
        !is_forbidden && self.fields.contains(&path.split('.').next().unwrap_or(path))
    }

    /// Whether it can be counted.
    pub(crate) fn is_countable(&self) -> bool {
        self.required.is_none() && self.name != "characters_world"
    }

    /// Its rows, of these characters at least.
    pub(crate) fn rows(&self, census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
        match self.source {
            Source::Table(rows) => rows(),
            Source::War(rows) => rows(census, wanted),
        }
    }
}
