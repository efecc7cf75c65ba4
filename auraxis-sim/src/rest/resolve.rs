//! `c:resolve`: predefined joins.

use super::{
    census::Census,
    collection::Collection,
    field,
    join::{Join, split_outside_parentheses},
    resolves::{OF_MEMBER, ResolveDef},
    row::Row,
};

/// A resolve of a query.
#[derive(Clone, Debug)]
pub(crate) struct Resolve {
    join: Join,
    /// The field that is extracted from the joined row.
    extracted: Option<&'static str>,
}

impl Resolve {
    /// Parses names separated by commas, each optionally followed by fields in parentheses. Unknown names are ignored.
    pub(crate) fn parse_all(text: &str, collection: &Collection) -> Vec<Self> {
        let parts = split_outside_parentheses(text).into_iter();
        parts
            .filter_map(|part| {
                let (name, fields) = part.split_once('(').unwrap_or((part, ""));
                let def = collection.resolves.iter().find(|def| def.name == name.trim())?;
                let fields = fields.trim_end_matches(')').split(',').filter(|field| !field.is_empty());
                Some(Self::new(def, fields.map(str::to_owned).collect()))
            })
            .collect()
    }

    fn new(def: &ResolveDef, show: Vec<String>) -> Self {
        let inner = def.inner.and_then(|inner| OF_MEMBER.iter().find(|member| member.name == inner));
        let to = if def.on.contains('.') { "character_id" } else { def.to };
        let join = Join {
            collection: def.collection.to_owned(),
            on: Some(def.on.to_owned()),
            to: Some(to.to_owned()),
            is_list: def.is_list,
            inject_at: Some(def.inject_at.to_owned()),
            show,
            nested: inner.map(|inner| Self::new(inner, Vec::new()).join).into_iter().collect(),
            ..Join::default()
        };
        Self { join, extracted: def.extracted }
    }

    /// Adds the resolved rows to a row.
    pub(crate) fn apply(&self, census: &Census<'_>, parent: &Collection, full: &Row, row: &mut Row) {
        let Some(extracted) = self.extracted else {
            self.join.apply(census, parent, full, row);
            return;
        };
        let mut found = Row::new();
        self.join.apply(census, parent, full, &mut found);
        let found = found.remove(extracted);
        if let Some(value) = found.as_ref().and_then(|found| found.get(extracted)) {
            field::insert(row, extracted, value.clone());
        }
    }
}
