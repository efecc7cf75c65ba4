//! Errors, collected so that all of them are reported together.

use std::fmt::Display;

use quote::ToTokens;
use syn::{Error, Result};

/// All errors found so far, in the order of discovery.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// Adds an error.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// Adds an error that underlines `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display, help: impl Display) {
        self.push(error(tokens, message, help));
    }

    /// Returns `true` if no error was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns `result` if no error was found before, and all errors otherwise.
    pub(crate) fn finish<T>(self, result: Result<T>) -> Result<T> {
        match (self.0, result) {
            (None, result) => result,
            (Some(errors), Ok(_)) => Err(errors),
            (Some(mut errors), Err(last)) => {
                errors.combine(last);
                Err(errors)
            }
        }
    }
}

/// An error that underlines `tokens`.
pub(crate) fn error(tokens: impl ToTokens, message: impl Display, help: impl Display) -> Error {
    Error::new_spanned(tokens, with_help(message, help))
}

/// What is wrong, followed by a line that says what to write instead.
///
/// A `compile_error!` has no notes; rustc indents the second line below the first.
pub(crate) fn with_help(message: impl Display, help: impl Display) -> String {
    format!("{message}\nhelp: {help}")
}
