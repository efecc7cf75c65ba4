//! What is known of a collection without asking the server.

/// A collection as the server documents it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Facts {
    /// The name in URLs.
    pub name: &'static str,
    /// The namespace; `None` is that of the platform.
    pub namespace: Option<&'static str>,
    /// The fields of its rows.
    pub fields: &'static [FieldFacts],
    /// The terms that the server requires.
    pub needs: &'static [&'static str],
    /// Terms that are not fields.
    pub takes: &'static [&'static str],
    /// Fields that cannot be searched.
    pub unsearchable: &'static [&'static str],
    /// The commands it supports; `None` is all.
    pub commands: Option<&'static [&'static str]>,
    /// Whether rows can be counted.
    pub count: bool,
    /// What `c:resolve` can add to its rows.
    pub resolves: &'static [&'static str],
}

/// A field as the table of collections has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldFacts {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether every row has it; a row without it cannot be read.
    pub required: bool,
    /// If not 0, the number of fields that it stands for, named `<name>1` and so on.
    pub numbered: usize,
}

impl FieldFacts {
    pub(crate) const fn new(name: &'static str, required: bool, numbered: usize) -> Self {
        Self { name, required, numbered }
    }
}

impl Facts {
    pub(crate) const fn new(name: &'static str, fields: &'static [FieldFacts]) -> Self {
        Self {
            name,
            namespace: None,
            fields,
            needs: &[],
            takes: &[],
            unsearchable: &[],
            commands: None,
            count: true,
            resolves: &[],
        }
    }

    pub(crate) const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn takes(self, takes: &'static [&'static str]) -> Self {
        Self { takes, ..self }
    }

    pub(crate) const fn unsearchable(self, unsearchable: &'static [&'static str]) -> Self {
        Self { unsearchable, ..self }
    }

    pub(crate) const fn resolves(self, resolves: &'static [&'static str]) -> Self {
        Self { resolves, ..self }
    }

    pub(crate) const fn commands(self, commands: &'static [&'static str]) -> Self {
        Self { commands: Some(commands), ..self }
    }

    pub(crate) const fn namespace(self, namespace: &'static str) -> Self {
        Self { namespace: Some(namespace), ..self }
    }

    pub(crate) const fn uncounted(self) -> Self {
        Self { count: false, ..self }
    }

    /// Whether the collection supports this command, such as `c:limit`.
    #[must_use]
    pub fn obeys(&self, command: &str) -> bool {
        self.commands.is_none_or(|known| known.contains(&command))
    }

    /// Whether rows have this field. Only the part before the first dot is checked.
    #[must_use]
    pub fn has_field(&self, field: &str) -> bool {
        let field = field.split('.').next().unwrap_or(field);
        self.fields.iter().any(|known| match field.strip_prefix(known.name) {
            Some("") => known.numbered == 0,
            Some(digits) => digits.parse().is_ok_and(|number: usize| (1..=known.numbered).contains(&number)),
            None => false,
        })
    }

    /// Whether terms may name this field.
    #[must_use]
    pub fn takes_term(&self, field: &str) -> bool {
        self.takes.contains(&field) || self.needs.contains(&field) || self.has_field(field)
    }
}
