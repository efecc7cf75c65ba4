//! Rules on options, and on options together.

use syn::{Expr, Lit};

use super::Rule;
use crate::{
    args::Args,
    errors::Errors,
    function::Function,
    option::{Setting, Value},
    tokens::bare_expr,
};

pub(super) const RULES: &[Rule] =
    &[sequential_has_no_concurrency, sequential_has_no_key, concurrency_is_positive, blocking_is_not_async];

fn sequential_has_no_concurrency(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(second) = later_of(args, Setting::Sequential, Setting::Concurrency) {
        errors.at(second, "`sequential` means `concurrency = 1`: remove one of them");
    }
}

fn sequential_has_no_key(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(second) = later_of(args, Setting::Sequential, Setting::Key) {
        errors.at(second, "`sequential` keeps all runs in order, `key` those of one key: remove one of them");
    }
}

fn concurrency_is_positive(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(Value::Expr(value)) = args.given(Setting::Concurrency).map(|given| &given.value)
        && let Expr::Lit(literal) = bare_expr(value)
        && let Lit::Int(number) = &literal.lit
        && number.base10_digits() == "0"
    {
        errors.at(value, "a trigger with `concurrency = 0` never runs: write at least 1");
    }
}

fn blocking_is_not_async(args: &Args, function: &Function, errors: &mut Errors) {
    if let Some(blocking) = args.given(Setting::Blocking)
        && function.is_async()
    {
        errors.at(&blocking.word, "a `blocking` handler is a plain `fn`: remove `blocking` or `async`");
    }
}

/// The name of whichever of two options was given later, if both were.
fn later_of(args: &Args, one: Setting, other: Setting) -> Option<&syn::Ident> {
    let mut given = args.options.iter().filter(|given| [one, other].contains(&given.setting));
    given.nth(1).map(|given| &given.word)
}
