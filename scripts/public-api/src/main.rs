//! Prints the public API that a file of rustdoc's JSON describes, an item a line.

use std::{collections::HashSet, env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args_os().nth(1).ok_or("which JSON?")?;
    let api = public_api::Builder::from_rustdoc_json(json)
        // What nearly every type has would hide the rest.
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .include_function_parameter_names(true)
        .build()?;
    // An `impl` is told at its trait and at its type; once is enough.
    let mut told = HashSet::new();
    for item in api.items().map(ToString::to_string) {
        if told.insert(item.clone()) {
            println!("{item}");
        }
    }
    Ok(())
}
