//! `c:join`: adds rows of other collections.
//!
//! `<collection>^on:<parent's field>^to:<child's field>^list:1^outer:0^show:a'b^inject_at:<key>^terms:f=v'g=w`,
//! followed by nested joins in parentheses. Commas separate siblings.

use serde_json::Value;

use super::{
    catalogue,
    census::Census,
    collection::Collection,
    field, filter,
    project::project,
    row::Row,
    term::{Operator, Term},
};

/// A join to one collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Join {
    pub(crate) collection: String,
    pub(crate) on: Option<String>,
    pub(crate) to: Option<String>,
    /// Whether all matching rows are added instead of the first.
    pub(crate) is_list: bool,
    /// Whether rows without a match are dropped.
    pub(crate) is_inner: bool,
    pub(crate) show: Vec<String>,
    pub(crate) hide: Vec<String>,
    pub(crate) inject_at: Option<String>,
    pub(crate) terms: Vec<Term>,
    pub(crate) nested: Vec<Self>,
}

impl Join {
    /// Parses joins separated by commas. Invalid parts are ignored, as by the real API.
    pub(crate) fn parse_all(text: &str) -> Vec<Self> {
        split_outside_parentheses(text).into_iter().map(Self::parse).collect()
    }

    fn parse(text: &str) -> Self {
        let mut join = Self::default();
        let (head, nested) = match text.split_once('(') {
            Some((head, nested)) => (head, nested.strip_suffix(')').unwrap_or(nested)),
            None => (text, ""),
        };
        for part in head.split('^') {
            let list = |value: &str| value.split('\'').map(str::to_owned).collect();
            match part.split_once(':') {
                None => part.trim().clone_into(&mut join.collection),
                Some(("type", name)) => name.clone_into(&mut join.collection),
                Some(("on", field)) => join.on = Some(field.to_owned()),
                Some(("to", field)) => join.to = Some(field.to_owned()),
                Some(("list", flag)) => join.is_list = flag == "1" || flag == "true",
                Some(("outer", flag)) => join.is_inner = flag == "0" || flag == "false",
                Some(("show", fields)) => join.show = list(fields),
                Some(("hide", fields)) => join.hide = list(fields),
                Some(("inject_at", key)) => join.inject_at = Some(key.to_owned()),
                Some(("terms", terms)) => {
                    let terms = terms.split('\'').filter_map(|term| term.split_once('='));
                    join.terms.extend(terms.filter_map(|(field, value)| Term::parse(field, value).ok()));
                }
                Some(_) => {}
            }
        }
        if !nested.is_empty() {
            join.nested = Self::parse_all(nested);
        }
        join
    }

    /// Adds the joined rows to `row`. Returns false if the row must be dropped.
    ///
    /// `full` is the same row with all fields.
    pub(crate) fn apply(&self, census: &Census<'_>, parent: &Collection, full: &Row, row: &mut Row) -> bool {
        let Some(collection) = catalogue::named(&self.collection) else { return !self.is_inner };
        let on = self.on.clone().unwrap_or_else(|| default_field(parent, collection, full));
        let key = self.inject_at.clone().unwrap_or_else(|| format!("{on}_join_{}", collection.name));
        // Each entry of a list is joined separately.
        if let (head, Some(rest)) = field::split(&on)
            && let (Some(Value::Array(all)), Some(Value::Array(shown))) = (full.get(head), row.get_mut(head))
        {
            let inner = Self { on: Some(rest.to_owned()), ..self.clone() };
            for (full, row) in all.iter().zip(shown) {
                if let (Value::Object(full), Value::Object(row)) = (full, row) {
                    inner.apply(census, parent, full, row);
                }
            }
            return true;
        }
        let found = field::first(full, &on).map_or_else(Vec::new, |value| self.find(census, collection, &on, value));
        if found.is_empty() {
            return !self.is_inner;
        }
        let joined = if self.is_list { found.into() } else { found.into_iter().next().unwrap_or_default() };
        field::insert(row, &key, joined);
        true
    }

    fn find(&self, census: &Census<'_>, collection: &Collection, on: &str, value: String) -> Vec<Value> {
        let to = self.to.as_deref().unwrap_or_else(|| field::split(on).0);
        let mut terms = self.terms.clone();
        terms.push(Term { field: to.to_owned(), operator: Operator::Equal, values: vec![value] });
        let rows = filter::matching(census, collection, &terms, true);
        let mut found = Vec::new();
        for full in rows {
            let mut row = project(&full, &self.show, &self.hide);
            if self.nested.iter().all(|nested| nested.apply(census, collection, &full, &mut row)) {
                found.push(row.into());
                if !self.is_list {
                    break;
                }
            }
        }
        found
    }
}

/// Returns the default field to join on: the child's key if the parent has this field, or else the parent's key.
fn default_field(parent: &Collection, child: &Collection, row: &Row) -> String {
    if row.contains_key(child.key()) { child.key().to_owned() } else { parent.key().to_owned() }
}

/// Splits at commas outside parentheses.
pub(crate) fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut parts) = (0_usize, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_and_sibling_joins_are_parsed() {
        let joins = Join::parse_all(
            "characters_world^on:character_id^list:1^outer:0^show:world_id'character_id^inject_at:w\
             ^terms:world_id=>1'world_id=!40(world^to:world_id^hide:state,title),type:outfit^to:leader",
        );
        assert_eq!(joins.len(), 2);
        let first = &joins[0];
        assert_eq!((first.collection.as_str(), first.on.as_deref()), ("characters_world", Some("character_id")));
        assert!(first.is_list && first.is_inner);
        assert_eq!(first.show, ["world_id", "character_id"]);
        assert_eq!(first.inject_at.as_deref(), Some("w"));
        assert_eq!(
            first.terms.iter().map(|term| term.operator).collect::<Vec<_>>(),
            [Operator::Greater, Operator::NotEqual]
        );
        assert_eq!(first.nested.iter().map(|join| join.collection.as_str()).collect::<Vec<_>>(), ["world", "title"]);
        assert_eq!((joins[1].collection.as_str(), joins[1].to.as_deref()), ("outfit", Some("leader")));
    }
}
