//! A program with triggers in its modules and in a library that it links.

use auraxis::prelude::*;
use my_triggers as _;

#[derive(Default)]
struct Count;

mod second {
    use auraxis::prelude::*;

    #[trigger]
    fn in_the_second_module(_: Death) {}
}

mod first {
    use auraxis::prelude::*;

    #[trigger]
    fn b_in_the_first_module(_: Death) {}

    #[trigger]
    fn a_in_the_first_module(_: Death) {}
}

#[trigger]
fn in_the_program(_: Death, _: State<Count>) {}

fn client() -> Client {
    Client::builder().registered().state(Count).build().expect("valid triggers")
}

fn names(client: &Client) -> Vec<String> {
    client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect()
}

#[test]
fn triggers_are_sorted_by_module_and_line() {
    let expected = [
        "in_the_program",
        "b_in_the_first_module",
        "a_in_the_first_module",
        "in_the_second_module",
        "in_a_library",
        "in_a_private_module",
    ];
    assert_eq!(names(&client()), expected);
}

#[test]
fn a_trigger_has_the_location_of_its_attribute() {
    let program = client().trigger("in_the_program").unwrap().location();
    let line = include_str!("linked.rs").lines().position(|line| line.contains("fn in_the_program")).unwrap();
    assert!(program.file.ends_with("linked.rs"), "{program}");
    assert_eq!(program.line as usize, line, "the line before the function");

    let library = client().trigger("in_a_private_module").unwrap().location();
    assert!(library.file.ends_with("my_triggers/src/lib.rs"), "{library}");
}

#[test]
fn each_client_has_its_own_triggers() {
    let (one, other) = (client(), client());
    one.remove("in_a_library").unwrap();
    other.trigger("in_the_program").unwrap().pause();
    assert!(one.trigger("in_a_library").is_none() && other.trigger("in_a_library").is_some());
    assert!(!one.trigger("in_the_program").unwrap().is_paused());
}

#[test]
fn a_client_without_registered_has_no_triggers() {
    assert_eq!(names(&Client::builder().build().unwrap()), Vec::<String>::new());
}

#[test]
fn the_error_for_a_missing_state_names_the_location() {
    let error = Client::builder().registered().build().unwrap_err().to_string();
    let location = client().trigger("in_the_program").unwrap().location();
    let needs = format!("`in_the_program` ({location}) needs `State<linked::Count>`");
    assert!(error.contains(&needs), "{error}");
}
