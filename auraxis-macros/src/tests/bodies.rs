//! An incomplete body must not remove the function or its trigger. Otherwise, editors could not complete code in it.

use super::expansion::{appended_to, expand, is_registration};

#[test]
fn an_incomplete_body_keeps_function_and_trigger() {
    // The brackets are balanced, because the compiler passes no others to a macro.
    for body in [
        "{ let x = }",
        "{ let x = death. }",
        "{ death. let y = 1; }",
        "{ . }",
        "{ if death.is_headshot }",
        "{ match death { Death } }",
        "{ match death { Death {} => } }",
        "{ client.get_by_id::<Character>() else }",
        "{ for in {} }",
        "{ let closure = | }",
        "{ println!(\"{}\", ) }",
        "{ #[] }",
        "{ async move fn () }",
        ";",
    ] {
        let item = format!("/// Docs.\npub async fn on_death(death: Death, client: Client) -> auraxis::Result {body}");
        let appended = appended_to(&item, &expand("Death", &item));
        assert!(is_registration(&appended), "{body}: {appended}");
    }
}
