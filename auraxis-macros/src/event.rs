//! The events that a trigger lists.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Error, Expr, ExprCall, ExprPath, Lit, LitStr, Result, Type, TypePath};

use crate::{
    errors::error,
    option::OptionKind,
    tokens::{display, last_segment, ungroup_expr},
};

/// A listed event.
pub(crate) enum Event {
    /// `Death`: every event of a type.
    Type(Type),
    /// `GainExperience::filter_experience(7)`: the events of a type that a selector matches.
    Selector { event: Type, selector: ExprCall },
    /// `"DirectiveCompleted"`: an event without a type, by its name.
    Name(LitStr),
}

impl Event {
    /// Creates the event from an argument of the attribute.
    pub(crate) fn from_expr(arg: &Expr) -> Result<Self> {
        match ungroup_expr(arg) {
            Expr::Path(path) => match not_a_type(path) {
                Some((message, help)) => Err(error(arg, message, help)),
                None => Ok(Self::Type(type_of(path.clone()))),
            },
            Expr::Call(call) => Self::selector(call.clone()),
            Expr::Lit(literal) if let Lit::Str(name) = &literal.lit => Ok(Self::Name(name.clone())),
            Expr::Reference(event) => {
                let help = format!("write `{}`", display(&event.expr));
                Err(error(arg, "expected an event type, found a reference", help))
            }
            _ => Err(not_an_event(arg)),
        }
    }

    fn selector(selector: ExprCall) -> Result<Self> {
        let Expr::Path(function) = ungroup_expr(&selector.func) else {
            return Err(selector_without_event(&selector));
        };
        if let Some(word) = function.path.get_ident()
            && let Some(kind) = OptionKind::named(word)
        {
            return Err(kind.called(&selector));
        }
        match owner(function.clone()) {
            Some(event) => Ok(Self::Selector { event, selector }),
            None => Err(selector_without_event(&selector)),
        }
    }

    /// The event's type, unless it is listed by its name.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Type(event) | Self::Selector { event, .. } => Some(event),
            Self::Name(_) => None,
        }
    }

    /// The last segment of the event's type.
    pub(crate) fn name(&self) -> Option<&Ident> {
        self.ty().and_then(last_segment)
    }
}

/// The event as it was written.
impl ToTokens for Event {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Type(event) => event.to_tokens(tokens),
            Self::Selector { selector, .. } => selector.to_tokens(tokens),
            Self::Name(name) => name.to_tokens(tokens),
        }
    }
}

/// The error for an argument that is neither an event nor an option.
pub(crate) fn not_an_event(arg: impl ToTokens) -> Error {
    error(
        arg,
        "expected an event",
        "write its type (`Death`), a selector (`GainExperience::filter_experience(7)`) or, if it has no type, its name \
         (`\"DirectiveCompleted\"`)",
    )
}

/// The message and the help for a path that cannot be a type: a variant of `Event`, or a selector that is not called.
fn not_a_type(path: &ExprPath) -> Option<(String, String)> {
    let mut segments = path.path.segments.iter().rev();
    let (last, owner) = (&segments.next()?.ident, &segments.next()?.ident);
    let starts_with = |word: &Ident, is: fn(char) -> bool| word.to_string().starts_with(is);
    if !starts_with(owner, char::is_uppercase) {
        None
    } else if starts_with(last, char::is_lowercase) {
        let message = format!("missing arguments for the selector `{owner}::{last}`");
        Some((message, format!("write `{owner}::{last}(…)`")))
    } else if owner == "Event" || owner == "EventKind" {
        let message = format!("expected an event type, found the variant `{owner}::{last}`");
        Some((message, format!("write `{last}`")))
    } else {
        None
    }
}

fn selector_without_event(call: &ExprCall) -> Error {
    error(
        call,
        format!("missing event before the selector `{}`", display(&call.func)),
        "write, for example, `GainExperience::filter_experience(7)`",
    )
}

/// Returns `GainExperience` for the path `GainExperience::filter_experience`, and `$t` for `<$t>::filter_experience`.
fn owner(mut function: ExprPath) -> Option<Type> {
    function.path.segments.pop()?;
    function.path.segments.pop_punct();
    match &function.qself {
        Some(owner) if owner.position >= function.path.segments.len() => Some((*owner.ty).clone()),
        _ if function.path.segments.is_empty() => None,
        _ => Some(type_of(function)),
    }
}

fn type_of(ExprPath { qself, path, .. }: ExprPath) -> Type {
    Type::Path(TypePath { attrs: Vec::new(), qself, path })
}
