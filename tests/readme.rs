//! The README says what the code says.

use std::{env, fmt::Write as _, fs};

use auraxis::event::EventKind;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// The table of events stands between the line that heads it and the next empty line. `UPDATE_README=1` writes it.
#[test]
fn the_events_are_those_of_the_catalogue() {
    const HEAD: &str = "| Event | When |\n| --- | --- |\n";

    let readme = fs::read_to_string(README).expect("a README");
    let (before, rest) = readme.split_once(HEAD).expect("a table of events");
    let (table, after) = rest.split_once("\n\n").expect("something behind the table");
    let mut expected = String::new();
    for kind in EventKind::ALL {
        writeln!(expected, "| `{}` | {} |", kind.name(), kind.summary()).unwrap();
    }
    if env::var_os("UPDATE_README").is_some() {
        fs::write(README, format!("{before}{HEAD}{expected}\n{after}")).expect("a README that can be written");
    } else {
        assert_eq!(format!("{table}\n"), expected, "run this test with UPDATE_README=1");
    }
}
