//! Helpers that expand `#[trigger]`.

use proc_macro2::TokenStream;

use crate::{attribute::AttributeMacro, enclosing_block::EnclosingBlock};

pub(super) fn tokens(source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("cannot tokenize {source}: {error}"))
}

pub(super) fn expand(args: &str, item: &str) -> TokenStream {
    expand_in(None, args, item)
}

pub(super) fn expand_in(block: Option<EnclosingBlock>, args: &str, item: &str) -> TokenStream {
    AttributeMacro::Trigger.expand(tokens(args), &tokens(item), block)
}

/// Returns what follows the item, and asserts that the item is unchanged.
#[track_caller]
pub(super) fn appended_to(item: &str, expansion: &TokenStream) -> String {
    let (item, expansion) = (tokens(item).to_string(), expansion.to_string());
    match expansion.strip_prefix(&item) {
        Some(appended) => appended.trim().to_owned(),
        None => panic!("the item was changed:\n{item}\n{expansion}"),
    }
}

pub(super) fn is_registration(appended: &str) -> bool {
    appended.starts_with("const _ : () = {") && appended.contains("submit !") && !appended.contains("compile_error")
}
