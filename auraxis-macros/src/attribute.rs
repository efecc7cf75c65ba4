//! `#[trigger]` as a function from tokens to tokens.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Result};

use crate::{args::Args, check, errors::Errors, expand, function::Function, model::Trigger, place::Holder};

/// The item as it came, followed by its registration or by all that is wrong with it.
pub(crate) fn expand(args: TokenStream, item: &TokenStream, holder: Option<Holder>) -> TokenStream {
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    match registration(args, &function, holder) {
        Ok(registration) => quote!(#item #registration),
        Err(errors) => {
            let (item, errors) = (function.without_known_mistakes(item), errors.into_compile_error());
            quote!(#item #errors)
        }
    }
}

fn registration(args: TokenStream, function: &Function, holder: Option<Holder>) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    check::every_rule(&args, function, &mut errors);
    if let Some(holder) = holder
        && function.is_without_self()
    {
        let name = function.name();
        errors
            .push(Error::new_spanned(name, format!("a trigger is a free function: move `{name}` out of the {holder}")));
    }
    let trigger = errors.finish(Trigger::new(args, function))?;
    Ok(expand::registration(&trigger))
}
