//! Tests for triggers that are not free functions.

use super::expansion::expand_in;
use crate::enclosing_block::{EnclosingBlock, find_at};

/// The block that contains the `«`.
fn block(marked: &str) -> Option<EnclosingBlock> {
    let (before, _) = marked.split_once('«').expect("a mark");
    let line = before.rsplit('\n').next().unwrap_or_default();
    find_at(&marked.replace('«', ""), before.matches('\n').count() + 1, line.len() + 1)
}

#[test]
fn finds_the_block_of_an_associated_function() {
    for (source, expected) in [
        ("impl Bot {\n    «#[trigger(Death)]\n    fn f() {}\n}", EnclosingBlock::Impl),
        (
            "struct Bot; unsafe impl<T: Fn() -> u8> Bot<T> where T: Copy { fn a() {} «#[trigger] fn f() {} }",
            EnclosingBlock::Impl,
        ),
        ("impl Bot for fn(u8) -> u8 { const A: u8 = { 1 }; #[inline] «#[trigger] fn f() {} }", EnclosingBlock::Impl),
        ("mod m { impl super::Bot { #[cfg_attr(all(), «trigger)] fn f() {} } }", EnclosingBlock::Impl),
        ("fn main() { struct Bot; impl Bot { «#[trigger] fn f() {} } }", EnclosingBlock::Impl),
        ("pub(crate) trait Bot: Sized { «#[trigger] fn f(); }", EnclosingBlock::Trait),
        ("unsafe extern \"C\" { «#[trigger] fn f(); }", EnclosingBlock::Extern),
    ] {
        assert_eq!(block(source), Some(expected), "{source}");
    }
}

#[test]
fn a_free_function_has_no_block() {
    for source in [
        "«#[trigger] fn f() {}",
        "impl Bot {}\n«#[trigger] fn f() {}",
        "mod m {\n    «#[trigger] fn f() {} }",
        "impl Bot { fn method() { «#[trigger] fn f() {} } }",
        "impl Bot { const A: u8 = { «#[trigger] fn f() {} 1 }; }",
        "trait Bot { fn method() { if true { «#[trigger] fn f() {} } } }",
        "fn f(bot: impl Bot) -> impl Bot { «#[trigger] fn f() {} }",
        "extern \"C\" fn f() { «#[trigger] fn f() {} }",
        "extern crate core; const _: () = { «#[trigger] fn f() {} };",
        "const S: &str = \"impl Bot {\"; // impl Bot {\n /* trait { */ mod m { «#[trigger] fn f() {} }",
        "macro_rules! m { (impl) => { «#[trigger] fn f() {} } }",
    ] {
        assert_eq!(block(source), None, "{source}");
    }
}

#[test]
fn a_position_outside_of_the_source_has_no_block() {
    for (source, line, column) in [("impl Bot { }", 0, 1), ("impl Bot { }", 9, 99), ("impl Bot { ", 1, 5), ("ä", 1, 2)]
    {
        assert_eq!(find_at(source, line, column), None, "{source}, {line}, {column}");
    }
}

#[test]
fn an_associated_function_cannot_be_a_trigger() {
    for (block, help) in [
        (EnclosingBlock::Impl, "help: move `f` out of the `impl` block"),
        (EnclosingBlock::Trait, "help: move `f` out of the trait"),
        (EnclosingBlock::Extern, "help: move `f` out of the `extern` block"),
    ] {
        let expansion = expand_in(Some(block), "Death", "fn f(death: Death) {}").to_string();
        assert!(expansion.contains(help) && !expansion.contains("const _"), "{expansion}");

        let expansion = expand_in(Some(block), "Death", "fn f(&self, death: Death) {}").to_string();
        assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
    }
}
