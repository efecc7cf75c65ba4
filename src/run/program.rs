//! What `run!` says about the program that it stands in.

/// The program that `run!` stands in, as Cargo names it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Without one, the name of the file.
    pub name: Option<&'static str>,
    pub version: Option<&'static str>,
}
