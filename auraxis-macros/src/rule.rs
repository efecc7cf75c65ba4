//! What a rule is.

use crate::{args::Args, errors::Errors, function::Function};

/// A rule on what is listed, which may depend on the function below.
pub(crate) type Rule = fn(&Args, &Function, &mut Errors);
