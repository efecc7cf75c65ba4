//! Collections: fields, resolves and the source of rows.

use auraxis_core::id::CharacterId;

use super::{census::Census, history::EventCollection, resolves::ResolveDef, row::Row};

/// A collection.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) name: &'static str,
    /// The first field is the key.
    pub(crate) fields: &'static [&'static str],
    /// The field that every query must search for. A collection with such a field cannot be counted, and ignores
    /// `c:limit` unless its rows are events.
    pub(crate) required: Option<&'static str>,
    pub(crate) resolves: &'static [ResolveDef],
    pub(crate) source: Source,
}

/// The source of a collection's rows.
#[derive(Debug)]
pub(crate) enum Source {
    /// A fixed table.
    Table(fn() -> Vec<Row>),
    /// The war. If rows are about characters, only rows of the given characters are needed.
    War(fn(&Census<'_>, Option<&[CharacterId]>) -> Vec<Row>),
    /// Past events of this collection.
    History(EventCollection),
}

impl Collection {
    /// Returns the field that identifies a row.
    pub(crate) fn key(&self) -> &'static str {
        self.fields.first().copied().unwrap_or_default()
    }

    /// Returns whether this field can be searched. Only the first part of a dotted path is checked.
    pub(crate) fn is_searchable(&self, path: &str) -> bool {
        // As in the real API, the names of worlds cannot be searched.
        let is_forbidden = self.name == "world" && path.starts_with("name.");
        !is_forbidden && self.fields.contains(&path.split('.').next().unwrap_or(path))
    }

    /// Returns whether it can be counted.
    pub(crate) fn is_countable(&self) -> bool {
        self.required.is_none() && self.name != "characters_world"
    }

    /// Returns its rows: all, or at least those of the wanted characters.
    pub(crate) fn rows(&self, census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
        match self.source {
            Source::Table(rows) => rows(),
            Source::War(rows) => rows(census, wanted),
            Source::History(events) => census.events(events, &[]),
        }
    }
}
