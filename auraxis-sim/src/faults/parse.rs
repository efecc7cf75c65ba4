//! Parses a fault, and suggests what to write if it cannot be parsed.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::fault::Fault;

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        if let Some(fault) = Self::read(text) {
            return Ok(fault);
        }
        let first = |text: &'static str| text.split(' ').next().unwrap_or_default();
        let word = text.split_whitespace().next().unwrap_or_default();
        let examples = || Self::catalog().iter().map(|info| info.example);
        let alike: Vec<_> =
            examples().filter(|example| first(example) == word).map(|example| format!("`{example}`")).collect();
        Err(ParseFaultError(if alike.is_empty() {
            let all: BTreeSet<_> = examples().map(first).collect();
            let fault = if word.is_empty() { "missing fault".into() } else { format!("no fault begins with `{word}`") };
            format!("{fault}; the first word must be one of {}", Vec::from_iter(all).join(", "))
        } else {
            format!("`{text}` is not a fault; write, for example, {}", alike.join(" or "))
        }))
    }
}

/// An error that occurs when parsing a [`Fault`] or an [`Injection`](super::Injection). Its message suggests what to
/// write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFaultError(pub(super) String);

impl fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseFaultError {}
