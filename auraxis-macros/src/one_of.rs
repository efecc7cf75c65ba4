//! `one_of!`: an enum that holds one of several events.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Attribute, Error, Result, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{
    errors::Errors,
    tokens::{last_name, shown},
};

/// The enum as it was written.
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
            return Err(input.error("`one_of!` declares an enum: `enum Fight { Death, VehicleDestroy }`"));
        }
        input.parse::<Token![enum]>()?;
        let name = input.parse()?;
        let events;
        braced!(events in input);
        Ok(Self { attributes, visibility, name, events: events.call(Punctuated::parse_terminated)? })
    }
}

/// The enum, with whatever is wrong with it.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let OneOf { attributes, visibility, name, events } = match syn::parse2(input) {
        Ok(one_of) => one_of,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let variants = variants(&events, &mut errors);
    if events.is_empty() {
        errors.at(&name, format!("list the events: `enum {name} {{ Death, VehicleDestroy }}`"));
    }
    let errors = errors.finish(Ok(())).err().map(Error::into_compile_error);

    let here = Span::mixed_site();
    let conversions = variants.iter().map(|(variant, event)| {
        quote_spanned! {here=>
            impl ::core::convert::From<#event> for #name {
                fn from(event: #event) -> Self {
                    Self::#variant(event)
                }
            }
        }
    });
    let variants = variants.iter().map(|(variant, event)| {
        let doc = format!("See [`{}`].", shown(event));
        quote_spanned!(here=> #[doc = #doc] #variant(#event))
    });
    quote_spanned! {here=>
        #(#attributes)*
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility enum #name {
            #(#variants,)*
        }
        #(#conversions)*
        #errors
    }
}

/// Each event, and the variant that is named after it.
fn variants<'a>(events: &'a Punctuated<Type, Token![,]>, errors: &mut Errors) -> Vec<(&'a Ident, &'a Type)> {
    let mut names = HashSet::new();
    let mut variants = Vec::new();
    for event in events {
        match last_name(event) {
            Some(name) if names.insert(name) => variants.push((name, event)),
            Some(name) => errors.at(event, format!("`{name}` is listed twice")),
            None => errors.at(event, "an event is named by its type: `Death`"),
        }
    }
    variants
}
