//! What must hold beyond grammar: one function per rule.
//!
//! Whatever the compiler can say better (types, names, bounds) is left to it.

use crate::{args::Args, errors::Errors, function::Function};

mod events;
mod options;
mod signature;

/// Notes every rule that is broken.
pub(crate) fn every_rule(args: &Args, function: &Function, errors: &mut Errors) {
    for rule in signature::RULES {
        rule(function, errors);
    }
    for rule in events::RULES.iter().chain(options::RULES) {
        rule(args, function, errors);
    }
}
