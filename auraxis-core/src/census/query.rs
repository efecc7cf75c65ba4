//! Building queries.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use super::{
    join::{Join, Tree},
    row::Row,
    term::Test,
};
use crate::{environment::Environment, ps2::Locale};

/// The maximum limit of most collections.
pub const MAX_LIMIT: u32 = 5000;

/// A query, built step by step. By default it returns one row of the collection: add [filters](Self::filter) to select
/// rows, and a [`limit`](Self::limit) to get more.
///
/// ```
/// # use auraxis_core as auraxis;
/// use auraxis::{census::{Join, Query, Verb, ge, starts_with}, ps2::{Character, OutfitMember}};
///
/// let query = Query::of::<Character>()
///     .filter("name.first_lower", starts_with("higby"))
///     .filter("battle_rank.value", ge(100))
///     .sort("name.first_lower")
///     .limit(10)
///     .join(Join::of::<OutfitMember>().on("character_id").inject_at("member"));
/// assert_eq!(query.check(Verb::Get), Ok(()));
/// assert_eq!(
///     query.url("https://census.daybreakgames.com", Some("s:example"), Verb::Get),
///     "https://census.daybreakgames.com/s:example/get/ps2/character?name.first_lower=^higby&battle_rank.value=]100\
///      &c:sort=name.first_lower&c:limit=10&c:join=outfit_member^on:character_id^inject_at:member",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[allow(clippy::struct_excessive_bools)] // Each is a command of the server.
pub struct Query {
    pub(super) namespace: Option<Cow<'static, str>>,
    pub(super) collection: Option<Cow<'static, str>>,
    /// Whether the rows have a type in this crate, so that field names can be checked.
    pub(super) typed: bool,
    pub(super) terms: Vec<(String, Test)>,
    pub(super) show: Vec<String>,
    pub(super) hide: Vec<String>,
    pub(super) sort: Vec<String>,
    pub(super) has: Vec<String>,
    pub(super) resolve: Vec<String>,
    pub(super) ignore_case: bool,
    pub(super) limit: Option<u32>,
    pub(super) limit_per_db: Option<u32>,
    pub(super) start: u32,
    pub(super) include_null: bool,
    pub(super) lang: Option<Locale>,
    pub(super) joins: Vec<Join>,
    pub(super) tree: Option<Tree>,
    pub(super) timing: bool,
    pub(super) exact_match_first: bool,
    pub(super) distinct: Option<String>,
    pub(super) no_retry: bool,
    pub(super) raw: Vec<String>,
}

impl Query {
    /// Creates a query for a collection by name, known or unknown to this version.
    pub fn new(collection: impl Into<Cow<'static, str>>) -> Self {
        Self { collection: Some(collection.into()), ..Self::datatypes() }
    }

    /// Creates a query for the rows of a type.
    pub fn of<T: Row>() -> Self {
        Self { namespace: T::INFO.namespace.map(Cow::Borrowed), typed: true, ..Self::new(T::INFO.name) }
    }

    /// Creates a query for the list of collections. Its rows are [`Datatype`](super::Datatype)s.
    pub const fn datatypes() -> Self {
        Self {
            namespace: None,
            collection: None,
            typed: false,
            terms: Vec::new(),
            show: Vec::new(),
            hide: Vec::new(),
            sort: Vec::new(),
            has: Vec::new(),
            resolve: Vec::new(),
            ignore_case: false,
            limit: None,
            limit_per_db: None,
            start: 0,
            include_null: false,
            lang: None,
            joins: Vec::new(),
            tree: None,
            timing: false,
            exact_match_first: false,
            distinct: None,
            no_retry: false,
            raw: Vec::new(),
        }
    }

    /// Sets the platform. Default: the platform of the client that sends the query.
    pub fn environment(self, environment: Environment) -> Self {
        self.namespace(environment.name())
    }

    /// Sets the namespace, such as `ps2:v2` or `global`.
    pub fn namespace(mut self, namespace: impl Into<Cow<'static, str>>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Sets the platform unless the query has one.
    pub fn or_environment(mut self, environment: Environment) -> Self {
        self.namespace.get_or_insert(Cow::Borrowed(environment.name()));
        self
    }

    /// Selects rows in which this field passes the test; a plain value tests for equality. Several filters must all
    /// match, even on the same field. A dot leads into an object.
    pub fn filter(mut self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.terms.push((field.into(), test.into()));
        self
    }

    /// Returns only these fields. A dot leads into an object. Overrides [`hide`](Self::hide).
    pub fn show<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.show.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Omits these fields.
    pub fn hide<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.hide.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Sorts by a field, ascending. Further calls add fields to sort equal rows by.
    pub fn sort(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into());
        self
    }

