//! What is asked of the REST API.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use super::{Facts, Join, Row, Test, Tree};
use crate::{environment::Environment, ps2, ps2::Locale};

/// The greatest number of rows that most collections give at once.
pub const AT_MOST: u32 = 5000;

/// A server may give fewer rows at once than are wanted. The numbers that are known end in three zeros.
const CUT: usize = 1000;

/// A question, built step by step. Without terms it asks for any row, without [`limit`](Self::limit) for one.
///
/// ```
/// use auraxis_core::{census::{Join, Query, Verb, ge, starts_with}, ps2::{Character, OutfitMember}};
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
#[allow(clippy::struct_excessive_bools)] // Each is a command of the server that is given or not.
pub struct Query {
    pub(super) namespace: Option<Cow<'static, str>>,
    pub(super) collection: Option<Cow<'static, str>>,
    /// Whether the fields are those of a type of this crate, so that their names can be checked.
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
    /// Asks a collection by its name, whether or not this version knows it.
    pub fn new(collection: impl Into<Cow<'static, str>>) -> Self {
        Self { collection: Some(collection.into()), ..Self::datatypes() }
    }

    /// Asks for the rows of a type.
    pub fn of<T: Row>() -> Self {
        Self { namespace: T::FACTS.namespace.map(Cow::Borrowed), typed: true, ..Self::new(T::FACTS.name) }
    }

    /// Asks which collections there are: rows of [`Datatype`](super::Datatype).
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

    /// Asks this platform. A query that names none is answered by the platform of the client.
    pub fn environment(self, environment: Environment) -> Self {
        self.namespace(environment.name())
    }

    /// Asks another namespace of the server, such as `ps2:v2` or `global`.
    pub fn namespace(mut self, namespace: impl Into<Cow<'static, str>>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Asks this platform unless the query names one already.
    pub fn or_environment(mut self, environment: Environment) -> Self {
        self.namespace.get_or_insert(Cow::Borrowed(environment.name()));
        self
    }

    /// Wants rows whose field is so. Several filters must all hold, also several on one field; dots lead into objects.
    /// A plain value is one that the field must equal.
    pub fn filter(mut self, field: impl Into<String>, test: impl Into<Test>) -> Self {
        self.terms.push((field.into(), test.into()));
        self
    }

    /// Wants these fields only; dots lead into objects. Wins over [`hide`](Self::hide).
    pub fn show<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.show.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Does not want these fields.
    pub fn hide<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.hide.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Sorts by a field, the least value first; further calls sort what is equal so far.
    pub fn sort(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into());
        self
    }

    /// Sorts by a field, the greatest value first; further calls sort what is equal so far.
    pub fn sort_descending(mut self, field: impl Into<String>) -> Self {
        self.sort.push(field.into() + ":-1");
        self
    }

    /// Wants only rows in which the field is there and not null.
    pub fn has(mut self, field: impl Into<String>) -> Self {
        self.has.push(field.into());
        self
    }

    /// Adds what the collection can resolve; [`Facts::resolves`](field@Facts::resolves) names it.
    pub fn resolve(mut self, name: impl Into<String>) -> Self {
        self.resolve.push(name.into());
        self
    }

    /// As [`resolve`](Self::resolve), with some of the fields only.
    pub fn resolve_fields(mut self, name: &str, fields: &[&str]) -> Self {
        self.resolve.push(format!("{name}({})", fields.join(",")));
        self
    }

