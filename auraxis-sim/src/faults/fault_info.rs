//! One row of the table of faults, as text.

/// How a script writes a fault, and what the fault does.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FaultInfo {
    /// The words, with example values.
    pub example: &'static str,
    /// What happens.
    pub description: &'static str,
    /// What a perfect client does.
    pub expected: &'static str,
}

/// What a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole simulator.
    Server,
    /// Single connections to the event stream.
    Link,
}
