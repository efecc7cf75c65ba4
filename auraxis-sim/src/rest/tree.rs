//! `c:tree`: turns a list into an object, keyed by one field of its rows.

use serde_json::{Map, Value};

use super::{field, row::Row};

/// The parameters of `c:tree`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    field: String,
    /// The prefix of all keys.
    prefix: String,
    /// Whether each key has a list of rows instead of one.
    is_list: bool,
    /// The path of a list within each row. Without it, the list of rows is turned into a tree.
    start: Option<String>,
}

impl Tree {
    /// Parses `<field>^prefix:<text>^list:<0|1>^start:<path>`. The field can be written as `field:<field>`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut tree = Self::default();
        for part in text.split('^') {
            match part.split_once(':') {
                Some(("prefix", prefix)) => prefix.clone_into(&mut tree.prefix),
                Some(("list", list)) => tree.is_list = list == "1",
                Some(("start", start)) => tree.start = Some(start.to_owned()),
                Some(("field", field)) => field.clone_into(&mut tree.field),
                Some(_) => {}
                None => part.clone_into(&mut tree.field),
            }
        }
        tree
    }

    fn build(&self, list: Vec<Value>) -> Value {
        let mut groups = Map::new();
        for value in list {
            let Value::Object(row) = value else { continue };
            let Some(key) = field::first(&row, &self.field) else { continue };
            let key = format!("{}{key}", self.prefix);
            if self.is_list {
                let group = groups.entry(key).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(rows) = group {
                    rows.push(row.into());
                }
            } else {
                groups.insert(key, row.into());
            }
        }
        groups.into()
    }

    fn build_at(&self, row: &mut Row, path: &str) {
        match field::split(path) {
            (head, None) => {
                if let Some(Value::Array(list)) = row.get_mut(head) {
                    let list = std::mem::take(list);
                    row.insert(head.to_owned(), self.build(list));
                }
            }
            (head, Some(rest)) => match row.get_mut(head) {
                Some(Value::Object(row)) => self.build_at(row, rest),
                Some(Value::Array(list)) => {
                    for row in list.iter_mut().filter_map(Value::as_object_mut) {
                        self.build_at(row, rest);
                    }
                }
                _ => {}
            },
        }
    }
}

/// Applies the tree, if any. Returns a list with the tree as its only entry, or with a tree in each row if it has a
/// start path.
pub(crate) fn apply(tree: Option<&Tree>, mut list: Vec<Value>) -> Value {
    let Some(tree) = tree else { return list.into() };
    let Some(path) = &tree.start else { return vec![tree.build(list)].into() };
    for row in list.iter_mut().filter_map(Value::as_object_mut) {
        tree.build_at(row, path);
    }
    list.into()
}
