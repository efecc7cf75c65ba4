//! Why an event could not be parsed.

use std::fmt;

/// Why an event of a known name is an [`UnknownEvent`](super::UnknownEvent).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldFault {
    /// A required field is missing.
    Missing {
        /// Its name on the wire.
        field: Box<str>,
    },
    /// A field has an invalid value: text instead of a number, or a number out of range.
    Value {
        /// Its name on the wire.
        field: Box<str>,
        /// The value as JSON, cut to a readable length.
        found: Box<str>,
    },
    /// A field occurs more than once; the last occurrence is kept.
    Duplicate {
        /// Its name on the wire.
        field: Box<str>,
    },
}

impl FieldFault {
    /// The name of the field on the wire.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Missing { field } | Self::Value { field, .. } | Self::Duplicate { field } => field,
        }
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "`{field}` is missing"),
            Self::Value { field, found } => write!(f, "`{field}` has an invalid value: `{found}`"),
            Self::Duplicate { field } => write!(f, "`{field}` occurs more than once"),
        }
    }
}

impl std::error::Error for FieldFault {}

/// The beginning of a text, short enough for a log line, with characters escaped that a terminal would interpret.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    const LENGTH: usize = 200;
    match text.floor_char_boundary(LENGTH) {
        cut if cut < text.len() => format!("{}… ({} bytes)", printable(&text[..cut]), text.len()).into(),
        _ => printable(text).into(),
    }
}

fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\'' | '\\' => printable.push(char),
            _ => printable.extend(char.escape_debug()),
        }
    }
    printable
}
