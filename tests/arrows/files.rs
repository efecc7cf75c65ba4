//! The sources of a crate.

use std::{collections::BTreeMap, fs, path::Path};

/// Texts by their path below the crate's `src`, with `/` between folders.
pub(crate) type Files = BTreeMap<String, String>;

/// Reads every Rust file of a folder and of those in it.
pub(crate) fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    add(folder, "", &mut files);
    files
}

fn add(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").display());
        if path.is_dir() {
            add(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
}
