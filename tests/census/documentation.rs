//! The map of auraxium's names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
}

/// Tables hold relations as `one title(`, everything else is a `fn` or an associated constant. An image is a
/// method of every type with an `image_id`.
#[test]
fn the_methods_that_auraxium_is_mapped_to_exist() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["auraxis-core/src/census", "auraxis-core/src/ps2", "auraxis-runtime/src/census"] {
        sources(&root.join(folder), &mut text);
    }
    let page = fs::read_to_string(root.join("docs/census.md")).unwrap();
    let names: HashSet<_> = page.split('`').filter_map(|name| name.split_once("::")).collect();
    assert!(names.len() > 100, "{}", names.len());
    let is_missing = |name: &&str| {
        let calls = ["fn ", "one ", "many ", "through ", "first "];
        let values = ["const ", "struct ", "enum ", "pub "];
        let is_call = calls.iter().any(|way| ["(", "<"].iter().any(|end| text.contains(&format!("{way}{name}{end}"))));
        !is_call && !values.iter().any(|way| text.contains(&format!("{way}{name}")))
    };
    let ends = |name: &str| name.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    let names = names.into_iter().map(|(_, name)| &name[..ends(name).unwrap_or(name.len())]);
    let missing: HashSet<_> = names.filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
