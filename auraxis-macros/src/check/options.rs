//! Rules on options, and on options together.

use syn::{Expr, ExprLit, ExprUnary, Lit, Meta, UnOp};

use crate::{
    args::Args,
    closure,
    errors::Errors,
    function::Function,
    option::{Setting, Value},
    rule::Rule,
    tokens::bare_expr,
};

pub(super) const RULES: &[Rule] = &[
    literals_fit,
    conditions_and_keys_are_synchronous,
    sequential_has_no_concurrency,
    sequential_has_no_key,
    concurrency_is_positive,
    blocking_is_not_async,
    no_runtime_in_the_runtime,
    second_trigger_has_a_name_of_its_own,
];

/// Of literals, the compiler would only name the type.
fn literals_fit(args: &Args, _: &Function, errors: &mut Errors) {
    for given in &args.options {
        let Value::Expr(value) = &given.value else { continue };
        let (literal, is_negative) = match bare_expr(value) {
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => (bare_expr(expr), true),
            value => (value, false),
        };
        let Expr::Lit(ExprLit { lit, .. }) = literal else { continue };
        let example = match given.setting {
            Setting::Worlds => "a list: `worlds = [WorldId::SOLTECH]`",
            Setting::Characters => "a list: `characters = [CharacterId(5428010618020694593)]`",
            Setting::Zones => "a list: `zones = [ZoneId::INDAR]`",
            Setting::Name if !matches!(lit, Lit::Str(name) if !name.value().trim().is_empty()) => {
                "a text that is not empty: `name = \"on_death\"`"
            }
            Setting::Key => "a function or closure of the event: `key = |death| death.character_id`",
            Setting::Timeout => "a `Duration`: `timeout = Duration::from_secs(5)`",
            Setting::Queue if is_negative || !matches!(lit, Lit::Int(_)) => "a number of events: `queue = 256`",
            Setting::Concurrency if is_negative || !matches!(lit, Lit::Int(_)) => "a number of runs: `concurrency = 8`",
            _ => continue,
        };
        errors.at(value, format!("`{}` takes {example}", given.word));
    }
}

fn conditions_and_keys_are_synchronous(args: &Args, _: &Function, errors: &mut Errors) {
    for given in &args.options {
        if let Value::Expr(value) = &given.value
            && matches!(given.setting, Setting::Condition | Setting::Key)
            && closure::is_async(value)
        {
            errors.at(value, format!("a {} is synchronous: await inside the function", given.word));
        }
    }
}

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

/// What `#[tokio::main]` has made of the function, if it stands above the attribute, blocks.
fn no_runtime_in_the_runtime(args: &Args, function: &Function, errors: &mut Errors) {
    let is_made_by_tokio = || function.body.to_string().contains("Failed building the Runtime");
    if args.given(Setting::Blocking).is_none()
        && !function.is_async()
        && function.remaking_attributes().next().is_none()
        && is_made_by_tokio()
    {
        errors.at(function.name(), "a trigger runs in the runtime of auraxis: remove `#[tokio::main]`");
    }
}

/// Only the next one is looked at: each attribute comes to its own expansion and looks at the one after it.
fn second_trigger_has_a_name_of_its_own(args: &Args, function: &Function, errors: &mut Errors) {
    let is_trigger = |meta: &Meta| meta.path().segments.last().is_some_and(|segment| segment.ident == "trigger");
    let Some(next) = function.attributes.iter().find(|attribute| is_trigger(&attribute.meta)) else { return };
    let others = match &next.meta {
        Meta::List(list) => Args::parse(list.tokens.clone(), &mut Errors::default()),
        Meta::Path(_) | Meta::NameValue(_) => Args::default(),
    };
    match (literal_name(&others), literal_name(args)) {
        _ if others.given(Setting::Name).is_none() => {
            errors.at(next, "a second trigger on one function needs a `name`");
        }
        (Some(other), Some(name)) if other == name => errors.at(next, format!("two triggers are named `{name}`")),
        _ => {}
    }
}

/// The name, if it was given as a text.
fn literal_name(args: &Args) -> Option<String> {
    match &args.given(Setting::Name)?.value {
        Value::Expr(value) => match bare_expr(value) {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The name of whichever of two options was given later, if both were.
fn later_of(args: &Args, one: Setting, other: Setting) -> Option<&syn::Ident> {
    let mut given = args.options.iter().filter(|given| [one, other].contains(&given.setting));
    given.nth(1).map(|given| &given.word)
}
