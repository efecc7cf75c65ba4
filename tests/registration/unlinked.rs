//! A program whose triggers are all in a library that it does not link.

use auraxis::Client;

#[test]
fn the_error_says_how_to_link_them() {
    let error = Client::builder().registered().build().unwrap_err().to_string();
    assert!(error.contains("no trigger is registered"), "{error}");
    assert!(error.contains("`use my_triggers as _;`"), "{error}");
}
