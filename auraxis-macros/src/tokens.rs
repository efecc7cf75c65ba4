//! Helpers for tokens.

use std::fmt;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, GenericArgument, PathArguments, Type};

/// The span for generated tokens that belong to something the user wrote.
///
/// Compiler errors point to the user's code, but generated names cannot clash with the user's.
pub(crate) fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Removes the invisible groups that `$t:ty` leaves.
pub(crate) fn ungroup_type(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup_type(&group.elem),
        ty => ty,
    }
}

/// Removes the invisible groups that `$e:expr`, `$t:ty` or `$p:path` leave.
pub(crate) fn ungroup_expr(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungroup_expr(&group.expr),
        expr => expr,
    }
}

/// The last segment of a type's path.
pub(crate) fn last_segment(ty: &Type) -> Option<&Ident> {
    match ungroup_type(ty) {
        Type::Path(ty) => ty.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The event in `Delivered<Death>`, or the type itself.
pub(crate) fn undelivered(ty: &Type) -> &Type {
    argument_of("Delivered", ty).unwrap_or(ty)
}

/// The first argument of a generic type with this name, such as the event in `Vec<Death>`.
pub(crate) fn argument_of<'a>(name: &str, ty: &'a Type) -> Option<&'a Type> {
    let Type::Path(path) = ungroup_type(ty) else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) => Some(argument),
        _ => None,
    }
}

/// The first `impl` in a type, at any depth.
pub(crate) fn impl_keyword(tokens: impl ToTokens) -> Option<Ident> {
    fn search(tokens: TokenStream) -> Option<Ident> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) => (ident == "impl").then_some(ident),
            TokenTree::Group(group) => search(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        })
    }
    search(tokens.into_token_stream())
}

/// Formats names for a message: `` `a`, `b` and `c` ``.
pub(crate) fn list(names: impl IntoIterator<Item: fmt::Display>) -> String {
    let mut names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// Formats tokens for a message, without the spaces that `to_string` adds.
pub(crate) fn display(tokens: impl ToTokens) -> String {
    let spaced = tokens.into_token_stream().to_string();
    let replacements = [(" :: ", "::"), (":: ", "::"), (" (", "("), (" < ", "<"), (" >", ">")];
    replacements.iter().fold(spaced, |text, (from, to)| text.replace(from, to))
}
