//! Adds types to the closures in options.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprClosure, Pat, ReturnType, Stmt, Token, Type, spanned::Spanned};

use crate::{paths, tokens::generated_at};

/// Adds the [type of the first parameter](add_parameter_type) to a closure.
pub(crate) fn typed_closure(mut value: Expr, ty: impl FnOnce(Span) -> TokenStream) -> TokenStream {
    if let Expr::Closure(closure) = innermost(&mut value) {
        add_parameter_type(closure, ty);
    }
    value.into_token_stream()
}

/// Adds the [parameter type](add_parameter_type) and the [return type](add_return_type) to a condition that is a
/// closure.
pub(crate) fn typed_condition(mut condition: Expr, event: &Type) -> TokenStream {
    if let Expr::Closure(closure) = innermost(&mut condition) {
        if closure.inputs.len() == 1 {
            add_parameter_type(closure, |span| quote_spanned!(span=> &#event));
        }
        add_return_type(closure);
    }
    condition.into_token_stream()
}

/// Turns `|d| …` into `|d: &Death| …`, because the compiler cannot infer the type from a bound of the builder. A parameter
/// that has a type is left as it is.
fn add_parameter_type(closure: &mut ExprClosure, ty: impl FnOnce(Span) -> TokenStream) {
    if let Some(parameter) = closure.inputs.first_mut()
        && !matches!(parameter, Pat::Type(_))
    {
        let span = generated_at(parameter.span());
        let ty = ty(span);
        *parameter = Pat::Verbatim(quote_spanned!(span=> #parameter: #ty));
    }
}

/// Turns `|d| d.is_headshot` into `|d| -> bool { d.is_headshot }`, so that a wrong type is reported inside the closure.
/// `syn` adds the braces.
fn add_return_type(closure: &mut ExprClosure) {
    if matches!(closure.output, ReturnType::Default) {
        let span = generated_at(closure.body.span());
        closure.output = ReturnType::Type(Token![->](span), Box::new(Type::Verbatim(paths::bool(span))));
    }
}

/// Returns `true` if the expression is syntactically a future, or a closure that returns one.
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
