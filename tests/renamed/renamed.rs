//! auraxis under another name, as a program outside of this workspace may have it.

#[test]
fn everything_works_under_another_name() {
    trybuild::TestCases::new().pass("program.rs");
}
