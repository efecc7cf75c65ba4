//! The function under the attribute, as far as a trigger is concerned with it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Error, FnArg, LitStr, PathSegment, Result, Signature, Token, Type, Visibility,
    parse::{Parse, ParseStream},
};

/// A function's attributes and signature.
///
/// The body is not parsed: while it is being typed it may well not be valid Rust, and the trigger should stay.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if !is_function(input) {
            return Err(input.error("`#[trigger]` goes on a free function"));
        }
        let signature = input.parse()?;
        Ok(Self { attributes, signature, body: input.parse()? })
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

    pub(crate) fn is_without_self(&self) -> bool {
        self.signature.receiver().is_none()
    }

    /// The attributes below that make something else of the function: `#[tokio::main]`, `#[test]`.
    pub(crate) fn remaking_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| is_remaking(attribute))
    }

    /// The item without what the compiler would report once more: `const`, `#[test]`.
    pub(crate) fn without_known_mistakes(&self, item: &TokenStream) -> TokenStream {
        let kept = self.attributes.iter().filter(|attribute| !is_remaking(attribute) || is_main(attribute));
        let tokens = self.attributes.iter().map(|attribute| attribute.to_token_stream().into_iter().count());
        let mut is_const = self.signature.constness.is_some();
        let rest = item.clone().into_iter().skip(tokens.sum()).filter(|token| {
            let is_dropped = is_const && matches!(token, TokenTree::Ident(word) if word == "const");
            is_const &= !is_dropped;
            !is_dropped
        });
        kept.map(ToTokens::to_token_stream).chain([rest.collect()]).collect()
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

/// Whether it is `#[main]`, of whatever runtime.
pub(crate) fn is_main(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "main")
}

fn is_remaking(attribute: &Attribute) -> bool {
    let tests = ["test", "bench", "rstest", "test_case"];
    let is_test = |last: &PathSegment| tests.iter().any(|test| last.ident == test);
    is_main(attribute) || attribute.path().segments.last().is_some_and(is_test)
}
