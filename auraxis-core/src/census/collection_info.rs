//! Static information on collections.

/// A collection as documented by the server.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CollectionInfo {
    /// The name in URLs.
    pub name: &'static str,
    /// The namespace; `None` means the namespace of the platform.
    pub namespace: Option<&'static str>,
    /// The fields of its rows.
    pub fields: &'static [FieldInfo],
    /// Fields for which a query must have a term.
    pub required_terms: &'static [&'static str],
    /// Names that terms can use although rows have no such field.
    pub extra_terms: &'static [&'static str],
    /// Fields that cannot be searched.
    pub unsearchable: &'static [&'static str],
    /// The supported commands; `None` means all.
    pub commands: Option<&'static [&'static str]>,
    /// Whether rows can be counted.
    pub countable: bool,
    /// What `c:resolve` can add to its rows.
    pub resolves: &'static [&'static str],
}

/// A field of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldInfo {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether every row has it; a row without it cannot be decoded.
    pub required: bool,
    /// If not 0, the number of fields that it represents, named `<name>1` and so on.
    pub numbered: usize,
}

impl FieldInfo {
    pub(crate) const fn new(name: &'static str, required: bool, numbered: usize) -> Self {
        Self { name, required, numbered }
    }
}

impl CollectionInfo {
    pub(crate) const fn new(name: &'static str, fields: &'static [FieldInfo]) -> Self {
        Self {
            name,
            namespace: None,
            fields,
            required_terms: &[],
            extra_terms: &[],
            unsearchable: &[],
            commands: None,
            countable: true,
            resolves: &[],
        }
    }

    pub(crate) const fn required_terms(self, required_terms: &'static [&'static str]) -> Self {
        Self { required_terms, ..self }
    }

    pub(crate) const fn extra_terms(self, extra_terms: &'static [&'static str]) -> Self {
        Self { extra_terms, ..self }
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

    pub(crate) const fn not_countable(self) -> Self {
        Self { countable: false, ..self }
    }

    /// Returns `true` if the collection supports this command, such as `c:limit`.
    #[must_use]
    pub fn supports(&self, command: &str) -> bool {
        self.commands.is_none_or(|known| known.contains(&command))
    }

    /// Returns `true` if rows have this field. Only the part before the first dot is checked.
    #[must_use]
    pub fn has_field(&self, field: &str) -> bool {
        let field = field.split('.').next().unwrap_or(field);
        self.fields.iter().any(|known| match field.strip_prefix(known.name) {
            Some("") => known.numbered == 0,
            Some(digits) => digits.parse().is_ok_and(|number: usize| (1..=known.numbered).contains(&number)),
            None => false,
        })
    }

    /// Returns `true` if terms can use this field.
    #[must_use]
    pub fn accepts_term(&self, field: &str) -> bool {
        self.extra_terms.contains(&field) || self.required_terms.contains(&field) || self.has_field(field)
    }
}
