//! What is known of a collection without asking the server.

use std::{fmt, hash::Hash, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use super::{Extra, Fault, Query, any_of};
use crate::{id::Id, ps2::Locale};

/// A row of a collection.
pub trait Row: Clone + fmt::Debug + DeserializeOwned + Serialize + Send + Sync + 'static {
    /// What is known of the collection.
    const FACTS: &'static Facts;

    /// What the row holds besides its fields.
    fn extra(&self) -> &Extra;

    /// The row that a join or a resolve has put here. A dot leads into an object; a key that a join chose itself is
    /// called `<field>_join_<collection>`. `None` if the join found nothing or the query had none.
    ///
    /// # Errors
    /// If what stands there is not of that type.
    fn joined<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        self.extra().read(key).map_err(|source| Fault::payload(Self::FACTS.name, format!("`{key}`: {source}")))
    }

    /// The rows that a join with `list` or a resolve has put here, or the one row of a join without. Empty if the join
    /// found nothing.
    ///
    /// # Errors
    /// If what stands there is not of that type.
    fn joined_list<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, Fault> {
        match self.extra().get(key) {
            Some(serde_json::Value::Array(_)) => Ok(self.joined(key)?.unwrap_or_default()),
            _ => Ok(self.joined(key)?.into_iter().collect()),
        }
    }
}

/// A collection in which an id leads to one row.
#[diagnostic::on_unimplemented(
    message = "no id leads to one row of `{Self}`",
    note = "search its rows: `client.find::<…>().filter(\"field\", value)`"
)]
pub trait Collection: Row {
    /// The type of the id.
    type Id: Id;
    /// The name of the field that holds the id.
    const ID_FIELD: &'static str;
    /// How many rows are worth keeping, and for how long.
    const CACHE: Cache;

    /// The id of this row.
    fn id(&self) -> Self::Id;

    /// The id of the row that this id leads to: the same, except that events number the instances of a continent.
    fn key(id: Self::Id) -> Self::Id {
        id
    }

    /// The row that is known without the server, which has been seen to lack it.
    #[must_use]
    fn fallback(_: Self::Id) -> Option<Self> {
        None
    }

    /// A query for the row that this id leads to.
    fn query(id: Self::Id) -> Query {
        Query::of::<Self>().filter(Self::ID_FIELD, Self::key(id))
    }

    /// A query for the rows with these ids.
    fn query_all(ids: &[Self::Id]) -> Query {
        let rows = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let ids = any_of(ids.iter().map(|id| Self::key(*id)));
        Query::of::<Self>().filter(Self::ID_FIELD, ids).up_to(rows.max(1))
    }
}

/// A collection whose rows can be found by a name. [`Display`](fmt::Display) writes it, in English if it can.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` cannot be found by a name",
    note = "look one up by its id, or search: `client.find::<…>().filter(\"field\", value)`"
)]
pub trait Named: Collection + fmt::Display {
    /// A query that finds the row with this name, whatever its capital letters, and perhaps others.
    fn by_name(name: &str, locale: Locale) -> Query;

    /// Whether this is its name, whatever its capital letters. Names that are the same in all languages ignore the
    /// language.
    fn is_called(&self, name: &str, locale: Locale) -> bool;
}

/// How many rows of a collection are kept, and for how long; the values that auraxium has found good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cache {
    /// The number of rows.
    pub size: usize,
    /// How long a row counts as fresh; `None` is for ever.
    pub ttl: Option<Duration>,
}

impl Cache {
    /// Keeps `size` rows for so many seconds; 0 is for ever.
    #[must_use]
    pub const fn new(size: usize, seconds: u64) -> Self {
        Self { size, ttl: if seconds == 0 { None } else { Some(Duration::from_secs(seconds)) } }
    }
}

/// A collection as the server documents it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Facts {
    /// The name in addresses.
    pub name: &'static str,
    /// The namespace; `None` is that of the platform.
    pub namespace: Option<&'static str>,
    /// The fields of its rows.
    pub fields: &'static [FieldFacts],
    /// The terms without which the server answers with an error.
    pub needs: &'static [&'static str],
    /// Terms that can be searched and are no fields.
    pub takes: &'static [&'static str],
    /// Fields that cannot be searched.
    pub unsearchable: &'static [&'static str],
    /// The commands it obeys; `None` is all.
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
    /// If not 0: how many fields it stands for, called by this name and a number from 1.
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

    /// Whether the collection obeys this command, such as `c:limit`.
    #[must_use]
    pub fn obeys(&self, command: &str) -> bool {
        self.commands.is_none_or(|known| known.contains(&command))
    }

    /// Whether rows have this field. Only the part before the first dot is looked at.
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
