//! Checks queries before they are sent.

use super::{
    collection_info::CollectionInfo,
    fault::{Fault, FaultKind},
    join::Join,
    query::Query,
    query_error::QueryError,
    term::{Modifier, Test},
    url::Verb,
};

impl Fault {
    pub(crate) fn new(kind: FaultKind, query: &Query) -> Self {
        let namespace = query.namespace.as_deref().unwrap_or("ps2");
        match query.collection() {
            Some(collection) => Self::at(format!("{namespace}/{collection}"), kind),
            None => Self::at(namespace, kind),
        }
    }

    /// Creates the fault for an invalid query, which was not sent.
    #[must_use]
    pub fn invalid_query(query: &Query, error: QueryError) -> Self {
        Self::new(FaultKind::Query(error), query)
    }
}

impl Query {
    /// Checks for mistakes that would make the server return an error or the wrong rows. Unknown collections are not
    /// checked, nor are fields unless the query is [`of`](Self::of) a type.
    ///
    /// # Errors
    ///
    /// Returns the first mistake that is found.
    pub fn check(&self, verb: Verb) -> Result<(), QueryError> {
        if self.limit == Some(0) || self.limit_per_db == Some(0) {
            return Err(QueryError::NoRows);
        }
        if self.limit.is_some_and(|rows| rows > 1) && self.limit_per_db.is_some() {
            return Err(QueryError::TwoLimits);
        }
        self.terms.iter().try_for_each(check_term)?;
        self.joins.iter().try_for_each(check_join)?;
        let Some(info) = self.collection_info() else { return Ok(()) };
        self.check_collection(info, verb)?;
        if self.typed { self.check_fields(info) } else { Ok(()) }
    }

    fn check_collection(&self, info: &'static CollectionInfo, verb: Verb) -> Result<(), QueryError> {
        let collection = info.name;
        if verb == Verb::Count && !info.countable {
            return Err(QueryError::NotCounted(collection));
        }
        if let Some(&field) =
            info.required_terms.iter().find(|&&field| !self.terms.iter().any(|(term, _)| term == field))
        {
            return Err(QueryError::MissingTerm { collection, field });
        }
        let is_unsearchable =
            |(field, _): &&(String, Test)| info.unsearchable.contains(&field.split('.').next().unwrap_or(field));
        if let Some((field, _)) = self.terms.iter().find(is_unsearchable) {
            return Err(QueryError::Unsearchable { collection, field: field.clone() });
        }
        if let Some(known) = info.commands
            && let Some(command) = self.used().find(|command| !info.supports(command) && *command != "c:resolve")
        {
            return Err(QueryError::Command { collection, command, known });
        }
        let name = |resolve: &String| resolve.split('(').next().unwrap_or(resolve).to_owned();
        match self.resolve.iter().map(name).find(|name| !info.resolves.contains(&name.as_str())) {
            Some(name) => Err(QueryError::UnknownResolve { collection, name, known: info.resolves }),
            None => Ok(()),
        }
    }

    fn check_fields(&self, info: &'static CollectionInfo) -> Result<(), QueryError> {
        let collection = info.name;
        let injected = |field: &str| self.joins.iter().any(|join| join.inject_at.as_deref() == Some(field));
        let terms = self.terms.iter().map(|(field, _)| field).filter(|field| !info.accepts_term(field));
        let names = [&self.show, &self.hide, &self.sort, &self.has].into_iter().flatten();
        let names = names.filter(|field| {
            let first = field.split([':', '.']).next().unwrap_or(field);
            !info.has_field(first) && !injected(first) && self.resolve.is_empty()
        });
        if let Some(field) = terms.chain(names).next() {
            let nearest = nearest(field, info);
            return Err(QueryError::UnknownField { collection, field: field.clone(), nearest });
        }
        let hidden = |name: &str| {
            if self.show.is_empty() {
                self.hide.iter().any(|field| field == name)
            } else {
                !self.show.iter().any(|field| field == name)
            }
        };
        match info.fields.iter().find(|field| field.required && hidden(field.name)) {
            Some(field) => Err(QueryError::HiddenField { collection, field: field.name }),
            None => Ok(()),
        }
    }

    /// The commands in the URL.
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
        // The server checks these after decoding, so encoding does not help.
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
        // Several values would be separated by commas.
        let value = test.values.join(",");
        if let Some(separator) = value.chars().find(|sign| "^*'(),".contains(*sign)) {
            return Err(QueryError::SeparatorInJoin { field: field.clone(), value, separator });
        }
    }
    join.joins.iter().try_for_each(check_join)
}

/// The most similar field, unless none is similar.
fn nearest(field: &str, info: &'static CollectionInfo) -> Option<&'static str> {
    let first = field.split([':', '.']).next().unwrap_or(field);
    let names = info.fields.iter().map(|field| field.name).chain(info.extra_terms.iter().copied());
    let near = names.map(|name| (distance(first, name), name)).min()?;
    (near.0 <= first.len() / 3 + 1).then_some(near.1)
}

/// The edit distance between two strings.
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
