//! Writing queries as URLs.
//!
//! Commands are in auraxium's order, without those that have their default value. Separators (commas, colons, carets,
//! parentheses, apostrophes) are not encoded. In user input, everything except letters, digits and `-._~` is
//! percent-encoded, and so are the operators `<` and `>`, which URLs cannot contain.

use std::fmt::{self, Display, Write as _};

use super::{
    join::{Join, Tree},
    query::Query,
    term::{Modifier, Test},
};

/// The URL of the official REST server.
pub const OFFICIAL_URL: &str = "https://census.daybreakgames.com";

/// The first part of a query's path: whether to return or to count the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Returns the rows.
    Get,
    /// Counts the rows.
    Count,
}

impl Verb {
    /// The name in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Count => "count",
        }
    }
}

impl Query {
    /// Returns the URL of the query.
    ///
    /// `base` is the URL of the server, such as [`OFFICIAL_URL`]. The service id, with or without `s:`, becomes part of
    /// the path; pass `None` for servers without service ids, such as Sanctuary's. [Check](Self::check) the query
    /// first: invalid queries are written as they are.
    #[must_use]
    pub fn url(&self, base: &str, service_id: Option<&str>, verb: Verb) -> String {
        let mut url = base.trim_end_matches('/').to_owned();
        if let Some(id) = service_id {
            url.push_str("/s:");
            url.push_str(id.strip_prefix("s:").unwrap_or(id));
        }
        url.push('/');
        url.push_str(verb.name());
        url.push('/');
        url.push_str(self.namespace.as_deref().unwrap_or("ps2"));
        if let Some(collection) = self.collection() {
            url.push('/');
            url.push_str(collection);
        }
        let mut parts = Parts { url, first: true };
        for (field, test) in &self.terms {
            parts.part(Encoded(field), test);
        }
        self.commands(&mut parts);
        parts.url
    }

    fn commands(&self, parts: &mut Parts) {
        if self.show.is_empty() {
            parts.list("c:hide", &self.hide);
        } else {
            parts.list("c:show", &self.show);
        }
        parts.list("c:sort", &self.sort);
        parts.list("c:has", &self.has);
        parts.list("c:resolve", &self.resolve);
        parts.when(self.ignore_case, "c:case", 0);
        parts.some("c:limit", self.limit.filter(|rows| *rows != 1));
        parts.some("c:limitPerDB", self.limit_per_db);
        parts.when(self.start != 0, "c:start", self.start);
        parts.when(self.include_null, "c:includeNull", 1);
        parts.some("c:lang", self.lang);
        parts.when(!self.joins.is_empty(), "c:join", Separated(&self.joins, ','));
        parts.some("c:tree", self.tree.as_ref());
        parts.when(self.timing, "c:timing", 1);
        parts.when(self.exact_match_first, "c:exactMatchFirst", 1);
        parts.some("c:distinct", self.distinct.as_deref().map(Encoded));
        parts.when(self.no_retry, "c:retry", 0);
        self.raw.iter().for_each(|part| parts.raw(part));
    }
}

/// The URL written so far.
struct Parts {
    url: String,
    first: bool,
}

impl Parts {
    fn part(&mut self, key: impl Display, value: impl Display) {
        self.raw(format_args!("{key}={value}"));
    }

    fn raw(&mut self, part: impl Display) {
        self.url.push(if self.first { '?' } else { '&' });
        self.first = false;
        // Writing to a string cannot fail.
        let _ = write!(self.url, "{part}");
    }

    fn when(&mut self, condition: bool, key: &str, value: impl Display) {
        if condition {
            self.part(key, value);
        }
    }

    fn some(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.part(key, value);
        }
    }

    fn list(&mut self, key: &str, fields: &[String]) {
        self.when(!fields.is_empty(), key, Separated(&fields.iter().map(|field| Name(field)).collect::<Vec<_>>(), ','));
    }
}

/// User input. All characters with a meaning in URLs are encoded.
struct Encoded<'a>(&'a str);

impl Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(self.0, b"", f)
    }
}

/// A field name in a command, with its options: `name.first:-1`, `outfit(alias,name)`.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(self.0, b":(),", f)
    }
}

fn encode(text: &str, readable: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || readable.contains(&byte) {
            f.write_char(char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

struct Separated<'a, T>(&'a [T], char);

impl<T: Display> Display for Separated<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char(self.1)?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Test {
    /// Writes the term as in URLs, encoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.modifier {
            Modifier::Less => "%3C",
            Modifier::Greater => "%3E",
            other => other.prefix(),
        })?;
        Separated(&self.values.iter().map(|value| Encoded(value)).collect::<Vec<_>>(), ',').fmt(f)
    }
}

impl Display for Join {
    /// Writes the join as in URLs, encoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Encoded(&self.collection))?;
        let keyed = |f: &mut fmt::Formatter<'_>, key: &str, value: Option<&String>| match value {
            Some(value) => write!(f, "^{key}:{}", Encoded(value)),
            None => Ok(()),
        };
        let names = |f: &mut fmt::Formatter<'_>, key: &str, fields: &[String]| {
            let names: Vec<_> = fields.iter().map(|field| Encoded(field)).collect();
            if names.is_empty() { Ok(()) } else { write!(f, "^{key}:{}", Separated(&names, '\'')) }
        };
        keyed(f, "on", self.on.as_ref())?;
        keyed(f, "to", self.to.as_ref())?;
        if self.list {
            f.write_str("^list:1")?;
        }
        if self.inner {
            f.write_str("^outer:0")?;
        }
        names(f, "show", &self.show)?;
        names(f, "hide", &self.hide)?;
        keyed(f, "inject_at", self.inject_at.as_ref())?;
        for (at, (field, test)) in self.terms.iter().enumerate() {
            write!(f, "{}{}={test}", if at == 0 { "^terms:" } else { "'" }, Encoded(field))?;
        }
        if self.joins.is_empty() { Ok(()) } else { write!(f, "({})", Separated(&self.joins, ',')) }
    }
}

impl Display for Tree {
    /// Writes the tree as in URLs, encoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Encoded(&self.field))?;
        if let Some(prefix) = &self.prefix {
            write!(f, "^prefix:{}", Encoded(prefix))?;
        }
        if self.list {
            f.write_str("^list:1")?;
        }
        match &self.start {
            Some(path) => write!(f, "^start:{}", Encoded(path)),
            None => Ok(()),
        }
    }
}
