//! Rules on the options of a trigger.

use syn::{Expr, ExprLit, ExprUnary, Lit, Meta, UnOp};

use crate::{
    args::Args,
    closure_types,
    errors::Errors,
    function::Function,
    option::{OptionKind, OptionValue},
    rule::Rule,
    tokens::ungroup_expr,
};

pub(super) const RULES: &[Rule] = &[
    literals_have_the_expected_type,
    conditions_and_keys_are_synchronous,
    sequential_excludes_concurrency,
    sequential_excludes_key,
    concurrency_is_positive,
    blocking_excludes_async,
    no_nested_runtime,
    second_trigger_has_its_own_name,
];

/// For a literal of another type, the compiler's error would not say what to write.
fn literals_have_the_expected_type(args: &Args, _: &Function, errors: &mut Errors) {
    for option in &args.options {
        let OptionValue::Expr(value) = &option.value else { continue };
        let (literal, is_negative) = match ungroup_expr(value) {
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => (ungroup_expr(expr), true),
            value => (value, false),
        };
        let Expr::Lit(ExprLit { lit, .. }) = literal else { continue };
        let is_count = !is_negative && matches!(lit, Lit::Int(_));
        let expected = match option.kind {
            OptionKind::Worlds => "a list of worlds",
            OptionKind::Characters => "a list of characters",
            OptionKind::Zones => "a list of zones",
            OptionKind::Name if is_blank(lit) || !matches!(lit, Lit::Str(_)) => "a name",
            OptionKind::Key => "a function or closure that takes the event",
            OptionKind::Timeout => "a `Duration`",
            OptionKind::Queue if !is_count => "a number of events",
            OptionKind::Concurrency if !is_count => "a number of runs",
            _ => continue,
        };
        let found = if is_negative { "a negative number" } else { description(lit) };
        errors.at(
            value,
            format!("expected {expected}, found {found}"),
            format!("write, for example, `{}`", option.kind.example()),
        );
    }
}

fn description(literal: &Lit) -> &'static str {
    match literal {
        Lit::Str(_) if is_blank(literal) => "an empty string",
        Lit::Str(_) => "a string",
        Lit::Int(_) => "an integer",
        Lit::Float(_) => "a floating-point number",
        Lit::Bool(_) => "a `bool`",
        Lit::Char(_) => "a `char`",
        _ => "a literal",
    }
}

fn is_blank(literal: &Lit) -> bool {
    matches!(literal, Lit::Str(string) if string.value().trim().is_empty())
}

fn conditions_and_keys_are_synchronous(args: &Args, function: &Function, errors: &mut Errors) {
    for option in &args.options {
        if let OptionValue::Expr(value) = &option.value
            && matches!(option.kind, OptionKind::Condition | OptionKind::Key)
            && closure_types::is_async(value)
        {
            errors.at(
                value,
                format!("a {} cannot be asynchronous", option.name),
                format!("use `.await` inside `{}` instead", function.name()),
            );
        }
    }
}

fn sequential_excludes_concurrency(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(second) = second_of(args, OptionKind::Sequential, OptionKind::Concurrency) {
        errors.at(
            second,
            "`sequential` cannot be used with `concurrency`",
            "remove one of them; `sequential` is `concurrency = 1`",
        );
    }
}

fn sequential_excludes_key(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(second) = second_of(args, OptionKind::Sequential, OptionKind::Key) {
        errors.at(
            second,
            "`sequential` cannot be used with `key`",
            "remove one of them; `sequential` orders all runs, `key` orders the runs with the same key",
        );
    }
}

fn concurrency_is_positive(args: &Args, _: &Function, errors: &mut Errors) {
    if let Some(OptionValue::Expr(value)) = args.option(OptionKind::Concurrency).map(|option| &option.value)
        && let Expr::Lit(literal) = ungroup_expr(value)
        && let Lit::Int(number) = &literal.lit
        && number.base10_digits() == "0"
    {
        errors.at(value, "a trigger with `concurrency = 0` would never run", "write `concurrency = 1` or more");
    }
}

fn blocking_excludes_async(args: &Args, function: &Function, errors: &mut Errors) {
    if let Some(blocking) = args.option(OptionKind::Blocking)
        && function.is_async()
    {
        errors.at(&blocking.name, "`blocking` cannot be used with an `async fn`", "remove `blocking` or `async`");
    }
}

/// `#[tokio::main]` above the attribute has already turned the function into one that blocks on a runtime.
fn no_nested_runtime(args: &Args, function: &Function, errors: &mut Errors) {
    let blocks_on_runtime = || function.body.to_string().contains("Failed building the Runtime");
    if args.option(OptionKind::Blocking).is_none()
        && !function.is_async()
        && function.conflicting_attributes().next().is_none()
        && blocks_on_runtime()
    {
        errors.at(
            function.name(),
            "`#[tokio::main]` cannot be used on a trigger: triggers already run in a Tokio runtime",
            "remove `#[tokio::main]`",
        );
    }
}

/// Checks only the next trigger, because the expansion of each attribute checks the one below it.
fn second_trigger_has_its_own_name(args: &Args, function: &Function, errors: &mut Errors) {
    let is_trigger = |meta: &Meta| meta.path().segments.last().is_some_and(|segment| segment.ident == "trigger");
    let Some(next) = function.attributes.iter().find(|attribute| is_trigger(&attribute.meta)) else { return };
    let next_args = match &next.meta {
        Meta::List(list) => Args::parse(list.tokens.clone(), &mut Errors::default()),
        Meta::Path(_) | Meta::NameValue(_) => Args::default(),
    };
    match (literal_name(&next_args), literal_name(args)) {
        _ if next_args.option(OptionKind::Name).is_none() => {
            let message = format!("a second trigger on `{}` requires a name", function.name());
            errors.at(next, message, "add `name = \"…\"`");
        }
        (Some(next_name), Some(name)) if next_name == name => {
            errors.at(next, format!("two triggers are named `{name}`"), "change one of the names");
        }
        _ => {}
    }
}

/// The trigger's name, if it is a string literal.
fn literal_name(args: &Args) -> Option<String> {
    match &args.option(OptionKind::Name)?.value {
        OptionValue::Expr(value) => match ungroup_expr(value) {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The name of the option that was given second, if both were given.
fn second_of(args: &Args, one: OptionKind, other: OptionKind) -> Option<&syn::Ident> {
    let mut options = args.options.iter().filter(|option| [one, other].contains(&option.kind));
    options.nth(1).map(|option| &option.name)
}
