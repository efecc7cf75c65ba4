//! The service id, which is a secret.

use std::{fmt, str::FromStr};

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

/// An address as it was given, without what may be a service id.
pub(crate) fn redacted(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<_> = path.split('/').map(|part| if part.starts_with("s:") { "s:…" } else { part }).collect();
    parts.join("/")
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
}
