//! Checks beyond the grammar: one function per rule.
//!
//! Types, names and bounds are left to the compiler, which reports them better.

use crate::{args::Args, errors::Errors, function::Function};

mod events;
mod options;
mod signature;

/// Checks the rules for triggers on events, and reports those that are broken.
pub(crate) fn trigger(args: &Args, function: &Function, errors: &mut Errors) {
    for rule in signature::RULES {
        rule(function, errors);
    }
    for rule in events::RULES.iter().chain(options::RULES) {
        rule(args, function, errors);
    }
}

/// Checks the rules for periodic triggers.
pub(crate) fn periodic(args: &Args, function: &Function, errors: &mut Errors) {
    for rule in signature::RULES {
        rule(function, errors);
    }
    for rule in options::RULES {
        rule(args, function, errors);
    }
}