    /// Sorts by a field, descending. Further calls add fields to sort equal rows by.
    pub fn sort_descending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into() + ":-1");
        self
    }

    /// Selects rows in which this field exists and is not null.
    pub fn has(mut self, field: impl Into<String>) -> Self {
        self.has.push(field.into());
        self
    }

    /// Adds related data by one of the names that the collection can resolve: see
    /// [`CollectionInfo::resolves`](field@super::CollectionInfo::resolves).
    pub fn resolve(mut self, name: impl Into<String>) -> Self {
        self.resolve.push(name.into());
        self
    }

    /// Adds only these fields of data that the collection can [resolve](Self::resolve).
    pub fn resolve_fields(mut self, name: &str, fields: &[&str]) -> Self {
        self.resolve.push(format!("{name}({})", fields.join(",")));
        self
    }

    /// Ignores case in comparisons. Slow: prefer the lower-case fields of a collection.
    pub const fn ignore_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }

    /// Sets the maximum number of rows. Default: 1. The server allows 100,000 for characters, and 5,000 for most other
    /// collections.
    pub const fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Sets the maximum number of rows per database, for collections that are spread over several: 20 for `character`.
    pub const fn limit_per_db(mut self, rows: u32) -> Self {
        self.limit_per_db = Some(rows);
        self
    }

    /// Skips this many rows; for characters, in each database.
    pub const fn start(mut self, row: u32) -> Self {
        self.start = row;
        self
    }

    /// Also returns fields without a value. They contain the string `NULL`, which is decoded as `None`.
    pub const fn include_null(mut self) -> Self {
        self.include_null = true;
        self
    }

    /// Returns texts in this language only.
    pub const fn lang(mut self, locale: Locale) -> Self {
        self.lang = Some(locale);
        self
    }

    /// Adds rows of another collection to each row.
    pub fn join(mut self, join: Join) -> Self {
        self.joins.push(join);
        self
    }

    /// Returns an object keyed by the values of a field, instead of a list.
    pub fn tree(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// Also returns the server's processing time: see [`Answer::took`](super::Answer::took).
    pub const fn timing(mut self) -> Self {
        self.timing = true;
        self
    }

    /// Returns rows that match a text search exactly before the others.
    pub const fn exact_match_first(mut self) -> Self {
        self.exact_match_first = true;
        self
    }

    /// Returns the distinct values of a field instead of rows, at most 20,000 (of characters, up to 20,000 per
    /// database).
    pub fn distinct(mut self, field: impl Into<String>) -> Self {
        self.distinct = Some(field.into());
        self
    }

    /// Makes the server fail immediately, instead of querying its databases a second time.
    pub const fn no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    /// Adds text, such as a command that this version does not know, to the URL. It must already be encoded, and is not
    /// [checked](Self::check).
    pub fn raw(mut self, part: impl Into<String>) -> Self {
        self.raw.push(part.into());
        self
    }

    /// Returns the name of the collection. `None` for the list of collections.
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_deref()
    }

    /// Returns `true` if the query has a limit.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.limit.is_some() || self.limit_per_db.is_some()
    }

    /// Returns the query for counting its rows: only the parts that select rows.
    pub fn for_count(self) -> Self {
        let Self { namespace, collection, typed, terms, has, ignore_case, no_retry, raw, .. } = self;
        Self { namespace, collection, typed, terms, has, ignore_case, no_retry, raw, ..Self::datatypes() }
    }

    /// Turns [inner](Join::inner) joins into outer joins, so that rows without a match are returned too.
    pub fn keep_unmatched(mut self) -> Self {
        self.joins.iter_mut().for_each(|join| join.inner = false);
        self
    }

    /// Returns `true` if every inner join has a match in this row.
    #[must_use]
    pub fn is_matched(&self, row: &RawValue) -> bool {
        let mut inner = self.joins.iter().filter(|join| join.inner).peekable();
        inner.peek().is_none()
            || serde_json::from_str(row.get()).is_ok_and(|row: Value| inner.all(|join| join.is_in(&row)))
    }

    /// The name of the list of rows in the reply.
    #[must_use]
    pub fn list_name(&self) -> String {
        format!("{}_list", self.collection().unwrap_or("datatype"))
    }
}
