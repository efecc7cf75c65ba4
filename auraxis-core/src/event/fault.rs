//! What keeps an event from being what its name says.

use std::fmt;

/// What a field is, or is not, that keeps an event from being what its name says, or a payload from having a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldFault {
    /// A field that is always there is not.
    Missing {
        /// Its name on the wire.
        field: Box<str>,
    },
    /// A field holds what it cannot: a text where a number belongs, or a number out of range.
    Value {
        /// Its name on the wire.
        field: Box<str>,
        /// What stands there, as JSON, cut to a readable length.
        found: Box<str>,
    },
    /// A field is there more than once; the last one counts.
    Doubled {
        /// Its name on the wire.
        field: Box<str>,
    },
}

impl FieldFault {
    /// The name of the field on the wire.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Missing { field } | Self::Value { field, .. } | Self::Doubled { field } => field,
        }
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "`{field}` is missing"),
            Self::Value { field, found } => write!(f, "`{field}` holds `{found}`, which it cannot"),
            Self::Doubled { field } => write!(f, "`{field}` is there more than once"),
        }
    }
}

impl std::error::Error for FieldFault {}

/// The beginning of a text, short enough for a line of a log, with everything escaped that a terminal would not print
/// as it is.
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
