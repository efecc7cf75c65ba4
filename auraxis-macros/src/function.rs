//! The function below the attribute.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Error, FnArg, GenericParam, LitStr, PathSegment, Result, Signature, Token, Type, Visibility,
    parse::ParseStream,
};

use crate::{
    errors::{error, with_help},
    tokens::{argument_of, last_segment, undelivered, ungroup_type},
};

/// A function with its attributes and signature.
///
/// The body is not parsed, because it is often invalid while it is edited, and the trigger must stay registered.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    /// Parses the item below an attribute with this name.
    ///
    /// # Errors
    ///
    /// Returns an error if the item is not a function.
    pub(crate) fn below(attribute: &str, input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if !is_function(input) {
            return Err(input.error(with_help(
                format!("`#[{attribute}]` can only be applied to a free function"),
                "apply it to a function such as `fn on_death(death: Death)`",
            )));
        }
        let signature = input.parse()?;
        Ok(Self { attributes, signature, body: input.parse()? })
    }
}

/// Returns `true` if `fn` follows, after any qualifiers.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let is_qualifier = |ahead: ParseStream<'_>| {
        ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(LitStr)
    };
    while is_qualifier(&ahead) && ahead.parse::<TokenTree>().is_ok() {}
    ahead.peek(Token![fn])
}

impl Function {
    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    pub(crate) fn is_async(&self) -> bool {
        self.signature.asyncness.is_some()
    }

    /// Returns `true` if the function has a `self` parameter.
    pub(crate) fn has_receiver(&self) -> bool {
        self.signature.receiver().is_some()
    }

    /// The attributes that replace the function: `#[tokio::main]`, `#[test]`.
    pub(crate) fn conflicting_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| is_conflicting(attribute))
    }

    /// The item without the parts that the compiler would report again: `const`, `#[test]`.
    pub(crate) fn without_rejected_parts(&self, item: &TokenStream) -> TokenStream {
        let kept = self.attributes.iter().filter(|attribute| !is_conflicting(attribute) || is_main(attribute));
        let tokens = self.attributes.iter().map(|attribute| attribute.to_token_stream().into_iter().count());
        let mut is_const = self.signature.constness.is_some();
        let rest = item.clone().into_iter().skip(tokens.sum()).filter(|token| {
            let is_removed = is_const && matches!(token, TokenTree::Ident(word) if word == "const");
            is_const &= !is_removed;
            !is_removed
        });
        kept.map(ToTokens::to_token_stream).chain([rest.collect()]).collect()
    }

    /// The type of the event: the first parameter, or its items if it is a `Vec`.
    ///
    /// # Errors
    ///
    /// Returns an error if the function has no parameter, or `self` as its first.
    pub(crate) fn event(&self) -> Result<&Type> {
        self.first_parameter().map(|first| argument_of("Vec", first).unwrap_or(first))
    }

    /// The type of the first parameter.
    ///
    /// # Errors
    ///
    /// As [`event`](Self::event).
    pub(crate) fn first_parameter(&self) -> Result<&Type> {
        match self.signature.inputs.first() {
            Some(FnArg::Typed(parameter)) => Ok(&parameter.ty),
            Some(FnArg::Receiver(receiver)) => Err(error(
                receiver,
                "`self` is not allowed in the parameters of a trigger",
                "write a free function, and take shared data as `State<T>`",
            )),
            None => {
                let help = format!("write `{}(death: Death)`", self.name());
                let message = with_help("expected the event as the first parameter, found no parameters", help);
                Err(Error::new(self.signature.paren_token.span.join(), message))
            }
        }
    }

    /// The type parameter of a generic trigger, such as `E` of `fn log<E: AboutCharacter>(event: E)`.
    pub(crate) fn generic_event(&self) -> Option<&Ident> {
        let [GenericParam::Type(parameter)] = &self.signature.generics.params.iter().collect::<Vec<_>>()[..] else {
            return None;
        };
        let first = self.first_parameter().ok()?;
        let is_event = matches!(ungroup_type(first), Type::Path(ty) if ty.path.is_ident(&parameter.ident));
        is_event.then_some(&parameter.ident)
    }

    /// The last segment of the event's type, with or without `Delivered`.
    pub(crate) fn event_name(&self) -> Option<&Ident> {
        self.event().ok().and_then(|event| last_segment(undelivered(event)))
    }

    /// The types of the parameters, except `self`.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &Type> {
        self.signature.inputs.iter().filter_map(|parameter| match parameter {
            FnArg::Typed(parameter) => Some(&*parameter.ty),
            FnArg::Receiver(_) => None,
        })
    }
}

/// Returns `true` for the `#[main]` attribute of any runtime.
pub(crate) fn is_main(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "main")
}

fn is_conflicting(attribute: &Attribute) -> bool {
    let tests = ["test", "bench", "rstest", "test_case"];
    let is_test = |last: &PathSegment| tests.iter().any(|test| last.ident == test);
    is_main(attribute) || attribute.path().segments.last().is_some_and(is_test)
}
