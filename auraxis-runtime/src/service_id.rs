//! The service id, a secret that must not be shown.

use std::{fmt, str::FromStr};

/// The shortest beginning of an id that is redacted at the end of a text.
const MIN_PREFIX: usize = 3;

/// A service id. Only [`expose`](Self::expose) returns it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ServiceId(String);

impl ServiceId {
    /// `s:example`, which everybody can use.
    pub(crate) fn example() -> Self {
        Self("s:example".into())
    }

    pub(crate) fn is_example(&self) -> bool {
        *self == Self::example()
    }

    /// Returns the id, including `s:`.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Replaces the id by `…`, ignoring case. A beginning of the id at the end of the text is replaced too, because the
    /// text may have been truncated.
    pub(crate) fn redact(&self, text: &str) -> String {
        let id = self.0.trim_start_matches("s:").to_ascii_lowercase();
        if self.is_example() {
            return text.to_owned();
        }
        // Has the same byte offsets as the text.
        let lower = text.to_ascii_lowercase();
        let mut redacted = String::with_capacity(text.len());
        let mut from = 0;
        for (at, _) in lower.match_indices(&id) {
            redacted.extend([&text[from..at], "…"]);
            from = at + id.len();
        }
        let rest = &lower[from..];
        let prefix = (MIN_PREFIX..id.len()).rev().find(|length| rest.ends_with(&id[..*length]));
        redacted.push_str(&text[from..text.len() - prefix.unwrap_or(0)]);
        redacted.push_str(if prefix.is_some() { "…" } else { "" });
        redacted
    }
}

impl FromStr for ServiceId {
    type Err = &'static str;

    /// Parses an id, with or without `s:`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.strip_prefix("s:").unwrap_or(text);
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err("invalid service id; expected letters and digits, with or without the prefix `s:`");
        }
        Ok(Self(format!("s:{id}")))
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_example() { "s:example" } else { "s:(redacted)" })
    }
}

/// Returns a URL without its query and anything that may be a service id or a password.
pub(crate) fn redacted(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let shown = match (path.split_once("://"), path.rsplit_once('@')) {
        // A password may contain a slash.
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        (_, None) => path.to_owned(),
    };
    shown.split('/').map(|part| if part.starts_with("s:") { "s:…" } else { part }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_parsed_with_and_without_its_prefix_and_never_shown() {
        for text in ["s:abc123", "abc123"] {
            let id: ServiceId = text.parse().unwrap();
            assert_eq!((id.expose(), format!("{id:?}").as_str()), ("s:abc123", "s:(redacted)"));
        }
        for text in ["", "s:", "s:a b", "s:a/b", "ä"] {
            assert!(text.parse::<ServiceId>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_is_redacted_in_texts_and_urls() {
        let id: ServiceId = "abc".parse().unwrap();
        assert_eq!(id.redact("abc: /s:abc/get %3AABC%2F ab"), "…: /s:…/get %3A…%2F ab");
        let id: ServiceId = "verysecret".parse().unwrap();
        assert_eq!((id.redact("it begins with s:very"), id.redact("ve")), ("it begins with s:…".into(), "ve".into()));
        assert_eq!(ServiceId::example().redact("s:example"), "s:example");
        assert_eq!(redacted("https://me:secret@host/s:abc/get?x=abc"), "https://…@host/s:…/get");
        assert_eq!(redacted("https://me:sec/ret@host/"), "https://…@host/");
        assert_eq!(redacted("me:sec/ret@host"), "…@host");
    }
}
