//! `#[trigger]` as a function from tokens to tokens.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::{
    args::Args, check, enclosing_block::EnclosingBlock, errors::Errors, expand, function::Function, model::Trigger,
};

/// Returns the item, followed by its registration or by the errors.
pub(crate) fn expand(args: TokenStream, item: &TokenStream, block: Option<EnclosingBlock>) -> TokenStream {
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    match registration(args, &function, block) {
        Ok(registration) => quote!(#item #registration),
        Err(errors) => {
            let (item, errors) = (function.without_rejected_parts(item), errors.into_compile_error());
            quote!(#item #errors)
        }
    }
}

fn registration(args: TokenStream, function: &Function, block: Option<EnclosingBlock>) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    check::all(&args, function, &mut errors);
    // A `self` parameter is an error of its own.
    if let Some(block) = block
        && !function.has_receiver()
    {
        let name = function.name();
        errors.at(
            name,
            "`#[trigger]` can only be applied to a free function",
            format!("move `{name}` out of the {block}"),
        );
    }
    let trigger = errors.finish(Trigger::new(args, function))?;
    Ok(expand::registration(&trigger))
}
