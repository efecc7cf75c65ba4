//! The table of faults in the README matches the code. `UPDATE_README=1` updates it.

use std::{env, fmt::Write as _, fs};

use auraxis_sim::Fault;

#[test]
fn the_readme_lists_every_fault() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once("<!-- faults -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of faults -->").unwrap();

    let mut table = "| In a script | What happens | A perfect client |\n| --- | --- | --- |\n".to_owned();
    for info in Fault::catalog() {
        writeln!(table, "| `{}` | {} | {} |", info.example, info.description.trim(), info.expected).unwrap();
    }
    let expected = format!("{before}<!-- faults -->\n{table}<!-- end of faults -->{after}");
    if env::var_os("UPDATE_README").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert_eq!(text, expected, "run it with UPDATE_README=1");
    }
}
