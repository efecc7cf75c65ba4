//! Conditions and keys: closures in them are given the event.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprClosure, Pat, ReturnType, Stmt, Token, Type, spanned::Spanned};

use crate::{paths, tokens::glue};

/// A key, with [the event's type](give_type) in a closure.
pub(crate) fn key(mut key: Expr, event: &Type) -> TokenStream {
    if let Expr::Closure(closure) = innermost(&mut key) {
        give_type(closure, event);
    }
    key.into_token_stream()
}

/// A condition, with [the event's type](give_type) in a closure, and `bool` as what it returns: so the compiler
/// complains within the closure and not about it.
pub(crate) fn condition(mut condition: Expr, event: &Type) -> TokenStream {
    if let Expr::Closure(closure) = innermost(&mut condition) {
        give_type(closure, event);
        give_output(closure);
    }
    condition.into_token_stream()
}

/// Turns `|d| …` into `|d: &Death| …`: through a bound of the builder, the compiler could not infer the type.
///
/// Anything but one parameter without a type stays as it is.
fn give_type(closure: &mut ExprClosure, event: &Type) {
    if closure.inputs.len() == 1
        && let Some(parameter) = closure.inputs.first_mut()
        && !matches!(parameter, Pat::Type(_))
    {
        let at = glue(parameter.span());
        *parameter = Pat::Verbatim(quote_spanned!(at=> #parameter: &#event));
    }
}

/// Turns `|d| d.is_headshot` into `|d| -> bool { d.is_headshot }`; `syn` adds the braces.
fn give_output(closure: &mut ExprClosure) {
    if matches!(closure.output, ReturnType::Default) {
        let at = glue(closure.body.span());
        closure.output = ReturnType::Type(Token![->](at), Box::new(Type::Verbatim(paths::bool(at))));
    }
}

/// Whether a closure, or what stands in its place, gives a future, as far as it can be seen.
pub(crate) fn is_async(value: &Expr) -> bool {
    match value {
        Expr::Async(_) => true,
        Expr::Closure(closure) => closure.asyncness.is_some() || is_async(&closure.body),
        Expr::Group(group) => is_async(&group.expr),
        Expr::Paren(paren) => is_async(&paren.expr),
        Expr::Block(block) => matches!(block.block.stmts.last(), Some(Stmt::Expr(last, None)) if is_async(last)),
        _ => false,
    }
}

fn innermost(value: &mut Expr) -> &mut Expr {
    match value {
        Expr::Group(group) => innermost(&mut group.expr),
        Expr::Paren(paren) => innermost(&mut paren.expr),
        value => value,
    }
}
