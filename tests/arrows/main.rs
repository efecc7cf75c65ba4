//! Imports run downwards: within a crate, no files import each other in a circle, and no room of the runtime imports one
//! that lies above it.
//!
//! An arrow goes from a file to every file that defines an item it names, in a `use` or in place, whatever re-exports
//! lie in between. A parent that re-exports items of a child has an arrow to the child, so a child must not name what
//! its parent's file defines. Method calls are not seen, since they name no file; macros by example are not expanded.

mod circle;
mod files;
mod modules;
mod names;
mod resolve;
mod rooms;

use std::path::Path;

/// The crates that are held to it, by the folder of their sources.
const HELD: &[&str] =
    &["auraxis-core/src", "auraxis-macros/src", "auraxis-runtime/src", "auraxis-serve/src", "auraxis-sim/src", "src"];

fn read(folder: &str) -> files::Files {
    let files = files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    assert!(!files.is_empty(), "no sources in {folder}");
    files
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let found = HELD.iter().filter_map(|folder| {
        let circles = circle::find(&resolve::arrows(&read(folder)));
        (!circles.is_empty()).then(|| format!("in {folder}:\n{}", circle::list(&circles)))
    });
    let found: String = found.collect();
    assert!(found.is_empty(), "files import each other in a circle\n{found}");
}

#[test]
fn no_room_of_the_runtime_imports_one_above_it() {
    let found = rooms::violations(&resolve::arrows(&read("auraxis-runtime/src")), rooms::RUNTIME);
    assert!(found.is_empty(), "from below, the rooms are {}\n{found}", rooms::RUNTIME.join(", "));
}

#[test]
fn a_mod_file_only_declares_and_re_exports() {
    let found = HELD.iter().flat_map(|folder| {
        let files = read(folder).into_iter().filter(|(path, _)| path.ends_with("mod.rs"));
        files.flat_map(move |(path, text)| {
            modules::definitions(&path, &text)
                .into_iter()
                .map(move |name| format!("  {folder}/{path} defines {name}\n"))
        })
    });
    let found: String = found.collect();
    assert!(found.is_empty(), "give each a file that is named after it\n{found}");
}

/// Made-up crates: what the check finds in each.
mod checker {
    use super::{circle, files::Files, modules, resolve, rooms};

    fn arrows(sources: &[(&str, &str)]) -> Vec<String> {
        let files: Files = sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let arrows = resolve::arrows(&files);
        arrows.iter().map(|((from, to), names)| format!("{from} → {to}: {}", circle::join(names))).collect()
    }

    fn circles(sources: &[(&str, &str)]) -> String {
        let files: Files = sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        circle::list(&circle::find(&resolve::arrows(&files)))
    }

