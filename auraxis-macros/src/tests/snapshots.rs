//! Snapshots of expansions: `tests/expand/NN_topic.expanded.rs` is the expansion of `NN_topic.rs`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p auraxis-macros` updates them. Each is a complete module, which the facade compiles
//! to check that its triggers are registered.

use std::{collections::BTreeSet, fs, path::PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, ItemFn, Meta, Stmt, spanned::Spanned};

use crate::attribute::AttributeMacro;

#[test]
fn expansions_match_their_snapshots() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut snapshots = BTreeSet::new();
    for input in inputs() {
        let expanded = expanded(fs::read_to_string(&input).unwrap());
        let snapshot = input.with_extension("expanded.rs");
        if update {
            fs::write(&snapshot, &expanded).unwrap();
        }
        let reviewed = fs::read_to_string(&snapshot).unwrap_or_default();
        let name = snapshot.display();
        assert!(
            expanded == reviewed,
            "{name} is outdated; run this test with UPDATE_SNAPSHOTS=1. The expansion is\n{expanded}"
        );
        snapshots.insert(snapshot);
    }
    assert_eq!(files_where(|name| name.ends_with(".expanded.rs")), snapshots, "each snapshot has an input");
}

#[test]
fn a_trigger_adds_at_most_thirty_lines() {
    for input in inputs() {
        let source = fs::read_to_string(&input).unwrap();
        let (before, triggers) =
            (source.lines().count(), source.matches("#[trigger").count() + source.matches("#[every").count());
        // A generic function is called once for each event.
        let generic = source.matches("<E").count();
        let added = expanded(source).lines().count() - before;
        assert!(added <= 30 * (triggers + generic), "{}: {added} lines for {triggers}", input.display());
    }
}

fn inputs() -> BTreeSet<PathBuf> {
    files_where(|name| !name.ends_with(".expanded.rs"))
}

fn files_where(is_selected: impl Fn(&str) -> bool) -> BTreeSet<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expand");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_str().is_some_and(&is_selected)).collect()
}

/// The source with all attributes expanded, one after the other as the compiler does it.
fn expanded(mut source: String) -> String {
    while let Some(function) = syn::parse_file(&source).unwrap().items.iter().find_map(trigger_in) {
        source = expanded_once(&source, function.clone());
    }
    source
}

fn expanded_once(source: &str, mut function: ItemFn) -> String {
    let end = function.span().byte_range().end;
    let position = function.attrs.iter().position(is_trigger).unwrap();
    let attribute = function.attrs.remove(position);
    let kind = if attribute.path().is_ident("every") { AttributeMacro::Every } else { AttributeMacro::Trigger };
    let written = attribute.span().byte_range();
    let args = match attribute.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };

    let function = function.into_token_stream();
    let expansion = kind.expand(args, &function, None);
    let registration = expansion.into_iter().skip(function.into_iter().count()).collect();
    let registration = prettyplease::unparse(&syn::parse2(registration).unwrap());

    let (before, after) = (&source[..written.start], source[written.end..end].trim_start());
    let indent = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    let registration = registration.trim_end().replace('\n', &format!("\n{indent}"));
    format!("{before}{after}\n\n{indent}{registration}{}", &source[end..])
}

fn trigger_in(item: &Item) -> Option<&ItemFn> {
    match item {
        Item::Fn(function) if function.attrs.iter().any(is_trigger) => Some(function),
        Item::Fn(function) => function.block.stmts.iter().find_map(|statement| match statement {
            Stmt::Item(item) => trigger_in(item),
            _ => None,
        }),
        Item::Mod(module) => module.content.iter().flat_map(|(_, items)| items).find_map(trigger_in),
        _ => None,
    }
}

fn is_trigger(attribute: &Attribute) -> bool {
    ["trigger", "every"].iter().any(|name| attribute.path().is_ident(name))
}
