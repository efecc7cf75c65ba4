//! The service id, which is a secret.

use std::{borrow::Cow, fmt, str::FromStr};

/// A service id. Nothing but [`expose`](Self::expose) shows it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ServiceId(String);

impl ServiceId {
    /// The id that everybody shares.
    pub(crate) fn example() -> Self {
        Self("s:example".into())
    }

    pub(crate) fn is_example(&self) -> bool {
        *self == Self::example()
    }

    /// The id, `s:` included.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The text without this id, with or without `s:`, wherever it stands as a word.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let id = self.0.trim_start_matches("s:");
        let is_word = |neighbour: Option<char>| !neighbour.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        let mut redacted = String::new();
        let mut from = 0;
        for (at, _) in text.match_indices(id) {
            let end = at + id.len();
            if !self.is_example() && is_word(text[..at].chars().next_back()) && is_word(text[end..].chars().next()) {
                redacted.push_str(&text[from..at]);
                redacted.push('…');
                from = end;
            }
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        redacted.push_str(&text[from..]);
        redacted.into()
    }
}

impl FromStr for ServiceId {
    type Err = &'static str;

    /// Takes it with or without `s:`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.strip_prefix("s:").unwrap_or(text);
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err("a service id consists of letters and digits, with or without `s:` before them");
        }
        Ok(Self(format!("s:{id}")))
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_example() { "s:example" } else { "s:(redacted)" })
    }
}

/// An address as it was given, without what may be a service id or a password.
pub(crate) fn redacted(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let shown = |part: &str| match part.rsplit_once('@') {
        _ if part.starts_with("s:") => "s:…".to_owned(),
        Some((_, host)) => format!("…@{host}"),
        None => part.to_owned(),
    };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_with_and_without_its_prefix_and_never_shown() {
        for text in ["s:abc123", "abc123"] {
            let id: ServiceId = text.parse().unwrap();
            assert_eq!((id.expose(), format!("{id:?}").as_str()), ("s:abc123", "s:(redacted)"));
        }
        for text in ["", "s:", "s:a b", "s:a/b", "ä"] {
            assert!(text.parse::<ServiceId>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_is_taken_out_of_texts_and_addresses() {
        let id: ServiceId = "abc".parse().unwrap();
        assert_eq!(id.redact("abc: /s:abc/get abcd xabc abc"), "…: /s:…/get abcd xabc …");
        assert!(matches!(id.redact("abcd"), Cow::Borrowed("abcd")));
        assert_eq!(ServiceId::example().redact("s:example"), "s:example");
        assert_eq!(redacted("https://me:secret@host/s:abc/get?x=abc"), "https://…@host/s:…/get");
    }
}
