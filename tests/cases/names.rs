//! Functions of one name in several modules.

use auraxis::prelude::*;

mod one {
    use auraxis::prelude::*;

    #[trigger(Death)]
    fn on_death(_: Death) {}

    #[trigger]
    fn only_here(_: PlayerLogin) {}
}

mod other {
    use auraxis::prelude::*;

    #[trigger(Death)]
    fn on_death(_: Death) {}

    #[trigger(Death, name = "given")]
    fn named(_: Death) {}

    pub(super) mod inner {
        use auraxis::prelude::*;

        #[trigger(Death)]
        fn on_death(_: Death) {}
    }
}

fn names(client: &Client) -> Vec<String> {
    client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect()
}

fn within(module: &str) -> auraxis::ClientBuilder {
    Client::builder().registered_in(format!("{}{module}", module_path!()))
}

#[test]
fn functions_of_one_name_are_called_after_their_modules_where_they_meet() {
    let at = |rest: &str| format!("{}::{rest}", module_path!());
    let all = within("").build().unwrap();
    let expected =
        [at("one::on_death"), "only_here".into(), at("other::on_death"), "given".into(), at("other::inner::on_death")];
    let (mut found, mut sorted) = (names(&all), expected.to_vec());
    found.sort();
    sorted.sort();
    assert_eq!(found, sorted);
    assert!(expected.iter().all(|name| all.trigger(name).is_some()));
    assert_eq!(names(&within("::one").build().unwrap()), ["on_death", "only_here"]);
}

#[test]
fn a_module_without_triggers_is_named() {
    for module in ["::wrong", "::on", "::one::on_death", "one"] {
        let error = within(module).build().unwrap_err().to_string();
        assert!(error.contains(&format!("no trigger is registered in `{}{module}`", module_path!())), "{error}");
    }
}
