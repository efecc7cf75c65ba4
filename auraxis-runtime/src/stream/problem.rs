//! What is wrong with a stream.

use std::fmt;

use serde::Serialize;

/// Something that is wrong with a client's stream: see [`Health::problems`](crate::health::Health::problems).
///
/// [`Display`](fmt::Display) writes the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of thing is in trouble.
    pub kind: ProblemKind,
    /// Which one: `link 0`, the name of a world or a trigger, `gap 3`, or `client`.
    pub subject: String,
    /// What is wrong, as readable text.
    pub message: String,
}

/// What a [`Problem`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProblemKind {
    /// The client is not running.
    Client,
    /// A link is not connected, or its subscription is not the requested one.
    Link,
    /// A world is silent.
    World,
    /// Events may be missing.
    Gap,
    /// A trigger blocks the stream.
    Trigger,
}

impl Problem {
    /// Used by `auraxis-serve`.
    #[doc(hidden)]
    #[must_use]
    pub fn new(kind: ProblemKind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
