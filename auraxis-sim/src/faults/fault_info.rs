//! The description of a fault.

/// The description of a fault and its syntax in a script.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FaultInfo {
    /// The syntax, with example values.
    pub example: &'static str,
    /// What the fault does.
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
