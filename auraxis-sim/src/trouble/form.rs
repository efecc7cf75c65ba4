//! How a script says what goes wrong.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::fault::{FORMS, Fault};

impl Fault {
    /// Everything that can go wrong, and how a script says it.
    #[must_use]
    pub const fn forms() -> &'static [Form] {
        FORMS
    }
}

impl FromStr for Fault {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        if let Some(fault) = FORMS.iter().find_map(|form| form.read(text)) {
            return Ok(fault);
        }
        let first = |text: &'static str| text.split(' ').next().unwrap_or_default();
        let begun = text.split_whitespace().next().unwrap_or_default();
        let examples = || FORMS.iter().map(|form| form.example);
        let alike: Vec<_> = examples().filter(|form| first(form) == begun).map(|form| format!("`{form}`")).collect();
        Err(Misread(if alike.is_empty() {
            let all: BTreeSet<_> = examples().map(first).collect();
            format!("no fault begins with `{begun}`; there are: {}", Vec::from_iter(all).join(", "))
        } else {
            format!("`{text}` is no fault; write it like {}", alike.join(" or "))
        }))
    }
}

/// How a script says that something goes wrong, and what that is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Form {
    /// The words, with values that may be others.
    pub example: &'static str,
    /// What happens.
    pub about: &'static str,
    /// What a perfect client makes of it.
    pub expected: &'static str,
    /// What may be left out at the end, or nothing.
    pub(super) tail: &'static str,
    pub(super) read: fn(&str) -> Option<Fault>,
}

impl Form {
    fn read(&self, text: &str) -> Option<Fault> {
        (self.read)(text).or_else(|| (self.read)(&format!("{text} {}", self.tail)))
    }
}

/// Why a phrase of a script cannot be read, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread(pub(super) String);

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misread {}
