//! Tokens: ours, the user's behind the invisible groups of `macro_rules!`, and as a message shows them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Type};

/// For tokens of ours that stand for something of the user's: names in them are out of the user's sight, and what the
/// compiler has to say about them is shown at the user's.
pub(crate) fn glue(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// The type inside the invisible groups that `$t:ty` leaves.
pub(crate) fn bare_type(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare_type(&group.elem),
        ty => ty,
    }
}

/// The expression inside the invisible groups that `$e:expr`, `$t:ty` or `$p:path` leave.
pub(crate) fn bare_expr(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => bare_expr(&group.expr),
        expr => expr,
    }
}

/// The name at the end of a type's path.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match bare_type(ty) {
        Type::Path(ty) => ty.path.segments.last().map(|segment| &segment.ident),
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

/// How a message writes tokens: as a person would, not spaced out.
pub(crate) fn shown(tokens: impl ToTokens) -> String {
    let spaced = tokens.into_token_stream().to_string();
    spaced.replace(" :: ", "::").replace(":: ", "::").replace(" (", "(")
}
