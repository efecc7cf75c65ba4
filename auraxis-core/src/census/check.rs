//! What a query cannot ask, found before it is asked.

use super::{Facts, Join, Modifier, Query, Test, Verb};

/// Why a query cannot be answered, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The collection does not obey this command.
    #[error("`{collection}` does not know the command `{command}`; it knows {}", .known.join(", "))]
    Command {
        /// The collection.
        collection: &'static str,
        /// The command, such as `c:sort`.
        command: &'static str,
        /// The commands that it obeys.
        known: &'static [&'static str],
    },
    /// The collection answers only if this term is there.
    #[error("`{collection}` answers only with a term for `{field}`: add `.filter(\"{field}\", …)`")]
    MissingTerm {
        /// The collection.
        collection: &'static str,
        /// The field that the term must be for.
        field: &'static str,
    },
    /// The collection cannot be searched by this field.
    #[error("`{collection}` cannot be searched by `{field}`: get all rows, and compare them")]
    Unsearchable {
        /// The collection.
        collection: &'static str,
        /// The field.
        field: String,
    },
    /// Rows of the collection cannot be counted.
    #[error("rows of `{0}` cannot be counted; get them and count the answer")]
    NotCounted(&'static str),
    /// The type has no such field.
    #[error("`{collection}` has no field `{field}`{}; a field this version does not know is asked with `Query::new`",
        .nearest.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    UnknownField {
        /// The collection.
        collection: &'static str,
        /// The name that was given.
        field: String,
        /// The most similar name that there is.
        nearest: Option<&'static str>,
    },
    /// The collection cannot resolve this.
    #[error("`{collection}` cannot resolve `{name}`; it resolves {}", if .known.is_empty() {
        "nothing: use a join".to_owned()
    } else {
        .known.join(", ")
    })]
    UnknownResolve {
        /// The collection.
        collection: &'static str,
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: &'static [&'static str],
    },
    /// The type cannot be read without this field.
    #[error(
        "a row of `{collection}` cannot be read without `{field}`: show it, or ask with `Query::new` and read the \
             rows as a struct of your own"
    )]
    HiddenField {
        /// The collection.
        collection: &'static str,
        /// The field that is not shown.
        field: &'static str,
    },
    /// A search within texts needs at least three characters.
    #[error("`{field}` is searched for `{value}`: a search within texts needs at least 3 characters")]
    ShortSearch {
        /// The field.
        field: String,
        /// The text.
        value: String,
    },
    /// A term compares with nothing.
    #[error("the term for `{0}` compares with nothing: give it a value, or leave it out")]
    EmptyTerm(String),
    /// A value holds what means something else to the server, whatever the encoding.
    #[error(
        "`{field}` cannot be compared with `{value}`: {sign:?} means something else there; several values are \
             `any_of`, other comparisons are `lt`, `starts_with` and so on"
    )]
    SignInValue {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The sign that cannot stand there.
        sign: char,
    },
    /// A join cannot search within texts: the signs for it separate the parts of a join.
    #[error("a join cannot search within `{0}`: `^` and `*` mean something else there; search in the outer query")]
    SearchInJoin(String),
    /// A value in a join holds what separates the parts of a join.
    #[error("a join cannot compare `{field}` with `{value}`: {separator:?} separates the parts of a join")]
    SeparatorInJoin {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The sign that cannot stand there.
        separator: char,
    },
    /// No row is wanted.
    #[error("a limit of 0 wants no rows: leave it out for one row, or count them")]
    NoRows,
    /// The server obeys one of the two and ignores the other.
    #[error("`limit` and `limit_per_db` exclude each other: leave one of them out")]
    TwoLimits,
}

impl Query {
    /// Finds what makes the server answer with an error or with something else than was meant. What is not known here
    /// (a collection or, unless the query is [`of`](Self::of) a type, a field) is left to the server.
    ///
    /// # Errors
    /// The first thing that is found.
    pub fn check(&self, verb: Verb) -> Result<(), QueryError> {
        if self.limit == Some(0) || self.limit_per_db == Some(0) {
            return Err(QueryError::NoRows);
        }
        if self.limit.is_some_and(|rows| rows > 1) && self.limit_per_db.is_some() {
            return Err(QueryError::TwoLimits);
        }
        self.terms.iter().try_for_each(check_term)?;
        self.joins.iter().try_for_each(check_join)?;
        let Some(facts) = self.facts() else { return Ok(()) };
        self.check_facts(facts, verb)?;
        if self.typed { self.check_fields(facts) } else { Ok(()) }
    }

