//! Compiles the snapshots of expansions and checks that each registers its triggers, and no others.

use std::{collections::BTreeSet, fs, path::Path};

use auraxis::Client;

/// Includes each snapshot as a module. Lints are allowed, because the compiler does not know that the code is generated.
macro_rules! snapshots {
    ($($module:ident $file:literal)*) => {
        $(
            #[allow(dead_code, unused_qualifications, clippy::all, clippy::pedantic)]
            #[path = $file]
            mod $module;
        )*

        const SNAPSHOTS: &[&str] = &[$($file),*];
    };
}

snapshots! {
    s01 "../auraxis-macros/tests/expand/01_async.expanded.rs"
    s02 "../auraxis-macros/tests/expand/02_sync.expanded.rs"
    s03 "../auraxis-macros/tests/expand/03_first_parameter.expanded.rs"
    s04 "../auraxis-macros/tests/expand/04_several_events.expanded.rs"
    s05 "../auraxis-macros/tests/expand/05_conditions.expanded.rs"
    s06 "../auraxis-macros/tests/expand/06_filters.expanded.rs"
    s07 "../auraxis-macros/tests/expand/07_selector.expanded.rs"
    s08 "../auraxis-macros/tests/expand/08_event_by_name.expanded.rs"
    s09 "../auraxis-macros/tests/expand/09_extractors.expanded.rs"
    s10 "../auraxis-macros/tests/expand/10_ordering.expanded.rs"
    s11 "../auraxis-macros/tests/expand/11_bounds.expanded.rs"
    s12 "../auraxis-macros/tests/expand/12_blocking.expanded.rs"
    s13 "../auraxis-macros/tests/expand/13_single_shot_and_name.expanded.rs"
    s14 "../auraxis-macros/tests/expand/14_crate_path.expanded.rs"
    s15 "../auraxis-macros/tests/expand/15_attributes.expanded.rs"
    s16 "../auraxis-macros/tests/expand/16_raw_identifier.expanded.rs"
    s17 "../auraxis-macros/tests/expand/17_nested.expanded.rs"
    s18 "../auraxis-macros/tests/expand/18_two_triggers.expanded.rs"
    s19 "../auraxis-macros/tests/expand/19_names_that_clash.expanded.rs"
    s20 "../auraxis-macros/tests/expand/20_delivered.expanded.rs"
    s21 "../auraxis-macros/tests/expand/21_cooldown.expanded.rs"
    s22 "../auraxis-macros/tests/expand/22_batch.expanded.rs"
    s23 "../auraxis-macros/tests/expand/23_attempts.expanded.rs"
    s24 "../auraxis-macros/tests/expand/24_every.expanded.rs"
    s25 "../auraxis-macros/tests/expand/25_generic.expanded.rs"
}

#[test]
fn every_snapshot_is_compiled() {
    let folder = Path::new("auraxis-macros/tests/expand");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let snapshots: BTreeSet<_> = files.filter(|name| name.ends_with(".expanded.rs")).collect();
    let compiled: BTreeSet<_> = SNAPSHOTS.iter().map(|file| file_name(file).to_owned()).collect();
    assert_eq!(compiled, snapshots);
}

/// Triggers are registered in the order of their files, and with their file as location.
#[test]
fn every_trigger_of_a_snapshot_is_registered() {
    let client = Client::builder().registered().state(s09::Tally::default()).state(true).build().unwrap();
    let triggers = client.triggers();
    let registered = triggers.iter().map(|trigger| (file_name(trigger.location().file), trigger.name().to_owned()));
    let registered: Vec<_> = registered.collect();

    let written: Vec<_> = SNAPSHOTS.iter().copied().flat_map(names_in).collect();
    assert_eq!(registered, written);
}

/// The names of a snapshot's triggers, each with the snapshot's file.
fn names_in(file: &'static str) -> Vec<(&'static str, String)> {
    let source = fs::read_to_string(Path::new("tests").join(file)).expect("a snapshot");
    let names = source.split(".named(\"").skip(1).filter_map(|rest| rest.split('"').next());
    names.map(|name| (file_name(file), name.to_owned())).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
