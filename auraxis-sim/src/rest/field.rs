//! Access to fields by dotted paths.

use std::cmp::Ordering;

use serde_json::Value;

use super::row::Row;

/// Calls `f` with every value at this dotted path, through objects and lists.
pub(crate) fn visit(row: &Row, path: &str, f: &mut impl FnMut(&str)) {
    let (head, rest) = split(path);
    if let Some(value) = row.get(head) {
        descend(value, rest, f);
    }
}

fn descend(value: &Value, path: Option<&str>, f: &mut impl FnMut(&str)) {
    match (value, path) {
        (Value::Array(list), _) => list.iter().for_each(|value| descend(value, path, f)),
        (Value::Object(row), Some(path)) => visit(row, path, f),
        (Value::String(text), None) => f(text),
        (Value::Number(number), None) => f(&number.to_string()),
        _ => {}
    }
}

/// Returns the first value at this path.
pub(crate) fn first(row: &Row, path: &str) -> Option<String> {
    let mut found = None;
    visit(row, path, &mut |text| {
        found.get_or_insert_with(|| text.to_owned());
    });
    found
}

/// Sets the value at a dotted path, and creates missing objects.
pub(crate) fn insert(row: &mut Row, path: &str, value: Value) {
    match split(path) {
        (head, None) => {
            row.insert(head.to_owned(), value);
        }
        (head, Some(rest)) => {
            if let Value::Object(inner) = row.entry(head).or_insert_with(|| Row::new().into()) {
                insert(inner, rest, value);
            }
        }
    }
}

/// Splits a dotted path into its first part and the rest.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)))
}

/// Compares two values as numbers if both are numbers, or else as strings.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    // A float cannot represent all 64 bits of an id.
    if let (Ok(one), Ok(other)) = (one.parse::<i128>(), other.parse::<i128>()) {
        return one.cmp(&other);
    }
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}
