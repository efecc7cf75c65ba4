//! The final shape of rows: fields, resolves, joins and language.

use serde_json::{Value, json};

use super::{census::Census, collection::Collection, error::RestError, project::project, query::Query, row::Row};

/// Applies `c:show`, `c:hide`, `c:resolve`, `c:join` and `c:lang`.
pub(crate) fn apply(
    census: &Census<'_>,
    collection: &Collection,
    query: &Query,
    rows: Vec<Row>,
) -> Result<Vec<Value>, RestError> {
    let is_known = |path: &String| collection.is_searchable(path);
    if !query.show.is_empty() && !query.show.iter().any(is_known) {
        return Err(RestError::NoFieldsLeft);
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

/// Removes all other languages from texts that have this one.
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
