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
    options_can_be_combined,
    options_have_what_they_need,
    counts_are_positive,
    blocking_excludes_async,
    no_nested_runtime,
    second_trigger_has_its_own_name,
];

/// Options that contradict each other, and why.
const EXCLUSIVE: [(OptionKind, OptionKind, &str); 7] = [
    (OptionKind::Sequential, OptionKind::Concurrency, "`sequential` is `concurrency = 1`"),
    (OptionKind::Sequential, OptionKind::Key, "`sequential` orders all runs, `key` orders the runs with the same key"),
    (OptionKind::Batch, OptionKind::Check, "`check` decides about one event, so use `condition`, or filter the batch"),
    (OptionKind::Required, OptionKind::Batch, "there is only one `Started`"),
    (OptionKind::SingleShot, OptionKind::Batch, SINGLE_SHOT),
    (OptionKind::SingleShot, OptionKind::Check, SINGLE_SHOT),
    (OptionKind::SingleShot, OptionKind::Cooldown, SINGLE_SHOT),
];

const SINGLE_SHOT: &str = "`single_shot` takes only the first event";

/// Options that need another option.
const NEEDS: [(OptionKind, OptionKind); 3] = [
    (OptionKind::Per, OptionKind::Cooldown),
    (OptionKind::Within, OptionKind::Batch),
    (OptionKind::Batch, OptionKind::Within),
];

/// Options that cannot be zero, and why.
const POSITIVE: [(OptionKind, &str); 3] = [
    (OptionKind::Concurrency, "a trigger with `concurrency = 0` would never run"),
    (OptionKind::Batch, "a batch of 0 events would never be full"),
    (OptionKind::Retry, "`retry = 0` has no effect"),
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
            OptionKind::Key | OptionKind::Per | OptionKind::Check => "a function or closure that takes the event",
            OptionKind::OnError => "a function or closure that takes the error",
            OptionKind::Timeout | OptionKind::Cooldown | OptionKind::Within => "a `Duration`",
            OptionKind::Queue | OptionKind::Batch if !is_count => "a number of events",
            OptionKind::Retry if !is_count => "a number of retries",
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
            && matches!(option.kind, OptionKind::Condition | OptionKind::Key | OptionKind::Per)
            && closure_types::is_async(value)
        {
            let (what, help) = match option.kind {
                OptionKind::Condition => ("a condition", "write `check = …`, which can be asynchronous, or".into()),
                OptionKind::Key => ("a key", String::new()),
                _ => ("`per`", String::new()),
            };
            let help = format!("{help} use `.await` inside `{}` instead", function.name());
            errors.at(value, format!("{what} cannot be asynchronous"), help.trim_start());
        }
    }
}

fn options_can_be_combined(args: &Args, _: &Function, errors: &mut Errors) {
    for (one, other, help) in EXCLUSIVE {
        if let Some(second) = second_of(args, one, other) {
            let (one, other) = (one.name(), other.name());
            errors.at(second, format!("`{one}` cannot be used with `{other}`"), format!("remove one of them; {help}"));
        }
    }
}

fn options_have_what_they_need(args: &Args, _: &Function, errors: &mut Errors) {
    for (kind, needed) in NEEDS {
        if let Some(option) = args.option(kind)
            && args.option(needed).is_none()
        {
            let message = format!("`{}` has no effect without `{}`", kind.name(), needed.name());
            let message =
                if kind == OptionKind::Batch { "a batch without `within` could wait forever".into() } else { message };
            errors.at(&option.name, message, format!("add `{} = …`, such as `{}`", needed.name(), needed.example()));
        }
    }
}

fn counts_are_positive(args: &Args, _: &Function, errors: &mut Errors) {
    for (kind, message) in POSITIVE {
        if let Some(OptionValue::Expr(value)) = args.option(kind).map(|option| &option.value)
            && let Expr::Lit(literal) = ungroup_expr(value)
            && let Lit::Int(number) = &literal.lit
            && number.base10_digits() == "0"
        {
            errors.at(value, message, format!("write `{} = 1` or more", kind.name()));
        }
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
