//! What the attribute stands in, as the source file tells.

use super::expansion::expand_in;
use crate::place::{Holder, holder_at};

/// What holds the place of `«`.
fn holder(marked: &str) -> Option<Holder> {
    let (before, _) = marked.split_once('«').expect("a mark");
    let line = before.rsplit('\n').next().unwrap_or_default();
    holder_at(&marked.replace('«', ""), before.matches('\n').count() + 1, line.len() + 1)
}

#[test]
fn associated_functions_are_found() {
    for (source, expected) in [
        ("impl Bot {\n    «#[trigger(Death)]\n    fn f() {}\n}", Holder::Impl),
        (
            "struct Bot; unsafe impl<T: Fn() -> u8> Bot<T> where T: Copy { fn a() {} «#[trigger] fn f() {} }",
            Holder::Impl,
        ),
        ("impl Bot for fn(u8) -> u8 { const A: u8 = { 1 }; #[inline] «#[trigger] fn f() {} }", Holder::Impl),
        ("mod m { impl super::Bot { #[cfg_attr(all(), «trigger)] fn f() {} } }", Holder::Impl),
        ("fn main() { struct Bot; impl Bot { «#[trigger] fn f() {} } }", Holder::Impl),
        ("pub(crate) trait Bot: Sized { «#[trigger] fn f(); }", Holder::Trait),
        ("unsafe extern \"C\" { «#[trigger] fn f(); }", Holder::ExternBlock),
    ] {
        assert_eq!(holder(source), Some(expected), "{source}");
    }
}

#[test]
fn free_functions_are_free() {
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
        assert_eq!(holder(source), None, "{source}");
    }
}

#[test]
fn a_place_that_is_not_in_the_source_is_none() {
    for (source, line, column) in [("impl Bot { }", 0, 1), ("impl Bot { }", 9, 99), ("impl Bot { ", 1, 5), ("ä", 1, 2)]
    {
        assert_eq!(holder_at(source, line, column), None, "{source}, {line}, {column}");
    }
}

#[test]
fn an_associated_function_is_told_where_it_stands() {
    for (holder, message) in [
        (Holder::Impl, "a trigger is a free function: move `f` out of the `impl`"),
        (Holder::Trait, "a trigger is a free function: move `f` out of the trait"),
        (Holder::ExternBlock, "a trigger is a free function: move `f` out of the `extern` block"),
    ] {
        let expansion = expand_in(Some(holder), "Death", "fn f(death: Death) {}").to_string();
        assert!(expansion.contains(message) && !expansion.contains("const _"), "{expansion}");

        let expansion = expand_in(Some(holder), "Death", "fn f(&self, death: Death) {}").to_string();
        assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
    }
}
