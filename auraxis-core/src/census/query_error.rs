//! Why a query is invalid.

/// The error returned for an invalid query: what is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The collection does not support this command.
    #[error("`{collection}` does not support the command `{command}`; it supports {}", .known.join(", "))]
    Command {
        /// The collection.
        collection: &'static str,
        /// The command, such as `c:sort`.
        command: &'static str,
        /// The supported commands.
        known: &'static [&'static str],
    },
    /// The collection requires a term for this field.
    #[error("`{collection}` requires a term for `{field}`; add `.filter(\"{field}\", …)`")]
    MissingTerm {
        /// The collection.
        collection: &'static str,
        /// The field.
        field: &'static str,
    },
    /// The collection cannot be searched by this field.
    #[error("`{collection}` cannot be searched by `{field}`; get all rows and compare them")]
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
    #[error("`{collection}` has no field `{field}`{}; for a field that this version does not know, use `Query::new`",
        .nearest.map(|name| format!("; a field with a similar name exists: `{name}`")).unwrap_or_default())]
    UnknownField {
        /// The collection.
        collection: &'static str,
        /// The given name.
        field: String,
        /// The most similar field, if any.
        nearest: Option<&'static str>,
    },
    /// The collection does not support this resolve.
    #[error("`{collection}` cannot resolve `{name}`; it resolves {}", if .known.is_empty() {
        "nothing, so use a join".to_owned()
    } else {
        .known.join(", ")
    })]
    UnknownResolve {
        /// The collection.
        collection: &'static str,
        /// The given name.
        name: String,
        /// The supported resolves.
        known: &'static [&'static str],
    },
    /// The query hides a field that is required to decode rows.
    #[error(
        "rows of `{collection}` cannot be decoded without `{field}`; show it, or use `Query::new` and decode the rows into \
         a struct of your own"
    )]
    HiddenField {
        /// The collection.
        collection: &'static str,
        /// The hidden field.
        field: &'static str,
    },
    /// A text search requires at least three characters.
    #[error("cannot search `{field}` for `{value}`: a text search requires at least 3 characters")]
    ShortSearch {
        /// The field.
        field: String,
        /// The searched text.
        value: String,
    },
    /// A term has no value.
    #[error("the term for `{0}` has no value; add one, or remove the term")]
    EmptyTerm(String),
    /// A value contains a character that has a special meaning to the server, encoded or not.
    #[error(
        "cannot compare `{field}` with `{value}`: `{sign}` has a special meaning to the server; use `any_of` for several \
         values, and `lt`, `starts_with` and so on for other comparisons"
    )]
    SignInValue {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The character.
        sign: char,
    },
    /// A text search in a join: its syntax conflicts with that of joins.
    #[error("a join cannot search `{0}`: `^` and `*` have another meaning in joins; search in the outer query")]
    SearchInJoin(String),
    /// A value in a join contains a character that separates the parts of a join.
    #[error(
        "a join cannot compare `{field}` with `{value}`: `{separator}` separates the parts of a join; compare it in \
         the outer query"
    )]
    SeparatorInJoin {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// The character.
        separator: char,
    },
    /// The limit is 0.
    #[error("a limit of 0 returns no rows; remove it for one row, or count the rows")]
    NoRows,
    /// The query has two limits; the server would ignore one.
    #[error("`limit` cannot be used with `limit_per_db`; remove one of them")]
    TwoLimits,
}
