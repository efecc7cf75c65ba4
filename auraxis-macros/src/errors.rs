//! Mistakes, collected so that all of them are shown at once.

use std::fmt::Display;

use quote::ToTokens;
use syn::{Error, Result};

/// Every mistake found so far, in the order of discovery.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// Adds a mistake.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// Adds a mistake, shown under `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The outcome of the last step, provided that nothing was wrong before it.
    pub(crate) fn finish<T>(self, outcome: Result<T>) -> Result<T> {
        match (self.0, outcome) {
            (None, outcome) => outcome,
            (Some(errors), Ok(_)) => Err(errors),
            (Some(mut errors), Err(last)) => {
                errors.combine(last);
                Err(errors)
            }
        }
    }
}