    fn check_facts(&self, facts: &'static Facts, verb: Verb) -> Result<(), QueryError> {
        let collection = facts.name;
        if verb == Verb::Count && !facts.count {
            return Err(QueryError::NotCounted(collection));
        }
        if let Some(&field) = facts.needs.iter().find(|&&field| !self.terms.iter().any(|(term, _)| term == field)) {
            return Err(QueryError::MissingTerm { collection, field });
        }
        let is_unsearchable =
            |(field, _): &&(String, Test)| facts.unsearchable.contains(&field.split('.').next().unwrap_or(field));
        if let Some((field, _)) = self.terms.iter().find(is_unsearchable) {
            return Err(QueryError::Unsearchable { collection, field: field.clone() });
        }
        if let Some(known) = facts.commands
            && let Some(command) = self.used().find(|command| !facts.obeys(command) && *command != "c:resolve")
        {
            return Err(QueryError::Command { collection, command, known });
        }
        let name = |resolve: &String| resolve.split('(').next().unwrap_or(resolve).to_owned();
        match self.resolve.iter().map(name).find(|name| !facts.resolves.contains(&name.as_str())) {
            Some(name) => Err(QueryError::UnknownResolve { collection, name, known: facts.resolves }),
            None => Ok(()),
        }
    }

    fn check_fields(&self, facts: &'static Facts) -> Result<(), QueryError> {
        let collection = facts.name;
        let injected = |field: &str| self.joins.iter().any(|join| join.inject_at.as_deref() == Some(field));
        let terms = self.terms.iter().map(|(field, _)| field).filter(|field| !facts.takes_term(field));
        let names = [&self.show, &self.hide, &self.sort, &self.has].into_iter().flatten();
        let names = names.filter(|field| {
            let first = field.split([':', '.']).next().unwrap_or(field);
            !facts.has_field(first) && !injected(first) && self.resolve.is_empty()
        });
        if let Some(field) = terms.chain(names).next() {
            let nearest = nearest(field, facts);
            return Err(QueryError::UnknownField { collection, field: field.clone(), nearest });
        }
        let hidden = |name: &str| {
            if self.show.is_empty() {
                self.hide.iter().any(|field| field == name)
            } else {
                !self.show.iter().any(|field| field == name)
            }
        };
        match facts.fields.iter().find(|field| field.required && hidden(field.name)) {
            Some(field) => Err(QueryError::HiddenField { collection, field: field.name }),
            None => Ok(()),
        }
    }

    /// The commands that the address will hold.
    fn used(&self) -> impl Iterator<Item = &'static str> {
        [
            ("c:show", !self.show.is_empty()),
            ("c:hide", !self.hide.is_empty()),
            ("c:sort", !self.sort.is_empty()),
            ("c:has", !self.has.is_empty()),
            ("c:resolve", !self.resolve.is_empty()),
            ("c:case", self.ignore_case),
            ("c:limit", self.limit.is_some_and(|rows| rows != 1)),
            ("c:limitPerDB", self.limit_per_db.is_some()),
            ("c:start", self.start != 0),
            ("c:includeNull", self.include_null),
            ("c:lang", self.lang.is_some()),
            ("c:join", !self.joins.is_empty()),
            ("c:tree", self.tree.is_some()),
            ("c:timing", self.timing),
            ("c:exactMatchFirst", self.exact_match_first),
            ("c:distinct", self.distinct.is_some()),
            ("c:retry", self.no_retry),
        ]
        .into_iter()
        .filter_map(|(command, used)| used.then_some(command))
    }
}

fn check_term((field, test): &(String, Test)) -> Result<(), QueryError> {
    if test.values.iter().all(String::is_empty) {
        return Err(QueryError::EmptyTerm(field.clone()));
    }
    for value in &test.values {
        let is_modifier = |sign: &char| test.modifier == Modifier::Equal && "<[>]^*!".contains(*sign);
        // The server looks for these after decoding, so that nothing can hide them.
        if let Some(sign) = value.chars().next().filter(is_modifier).or(value.contains(',').then_some(',')) {
            return Err(QueryError::SignInValue { field: field.clone(), value: value.clone(), sign });
        }
        if test.modifier.is_search() && value.chars().count() < 3 {
            return Err(QueryError::ShortSearch { field: field.clone(), value: value.clone() });
        }
    }
    Ok(())
}

fn check_join(join: &Join) -> Result<(), QueryError> {
    for term @ (field, test) in &join.terms {
        if test.modifier.is_search() {
            return Err(QueryError::SearchInJoin(field.clone()));
        }
        check_term(term)?;
        // Several values would have commas between them.
        let value = test.values.join(",");
        if let Some(separator) = value.chars().find(|sign| "^*'(),".contains(*sign)) {
            return Err(QueryError::SeparatorInJoin { field: field.clone(), value, separator });
        }
    }
    join.joins.iter().try_for_each(check_join)
}

/// The name that is most like `field`, if one is at all.
fn nearest(field: &str, facts: &'static Facts) -> Option<&'static str> {
    let first = field.split([':', '.']).next().unwrap_or(field);
    let names = facts.fields.iter().map(|field| field.name).chain(facts.takes.iter().copied());
    let near = names.map(|name| (distance(first, name), name)).min()?;
    (near.0 <= first.len() / 3 + 1).then_some(near.1)
}

/// How many letters must be changed, added or removed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
