//! The token that allows changes.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A token that allows changes. It never appears in output.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// Returns `None` if the token is empty.
    pub(crate) fn new(token: String) -> Option<Self> {
        Some(Self(token)).filter(|token| !token.0.is_empty())
    }

    /// Compares in constant time, except for the length.
    pub(crate) fn matches(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
