//! The program that contains `run!`.

/// The program that contains `run!`, as named by Cargo.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Defaults to the name of the executable.
    pub name: Option<&'static str>,
    pub version: Option<&'static str>,
}
