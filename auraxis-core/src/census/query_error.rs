//! Why a query is not sent.

/// Why a query cannot be answered, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The collection does not support this command.
    #[error("`{collection}` does not know the command `{command}`; it knows {}", .known.join(", "))]
    Command {
        /// The collection.
        collection: &'static str,
        /// The command, such as `c:sort`.
        command: &'static str,
        /// The commands that it supports.
        known: &'static [&'static str],
    },
    /// The collection requires a term for this field.
    #[error("`{collection}` answers only with a term for `{field}`: add `.filter(\"{field}\", …)`")]
    MissingTerm {
        /// The collection.
        collection: &'static str,
        /// The field.
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
    /// A term has no value.
    #[error("the term for `{0}` compares with nothing: give it a value, or leave it out")]
    EmptyTerm(String),
    /// A value holds a character that has a meaning for the server, encoded or not.
    #[error(
        "`{field}` cannot be compared with `{value}`: {sign:?} means something else there; several values are \
             `any_of`, other comparisons are `lt`, `starts_with` and so on"
    )]
    SignInValue {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The character.
        sign: char,
    },
    /// A join cannot search within texts: the characters for it separate the parts of a join.
    #[error("a join cannot search within `{0}`: `^` and `*` mean something else there; search in the outer query")]
    SearchInJoin(String),
    /// A value in a join holds a character that separates the parts of a join.
    #[error("a join cannot compare `{field}` with `{value}`: {separator:?} separates the parts of a join")]
    SeparatorInJoin {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The character.
        separator: char,
    },
    /// The limit is 0.
    #[error("a limit of 0 wants no rows: leave it out for one row, or count them")]
    NoRows,
    /// There are two limits, of which the server ignores one.
    #[error("`limit` and `limit_per_db` exclude each other: leave one of them out")]
    TwoLimits,
}
