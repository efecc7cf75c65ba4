//! Fields by their dotted paths.

use std::cmp::Ordering;

use serde_json::Value;

use super::row::Row;

/// Calls `see` with every text at this dotted path, through objects and lists.
pub(crate) fn visit(row: &Row, path: &str, see: &mut impl FnMut(&str)) {
    let (head, rest) = split(path);
    if let Some(value) = row.get(head) {
        descend(value, rest, see);
    }
}

fn descend(value: &Value, path: Option<&str>, see: &mut impl FnMut(&str)) {
    match (value, path) {
        (Value::Array(list), _) => list.iter().for_each(|value| descend(value, path, see)),
        (Value::Object(row), Some(path)) => visit(row, path, see),
        (Value::String(text), None) => see(text),
        (Value::Number(number), None) => see(&number.to_string()),
        _ => {}
    }
}

/// The first text at this path.
pub(crate) fn first(row: &Row, path: &str) -> Option<String> {
    let mut found = None;
    visit(row, path, &mut |text| {
        found.get_or_insert_with(|| text.to_owned());
    });
    found
}

/// Sets the value at a dotted path, and creates the objects on the way.
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

/// The first part of a dotted path, and the rest.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)))
}

/// Compares two values as numbers if both are numbers, else as texts.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    // Ids need all 64 bits, which a float does not have.
    if let (Ok(one), Ok(other)) = (one.parse::<i128>(), other.parse::<i128>()) {
        return one.cmp(&other);
    }
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => one.cmp(other),
    }
}
