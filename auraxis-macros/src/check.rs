//! Checks beyond the grammar: one function per rule.
//!
//! Types, names and bounds are left to the compiler, which reports them better.

use crate::{args::Args, errors::Errors, function::Function};

mod events;
mod options;
mod signature;

/// Checks every rule and reports those that are broken.
pub(crate) fn all(args: &Args, function: &Function, errors: &mut Errors) {
    for rule in signature::RULES {
        rule(function, errors);
    }
    for rule in events::RULES.iter().chain(options::RULES) {
        rule(args, function, errors);
    }
}
