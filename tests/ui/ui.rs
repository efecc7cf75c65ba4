//! What the compiler says about mistakes: one file in `fail/` for each, with the words beside it.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the words anew.

use std::{collections::BTreeMap, fs, path::Path};

/// Mistakes that are reported more than once.
const MORE_THAN_ONE_ERROR: [(&str, usize); 3] = [
    // The compiler looks up the paths of macros and those of types one after the other.
    ("crate_that_is_not_there", 2),
    // It blames the value, and what the value refers to.
    ("conditions_on_another_event", 2),
    // One for each mistake.
    ("several_mistakes", 4),
];

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn a_mistake_is_one_error() {
    let files = fs::read_dir("fail").unwrap().map(|entry| entry.unwrap().path());
    let more: BTreeMap<_, _> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "stderr"))
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), errors(&file)))
        .filter(|(_, errors)| *errors != 1)
        .collect();
    assert_eq!(more, MORE_THAN_ONE_ERROR.map(|(name, errors)| (name.to_owned(), errors)).into());
}

fn errors(stderr: &Path) -> usize {
    fs::read_to_string(stderr).expect("words").lines().filter(|line| line.starts_with("error")).count()
}

#[test]
fn what_looks_wrong_and_is_not() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
