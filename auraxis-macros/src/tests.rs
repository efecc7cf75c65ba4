//! The attribute as a function from tokens to tokens. What the compiler makes of the result is tested in the facade.

use proc_macro2::TokenStream;

mod bodies;
mod diagnostics;
mod grammar;
mod one_of;
mod snapshots;

fn tokens(source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("cannot tokenize {source}: {error}"))
}

fn expand(args: &str, item: &str) -> TokenStream {
    crate::attribute(tokens(args), &tokens(item))
}

/// What is appended to the item, which is asserted to come first and untouched.
#[track_caller]
fn appended_to(item: &str, expansion: &TokenStream) -> String {
    let (item, expansion) = (tokens(item).to_string(), expansion.to_string());
    match expansion.strip_prefix(&item) {
        Some(appended) => appended.trim().to_owned(),
        None => panic!("the item is not as it was:\n{item}\n{expansion}"),
    }
}

fn is_registration(appended: &str) -> bool {
    appended.starts_with("const _ : () = {") && appended.contains("submit !") && !appended.contains("compile_error")
}
