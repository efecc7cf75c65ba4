//! What a trigger listens to, item by item.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Error, Expr, ExprCall, ExprPath, Lit, LitStr, Result, Type, TypePath};

use crate::{
    option::Setting,
    tokens::{bare_expr, last_name, shown},
};

/// An event as it was listed.
pub(crate) enum Event {
    /// `Death`: every event of a type.
    Type(Type),
    /// `GainExperience::filter_experience(7)`: the events of a type that a selector picks.
    Selector { event: Type, selector: ExprCall },
    /// `"DirectiveCompleted"`: an event that has no type yet.
    Name(LitStr),
}

impl Event {
    /// Understands an item of the attribute that is not an option.
    pub(crate) fn new(item: &Expr) -> Result<Self> {
        match bare_expr(item) {
            Expr::Path(path) => match not_a_type(path) {
                Some(message) => Err(Error::new_spanned(item, message)),
                None => Ok(Self::Type(type_of(path.clone()))),
            },
            Expr::Call(call) => Self::selector(call.clone()),
            Expr::Lit(literal) if let Lit::Str(name) = &literal.lit => Ok(Self::Name(name.clone())),
            Expr::Reference(event) => {
                let event = shown(&event.expr);
                Err(Error::new_spanned(item, format!("a trigger owns its event: write `{event}`")))
            }
            _ => Err(not_an_event(item)),
        }
    }

    fn selector(selector: ExprCall) -> Result<Self> {
        let Expr::Path(function) = bare_expr(&selector.func) else {
            return Err(not_a_selector(&selector));
        };
        if let Some(word) = function.path.get_ident()
            && let Some(setting) = Setting::named(word)
        {
            return Err(setting.is_no_call(&selector));
        }
        match owner(function.clone()) {
            Some(event) => Ok(Self::Selector { event, selector }),
            None => Err(not_a_selector(&selector)),
        }
    }

    /// The event's type, if it has one.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Type(event) | Self::Selector { event, .. } => Some(event),
            Self::Name(_) => None,
        }
    }

    /// The last name of the event's type.
    pub(crate) fn name(&self) -> Option<&Ident> {
        self.ty().and_then(last_name)
    }
}

/// As it was listed.
impl ToTokens for Event {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Type(event) => event.to_tokens(tokens),
            Self::Selector { selector, .. } => selector.to_tokens(tokens),
            Self::Name(name) => name.to_tokens(tokens),
        }
    }
}

/// Something else stands among the events.
pub(crate) fn not_an_event(item: impl ToTokens) -> Error {
    Error::new_spanned(
        item,
        "an event is a type, a selector or a name: \
         `Death`, `GainExperience::filter_experience(7)`, `\"DirectiveCompleted\"`",
    )
}

/// What is wrong with a path that is no type for sure: a variant of `Event`, or a selector that is not called.
fn not_a_type(path: &ExprPath) -> Option<String> {
    let mut segments = path.path.segments.iter().rev();
    let (last, owner) = (&segments.next()?.ident, &segments.next()?.ident);
    let starts_with = |word: &Ident, is: fn(char) -> bool| word.to_string().starts_with(is);
    if !starts_with(owner, char::is_uppercase) {
        None
    } else if starts_with(last, char::is_lowercase) {
        Some(format!("a selector is called: `{owner}::{last}(…)`"))
    } else if owner == "Event" || owner == "EventKind" {
        Some(format!("an event is listed by its type: write `{last}`"))
    } else {
        None
    }
}

fn not_a_selector(call: &ExprCall) -> Error {
    Error::new_spanned(call, "a selector is called on its event: `GainExperience::filter_experience(7)`")
}

/// `GainExperience` of the path `GainExperience::filter_experience`, `$t` of `<$t>::filter_experience`.
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
