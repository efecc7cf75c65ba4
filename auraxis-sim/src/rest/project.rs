//! `c:show` and `c:hide`: select the fields of a row.

use serde_json::Value;

use super::{field, row::Row};

/// Returns the row with only the fields in `show`, or if `show` is empty, without the fields in `hide`.
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
            field::insert(&mut row, path, value.clone());
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
