//! A program with two triggers of the same name.

use auraxis::prelude::*;

mod here {
    use auraxis::prelude::*;

    #[trigger]
    fn on_death(_: Death) {}
}

mod there {
    use auraxis::prelude::*;

    #[trigger(Death, name = "on_death")]
    fn again(_: Death) {}
}

#[test]
fn the_error_names_both_locations() {
    let error = Client::builder().registered().build().unwrap_err().to_string();
    let [here, there] = locations();
    assert!(error.contains(&format!("two triggers are named `on_death`: {here} and {there}")), "{error}");
}

/// The locations of the attributes.
fn locations() -> [String; 2] {
    let lines = include_str!("duplicates.rs").lines().zip(1..);
    let mut attributes = lines.filter(|(line, _)| line.contains("#[trigger")).map(|(_, line)| line);
    [(); 2].map(|()| format!("{}:{}", file!(), attributes.next().expect("two attributes")))
}
