//! Writes the fields of an event as the server does.

use serde::ser::SerializeMap;

use super::presence::Presence;
use crate::extra::Extra;

/// Writes the fields of an event in the order of the table, and its name in alphabetical order among them.
pub(crate) struct FieldWriter<'a, M> {
    map: M,
    name: Option<&'static str>,
    extra: &'a Extra,
}

impl<'a, M: SerializeMap> FieldWriter<'a, M> {
    pub(crate) fn new(map: M, name: &'static str, extra: &'a Extra) -> Self {
        Self { map, name: Some(name), extra }
    }

    pub(crate) fn field<T, P: Presence<T>>(&mut self, key: &'static str, value: &T) -> Result<(), M::Error> {
        if key > "event_name" {
            self.name()?;
        }
        if let (true, Some(null)) = (P::is_none(value), self.extra.get(key)) {
            return self.map.serialize_entry(key, null);
        }
        match P::text(value) {
            Some(text) => self.map.serialize_entry(key, &format_args!("{text}")),
            None => Ok(()),
        }
    }

    fn name(&mut self) -> Result<(), M::Error> {
        match self.name.take() {
            Some(name) => self.map.serialize_entry("event_name", name),
            None => Ok(()),
        }
    }

    /// Writes the extra fields.
    pub(crate) fn end(mut self, fields: &[&str]) -> Result<M::Ok, M::Error> {
        self.name()?;
        for (key, value) in self.extra.iter().filter(|(key, _)| !fields.contains(key)) {
            self.map.serialize_entry(key, value)?;
        }
        self.map.end()
    }
}