    #[test]
    fn a_chain_is_no_circle() {
        let chain = [
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "use crate::c; pub struct B(c::C);"),
            ("c.rs", "pub struct C;"),
        ];
        assert_eq!(arrows(&chain), ["a.rs → b.rs: B", "b.rs → c.rs: C", "lib.rs → a.rs: A"]);
        assert_eq!(circles(&chain), "");
    }

    #[test]
    fn a_circle_is_told_file_by_file_with_the_names_that_tie_it() {
        let circle = [
            ("lib.rs", "mod a; mod b; mod c; mod d; pub use a::A;"),
            ("a.rs", "use crate::b::{B, Other}; pub struct A(B, Other);"),
            ("b.rs", "pub struct B(crate::c::C); pub struct Other;"),
            ("c.rs", "pub struct C; fn f() { super::a::A; }"),
            ("d.rs", "use crate::a::A;"),
        ];
        assert_eq!(circles(&circle), "  a.rs → b.rs (B, Other) → c.rs (C) → a.rs (A)\n");
    }

    #[test]
    fn re_exports_are_followed_to_the_file_that_defines_the_item() {
        let sources = [
            ("lib.rs", "mod inner; mod user;"),
            ("inner/mod.rs", "mod deep; mod wide; pub use deep::Deep as Renamed; pub use wide::*;"),
            ("inner/deep.rs", "pub struct Deep;"),
            ("inner/wide.rs", "pub struct Wide; make! { struct Made; }"),
            ("user.rs", "use crate::inner::{self, Renamed as R, Wide}; fn f(r: R, made: inner::Made) {}"),
        ];
        assert_eq!(
            arrows(&sources),
            [
                "inner/mod.rs → inner/deep.rs: Deep",
                "user.rs → inner/deep.rs: Deep",
                "user.rs → inner/wide.rs: Made, Wide"
            ]
        );
    }

    #[test]
    fn a_child_that_names_what_its_parent_defines_ties_a_circle_if_the_parent_names_the_child() {
        let parent = "mod child; pub use child::Child; pub struct Parent;";
        let tied = [("lib.rs", "mod a;"), ("a/mod.rs", parent), ("a/child.rs", "pub struct Child(super::Parent);")];
        assert_eq!(circles(&tied), "  a/child.rs → a/mod.rs (Parent) → a/child.rs (Child)\n");
        let declared =
            [("lib.rs", "mod a;"), ("a.rs", "mod child; struct Parent;"), ("a/child.rs", "use super::Parent;")];
        assert_eq!(arrows(&declared), ["a/child.rs → a.rs: Parent"]);
        assert_eq!(circles(&declared), "");
    }

    #[test]
    fn relative_paths_are_resolved_where_they_stand() {
        let sources = [
            ("lib.rs", "mod a; mod top;"),
            ("a/mod.rs", "mod one; mod two { pub fn inner() { super::one::One; } }"),
            ("a/one.rs", "use super::super::top::Top; pub struct One; fn f() { self::g(); super::two::inner(); }"),
            ("top.rs", "pub struct Top; fn f() -> Vec<crate::a::one::One> { vec![] }"),
        ];
        assert_eq!(
            arrows(&sources),
            [
                "a/mod.rs → a/one.rs: One",
                "a/one.rs → a/mod.rs: inner",
                "a/one.rs → top.rs: Top",
                "top.rs → a/one.rs: One"
            ]
        );
    }

    #[test]
    fn globs_and_the_arguments_of_macros_count() {
        let sources = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::*; fn f() { println!(\"{}\", crate::b::text()); g(THING) }"),
            ("b.rs", "pub const THING: u8 = 1; pub const UNUSED: u8 = 2; pub fn text() {}"),
        ];
        assert_eq!(arrows(&sources), ["a.rs → b.rs: THING, text"]);
    }

    #[test]
    fn tests_and_other_crates_do_not_count() {
        let sources = [
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod only_tests;"),
            (
                "a.rs",
                "use std::fmt; #[cfg(test)] use crate::b::B; pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
            ),
            (
                "b.rs",
                "use crate::a::A; use ::a::Other; pub struct B(A); impl B { #[cfg(test)] fn f() { crate::b::x() } }",
            ),
            ("only_tests.rs", "use crate::a::A;"),
        ];
        assert_eq!(arrows(&sources), ["b.rs → a.rs: A"]);
    }

    #[test]
    fn arrows_that_run_against_the_order_of_the_rooms_are_told() {
        let sources = [
            ("lib.rs", "mod attic; mod error; mod cellar; mod hall; pub use cellar::low::Low;"),
            ("error.rs", "use crate::hall::High; pub struct Error;"),
            ("cellar/mod.rs", "pub mod low; mod other;"),
            ("cellar/low.rs", "pub struct Low(crate::error::Error, super::other::Other);"),
            ("cellar/other.rs", "pub struct Other; fn f() { crate::hall::High; }"),
            ("hall.rs", "mod stairs; pub struct High;"),
            ("hall/stairs.rs", "use crate::Low;"),
            ("attic/mod.rs", "use crate::error::Error;"),
        ];
        let files: Files = sources.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        let order = ["cellar", "the ground", "hall", "lib.rs"];
        assert_eq!(
            rooms::violations(&resolve::arrows(&files), &order),
            "  attic/mod.rs is in no known room\n  cellar/low.rs → error.rs (Error) runs upwards\n  \
             cellar/other.rs → hall.rs (High) runs upwards\n"
        );
    }

    #[test]
    fn a_mod_file_may_have_modules_imports_and_tests() {
        let text = "//! Words.\nmod a; pub use a::*; #[cfg(test)] mod tests { fn f() {} } #[cfg(test)] fn only() {}
            pub mod inline { pub fn f() {} } const TABLE: u8 = 1; impl A {} define! { struct B; }";
        assert_eq!(modules::definitions("a/mod.rs", text), ["`mod inline`", "`TABLE`", "an `impl`", "a macro call"]);
    }
}
