//! The query string: search terms, and commands that start with `c:`.

use super::{collection::Collection, error::RestError, join::Join, resolve::Resolve, term::Term, tree::Tree};

/// A query of a collection.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The search terms. A row must match all of them.
    pub(crate) terms: Vec<Term>,
    pub(crate) show: Vec<String>,
    pub(crate) hide: Vec<String>,
    /// The fields to sort by, and whether the order is descending.
    pub(crate) sort: Vec<(String, bool)>,
    /// The fields that a row must have.
    pub(crate) has: Vec<String>,
    pub(crate) resolves: Vec<Resolve>,
    pub(crate) joins: Vec<Join>,
    pub(crate) tree: Option<Tree>,
    pub(crate) case_sensitive: bool,
    pub(crate) limit: usize,
    pub(crate) start: usize,
    pub(crate) language: Option<String>,
    pub(crate) distinct: Option<String>,
    pub(crate) timing: bool,
}

impl Query {
    /// Parses a query string. `id` is the id at the end of the path, if any.
    pub(crate) fn parse(text: &str, collection: &Collection, id: Option<&str>) -> Result<Self, RestError> {
        let mut query = Self {
            terms: Vec::new(),
            show: Vec::new(),
            hide: Vec::new(),
            sort: Vec::new(),
            has: Vec::new(),
            resolves: Vec::new(),
            joins: Vec::new(),
            tree: None,
            case_sensitive: true,
            limit: 1,
            start: 0,
            language: None,
            distinct: None,
            timing: false,
        };
        if let Some(id) = id {
            query.add_term(collection, collection.key(), id)?;
        }
        for (key, value) in url::form_urlencoded::parse(text.as_bytes()) {
            match key.strip_prefix("c:") {
                Some(command) => query.command(command, &value, collection)?,
                None => query.add_term(collection, &key, &value)?,
            }
        }
        Ok(query)
    }

    fn add_term(&mut self, collection: &Collection, field: &str, value: &str) -> Result<(), RestError> {
        if !collection.is_searchable(field) {
            return Err(RestError::UnknownTerm(collection.fields));
        }
        self.terms.push(Term::parse(field, value)?);
        Ok(())
    }

    /// Applies a command. Unknown commands are ignored, as by the real API.
    fn command(&mut self, command: &str, value: &str, collection: &Collection) -> Result<(), RestError> {
        match command {
            "show" => self.show = list(value),
            "hide" => self.hide = list(value),
            "has" => self.has = list(value),
            "sort" => {
                self.sort = list(value)
                    .into_iter()
                    .map(|field| match field.split_once(':') {
                        Some((field, order)) => (field.to_owned(), order == "-1"),
                        None => (field, false),
                    })
                    .collect();
            }
            "limit" => self.limit = value.parse().map_err(|_| RestError::NotAnInteger("c:limit"))?,
            "limitPerDB" => self.limit = value.parse().map_err(|_| RestError::NotAnInteger("c:limitPerDB"))?,
            "start" => self.start = value.parse().map_err(|_| RestError::NotAnInteger("c:start"))?,
            "case" => self.case_sensitive = is_true(value),
            "timing" => self.timing = is_true(value),
            "lang" => self.language = Some(value.to_owned()),
            "join" => self.joins.extend(Join::parse_all(value)),
            "resolve" => self.resolves.extend(Resolve::parse_all(value, collection)),
            "tree" => self.tree = Some(Tree::parse(value)),
            "distinct" if collection.is_searchable(value) => self.distinct = Some(value.to_owned()),
            "distinct" => return Err(RestError::InvalidDistinct),
            _ => {}
        }
        Ok(())
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "true")
}
