//! `one_of!`: an enum of events.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Attribute, Error, Result, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{
    errors::{Errors, with_help},
    tokens::{display, last_segment},
};

/// The input of `one_of!`.
struct OneOf {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    events: Punctuated<Type, Token![,]>,
}

impl Parse for OneOf {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !input.peek(Token![enum]) {
            return Err(
                input.error(with_help("expected `enum`", "write, for example, `enum Fight { Death, VehicleDestroy }`"))
            );
        }
        input.parse::<Token![enum]>()?;
        let name = input.parse()?;
        let events;
        braced!(events in input);
        Ok(Self { attributes, visibility, name, events: events.call(Punctuated::parse_terminated)? })
    }
}

/// Returns the enum, followed by all errors.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let OneOf { attributes, visibility, name, events } = match syn::parse2(input) {
        Ok(one_of) => one_of,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let variants = variants(&events, &mut errors);
    if events.is_empty() {
        errors.at(
            &name,
            "expected at least one event",
            format!("write, for example, `enum {name} {{ Death, VehicleDestroy }}`"),
        );
    }
    let errors = errors.finish(Ok(())).err().map(Error::into_compile_error);

    let span = Span::mixed_site();
    let conversions = variants.iter().map(|(variant, event)| {
        quote_spanned! {span=>
            impl ::core::convert::From<#event> for #name {
                fn from(event: #event) -> Self {
                    Self::#variant(event)
                }
            }
        }
    });
    let variants = variants.iter().map(|(variant, event)| {
        let doc = format!("See [`{}`].", display(event));
        quote_spanned!(span=> #[doc = #doc] #variant(#event))
    });
    quote_spanned! {span=>
        #(#attributes)*
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility enum #name {
            #(#variants,)*
        }
        #(#conversions)*
        #errors
    }
}

/// Each event, with the name of its variant.
fn variants<'a>(events: &'a Punctuated<Type, Token![,]>, errors: &mut Errors) -> Vec<(&'a Ident, &'a Type)> {
    let mut names = HashSet::new();
    let mut variants = Vec::new();
    for event in events {
        match last_segment(event) {
            Some(name) if names.insert(name) => variants.push((name, event)),
            Some(name) => errors.at(event, format!("duplicate event `{name}`"), "remove one of them"),
            None => errors.at(event, "expected an event type", "write, for example, `Death`"),
        }
    }
    variants
}
