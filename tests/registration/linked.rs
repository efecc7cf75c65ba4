//! A program with triggers in its modules, and in a library that it names.

use auraxis::prelude::*;
use my_triggers as _;

#[derive(Default)]
struct Count;

mod second {
    use auraxis::prelude::*;

    #[trigger]
    fn of_the_second_module(_: Death) {}
}

mod first {
    use auraxis::prelude::*;

    #[trigger]
    fn b_of_the_first_module(_: Death) {}

    #[trigger]
    fn a_of_the_first_module(_: Death) {}
}

#[trigger]
fn of_the_program(_: Death, _: State<Count>) {}

fn client() -> Client {
    Client::builder().registered().state(Count).build().expect("triggers that fit")
}

fn names(client: &Client) -> Vec<String> {
    client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect()
}

#[test]
fn triggers_stand_in_the_order_of_modules_and_lines() {
    let expected = [
        "of_the_program",
        "b_of_the_first_module",
        "a_of_the_first_module",
        "of_the_second_module",
        "of_a_library",
        "of_a_private_module",
    ];
    assert_eq!(names(&client()), expected);
}

#[test]
fn a_trigger_is_where_its_attribute_is() {
    let program = client().trigger("of_the_program").unwrap().location();
    let line = include_str!("linked.rs").lines().position(|line| line.contains("fn of_the_program")).unwrap();
    assert!(program.file.ends_with("linked.rs"), "{program}");
    assert_eq!(program.line as usize, line, "the line before the function");

    let library = client().trigger("of_a_private_module").unwrap().location();
    assert!(library.file.ends_with("my_triggers/src/lib.rs"), "{library}");
}

#[test]
fn two_clients_have_triggers_of_their_own() {
    let (one, other) = (client(), client());
    one.remove("of_a_library").unwrap();
    other.trigger("of_the_program").unwrap().pause();
    assert!(one.trigger("of_a_library").is_none() && other.trigger("of_a_library").is_some());
    assert!(!one.trigger("of_the_program").unwrap().is_paused());
}

#[test]
fn only_who_asks_gets_them() {
    assert_eq!(names(&Client::builder().build().unwrap()), Vec::<String>::new());
}

#[test]
fn a_missing_state_is_told_with_the_place() {
    let error = Client::builder().registered().build().unwrap_err().to_string();
    let place = client().trigger("of_the_program").unwrap().location();
    let needs = format!("`of_the_program` ({place}) needs State<linked::Count>");
    assert!(error.contains(&needs), "{error}");
}
