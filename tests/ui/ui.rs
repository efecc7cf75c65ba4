//! Snapshots of compile errors: `fail/` has one program per mistake, with the compiler's output next to it.
//!
//! `TRYBUILD=overwrite cargo test -p auraxis-ui-tests` updates the snapshots.

use std::{collections::BTreeMap, fs, path::Path};

/// Programs with more than one error.
const MORE_THAN_ONE_ERROR: [(&str, usize); 3] = [
    // The compiler resolves the path once for macros and once for types.
    ("crate_not_found", 2),
    // It reports both the reference and the value behind it.
    ("conditions_on_another_event", 2),
    // One error for each mistake.
    ("several_mistakes", 4),
];

#[test]
fn errors_match_their_snapshots() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn each_mistake_is_one_error() {
    let files = fs::read_dir("fail").unwrap().map(|entry| entry.unwrap().path());
    let more: BTreeMap<_, _> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "stderr"))
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), errors(&file)))
        .filter(|(_, errors)| *errors != 1)
        .collect();
    assert_eq!(more, MORE_THAN_ONE_ERROR.map(|(name, errors)| (name.to_owned(), errors)).into());
}

fn errors(stderr: &Path) -> usize {
    fs::read_to_string(stderr).expect("a snapshot").lines().filter(|line| line.starts_with("error")).count()
}

#[test]
fn accepts_what_looks_wrong() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
