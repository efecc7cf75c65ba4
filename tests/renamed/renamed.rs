//! A program that depends on auraxis under another name.

#[test]
fn everything_works_under_another_name() {
    trybuild::TestCases::new().pass("program.rs");
}
