//! What a collection is: its fields, its resolves, and where its rows come from.

use auraxis_core::id::CharacterId;

use super::{census::Census, resolves::ResolveDef, row::Row};

/// A collection.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: &'static str,
    /// The first is its key.
    pub(crate) fields: &'static [&'static str],
    /// A field that every query must search for. Such collections cannot be counted, and ignore `c:limit`.
    pub(crate) required: Option<&'static str>,
    pub(crate) resolves: &'static [ResolveDef],
    pub(crate) source: Source,
}

/// Where rows come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// From a fixed table.
    Table(fn() -> Vec<Row>),
    /// From the war; only of these characters, where rows are about characters.
    War(fn(&Census<'_>, Option<&[CharacterId]>) -> Vec<Row>),
}

impl Collection {
    /// The field that identifies a row.
    pub(crate) fn key(&self) -> &'static str {
        self.fields.first().copied().unwrap_or_default()
    }

    /// Whether this field can be searched. Of a dotted path, the first part counts.
    pub(crate) fn is_searchable(&self, path: &str) -> bool {
        // As in the real API, the names of worlds cannot be searched.
        let is_forbidden = self.name == "world" && path.starts_with("name.");
        !is_forbidden && self.fields.contains(&path.split('.').next().unwrap_or(path))
    }

    /// Whether it can be counted.
    pub(crate) fn is_countable(&self) -> bool {
        self.required.is_none() && self.name != "characters_world"
    }

    /// Its rows: all, or at least those of the wanted characters.
    pub(crate) fn rows(&self, census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
        match self.source {
            Source::Table(rows) => rows(),
            Source::War(rows) => rows(census, wanted),
        }
    }
}