    /// Takes capital and small letters for equal. Slow: search the field in lower case where there is one.
    pub const fn ignore_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }

    /// Wants at most so many rows; 1 by default. The greatest possible is 100,000 for characters and 5,000 for most.
    pub const fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// As [`limit`](Self::limit), unless the collection knows no limit: then all rows come anyway.
    pub fn up_to(self, rows: u32) -> Self {
        if self.obeys("c:limit") { self.limit(rows) } else { self }
    }

    /// Wants at most so many rows from each of the databases that a collection is spread over, which are 20 for
    /// `character`.
    pub const fn limit_per_db(mut self, rows: u32) -> Self {
        self.limit_per_db = Some(rows);
        self
    }

    /// Leaves out the first rows; with characters, those of each database.
    pub const fn start(mut self, row: u32) -> Self {
        self.start = row;
        self
    }

    /// Wants fields without value too; they hold the text `NULL`, which reads as `None`.
    pub const fn include_null(mut self) -> Self {
        self.include_null = true;
        self
    }

    /// Wants texts in one language only.
    pub const fn lang(mut self, locale: Locale) -> Self {
        self.lang = Some(locale);
        self
    }

    /// Puts rows of another collection into each row.
    pub fn join(mut self, join: Join) -> Self {
        self.joins.push(join);
        self
    }

    /// Wants an object with the values of a field as keys instead of a list.
    pub fn tree(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// Wants to know how long the server took.
    pub const fn timing(mut self) -> Self {
        self.timing = true;
        self
    }

    /// Puts exact matches first when searching within texts.
    pub const fn exact_match_first(mut self) -> Self {
        self.exact_match_first = true;
        self
    }

    /// Wants the different values of a field, at most 20,000; with characters, those of each database.
    pub fn distinct(mut self, field: impl Into<String>) -> Self {
        self.distinct = Some(field.into());
        self
    }

    /// Has the server give up at its first failure, instead of asking its databases once more.
    pub const fn no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    /// Adds this to the address as it is, already encoded: for what this version does not know, such as a new command.
    /// Not [checked](Self::check).
    pub fn raw(mut self, part: impl Into<String>) -> Self {
        self.raw.push(part.into());
        self
    }

    /// The name of the collection; `None` asks which there are.
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_deref()
    }

    /// What is known of the collection; nothing if it is one of another game.
    #[must_use]
    pub fn facts(&self) -> Option<&'static Facts> {
        let facts = ps2::collection(self.collection()?)?;
        let is_ours = |namespace: &str| namespace.starts_with("ps2") || facts.namespace == Some(namespace);
        self.namespace.as_deref().is_none_or(is_ours).then_some(facts)
    }

    /// Whether the query says how many rows it wants.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.limit.is_some() || self.limit_per_db.is_some()
    }

    /// Whether the collection obeys this command, as far as it is known.
    #[must_use]
    pub fn obeys(&self, command: &str) -> bool {
        self.facts().is_none_or(|facts| facts.obeys(command))
    }

    /// What decides which rows are found, and nothing else: for counting them.
    pub fn bare(self) -> Self {
        let Self { namespace, collection, typed, terms, has, ignore_case, no_retry, raw, .. } = self;
        Self { namespace, collection, typed, terms, has, ignore_case, no_retry, raw, ..Self::datatypes() }
    }

    /// The query for the rows behind those that this one has found; `None` if there can be no more.
    ///
    /// Count rows before [inner joins](Self::keep_unmatched) leave some out.
    #[must_use]
    pub fn after(mut self, found: usize) -> Option<Self> {
        let wanted = self.limit_per_db.or(self.limit).unwrap_or(1);
        let may_be_cut = found.is_multiple_of(CUT) || found >= wanted as usize;
        // Without a limit all have come. With one and without a start, this cannot go on, and the query must say so.
        if found == 0 || !may_be_cut || !self.obeys("c:limit") {
            return None;
        }
        // In a collection that is spread over databases each of them starts there.
        let step = self.limit_per_db.map_or_else(|| u32::try_from(found), Ok).ok()?;
        self.start = self.start.checked_add(step)?;
        Some(self)
    }

    /// Makes outer joins of the [inner](Join::inner) ones: rows without a match are no longer left out.
    pub fn keep_unmatched(mut self) -> Self {
        self.joins.iter_mut().for_each(|join| join.inner = false);
        self
    }

    /// Whether every inner join has found something for this row.
    #[must_use]
    pub fn is_matched(&self, row: &RawValue) -> bool {
        let mut inner = self.joins.iter().filter(|join| join.inner).peekable();
        inner.peek().is_none()
            || serde_json::from_str(row.get()).is_ok_and(|row: Value| inner.all(|join| join.is_in(&row)))
    }

    /// The field of an answer that holds the rows.
    #[must_use]
    pub fn list_name(&self) -> String {
        format!("{}_list", self.collection().unwrap_or("datatype"))
    }
}
