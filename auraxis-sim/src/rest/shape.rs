//! The form of the rows that are answered.

use serde_json::{Value, json};

use super::{
    Row,
    catalogue::{Census, Collection},
    field,
    join::insert_at,
    query::Query,
    refusal::Refusal,
};

/// The languages that texts come in.
pub(crate) const LANGUAGES: [&str; 5] = ["de", "en", "es", "fr", "it"];

/// A text in all languages. The simulator speaks English in each of them.
pub(crate) fn localized(text: &str) -> Value {
    let all: Row = LANGUAGES.iter().map(|language| ((*language).to_owned(), text.into())).collect();
    all.into()
}

/// Hides fields, joins and resolves, and leaves one language if one is wanted.
pub(crate) fn finish(
    census: &Census<'_>,
    collection: &Collection,
    query: &Query,
    rows: Vec<Row>,
) -> Result<Vec<Value>, Refusal> {
    let is_known = |path: &String| collection.is_searchable(path);
    if !query.show.is_empty() && !query.show.iter().any(is_known) {
        return Err(Refusal::NothingToShow);
    }
    let mut list = Vec::with_capacity(rows.len());
    for full in rows {
        let mut row = project(&full, &query.show, &query.hide);
        for resolve in &query.resolves {
            resolve.apply(census, collection, &full, &mut row);
        }
        if !query.joins.iter().all(|join| join.apply(census, collection, &full, &mut row)) {
            continue;
        }
        let mut value = Value::Object(row);
        if let Some(language) = &query.language {
            keep_language(&mut value, language);
        }
        list.push(value);
    }
    Ok(list)
}

/// The row with only the fields to be shown, or else without those to be hidden.
pub(crate) fn project(full: &Row, show: &[String], hide: &[String]) -> Row {
    if show.is_empty() {
        let mut row = full.clone();
        for path in hide {
            remove(&mut row, path);
        }
        return row;
    }
    let mut row = Row::new();
    for path in show {
        if let Some(value) = at(full, path) {
            insert_at(&mut row, path, value.clone());
        }
    }
    row
}

fn at<'a>(row: &'a Row, path: &str) -> Option<&'a Value> {
    match field::split(path) {
        (head, None) => row.get(head),
        (head, Some(rest)) => at(row.get(head)?.as_object()?, rest),
    }
}

fn remove(row: &mut Row, path: &str) {
    match field::split(path) {
        (head, None) => {
            row.remove(head);
        }
        (head, Some(rest)) => {
            if let Some(Value::Object(inner)) = row.get_mut(head) {
                remove(inner, rest);
            }
        }
    }
}

/// Removes the other languages wherever there is this one.
fn keep_language(value: &mut Value, language: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| keep_language(value, language)),
        Value::Object(row) if row.contains_key("en") => {
            if let Some(text) = row.remove(language) {
                *value = json!({ language: text });
            }
        }
        Value::Object(row) => row.values_mut().for_each(|value| keep_language(value, language)),
        _ => {}
    }
}
