//! Lists of objects within rows.

use std::mem;

use serde_json::{Map, Value};

use crate::census::{
    field::{Field, FieldFault, Object, Presence},
    node::{Fields, Node},
};

/// A list that can be sent as its only item: some servers convert rows from XML, where one element looks the same as a
/// list of one.
pub(crate) struct OneOrMany;

/// An object that can be an item of a list.
pub(crate) trait ListItem: Object {
    /// The names of its fields on the wire. An object without any of them is not an item.
    const FIELDS: &'static [&'static str];
}

impl<T: ListItem> Presence<Vec<T>> for OneOrMany {
    const REQUIRED: bool = <Vec<T> as Field>::REQUIRED;
    const NUMBERED: usize = <Vec<T> as Field>::NUMBERED;

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Vec<T>, FieldFault> {
        if let Some(node) = fields.get_mut(name) {
            let is_item = match node {
                Node::Object(item) => T::FIELDS.iter().any(|field| item.get_mut(field).is_some()),
                _ => false,
            };
            if is_item {
                *node = Node::List(vec![mem::replace(node, Node::Taken)]);
            }
        }
        Field::take(fields, name)
    }

    fn put(value: &Vec<T>, name: &str, object: &mut Map<String, Value>) {
        value.put(name, object);
    }
}
