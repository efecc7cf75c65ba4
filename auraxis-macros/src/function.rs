//! The function under the attribute, as far as a trigger is concerned with it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Error, FnArg, LitStr, Result, Signature, Token, Type, Visibility,
    parse::{Parse, ParseStream},
};

/// A function's attributes and signature.
///
/// The body is not read: while it is being typed it may well not be valid Rust, and the trigger should stay.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if !is_function(input) {
            return Err(input.error("`#[trigger]` goes on a free function"));
        }
        let signature = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(Self { attributes, signature })
    }
}

/// Whether `fn` comes after nothing but its qualifiers.
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

    /// The type of the first parameter.
    pub(crate) fn event(&self) -> Result<&Type> {
        match self.signature.inputs.first() {
            Some(FnArg::Typed(parameter)) => Ok(&parameter.ty),
            Some(FnArg::Receiver(receiver)) => {
                Err(Error::new_spanned(receiver, "a trigger is a free function; keep shared data in `State<T>`"))
            }
            None => {
                let message = format!("a trigger takes its event as first parameter: `{}(death: Death)`", self.name());
                Err(Error::new(self.signature.paren_token.span.join(), message))
            }
        }
    }

    /// The types of the parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &Type> {
        self.signature.inputs.iter().filter_map(|parameter| match parameter {
            FnArg::Typed(parameter) => Some(&*parameter.ty),
            FnArg::Receiver(_) => None,
        })
    }
}
