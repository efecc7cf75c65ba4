//! The type of a rule.

use crate::{args::Args, errors::Errors, function::Function};

/// Checks the arguments, or the arguments together with the function.
pub(crate) type Rule = fn(&Args, &Function, &mut Errors);
