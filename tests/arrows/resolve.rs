//! From names to the files that define them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    files::Files,
    modules::{self, Module},
};

/// From one file to another, and the names that lead there.
pub(crate) type Arrows = BTreeMap<(String, String), BTreeSet<String>>;

/// The arrows between the files of a crate.
pub(crate) fn arrows(files: &Files) -> Arrows {
    let mut arrows = Arrows::new();
    for root in ["lib.rs", "main.rs"] {
        if files.contains_key(root) {
            Crate(modules::read(files, root)).add_arrows(&mut arrows);
        }
    }
    arrows
}

struct Crate(Vec<Module>);

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Module(usize),
    Item { file: String, name: String },
}

/// The names that are being looked up, in their modules. One that leads to itself leads nowhere.
type Seen = BTreeSet<(usize, String)>;

impl Crate {
    fn add_arrows(&self, arrows: &mut Arrows) {
        for (at, module) in self.0.iter().enumerate() {
            let imported = module.names.imports.iter().map(|(_, path)| path);
            for path in imported.chain(&module.names.globs).chain(&module.names.paths) {
                if let Some(Found::Item { file, name }) = self.resolve(at, path, &mut Seen::new())
                    && file != module.file
                {
                    arrows.entry((module.file.clone(), file)).or_default().insert(name);
                }
            }
        }
    }

    /// What a path that stands in this module leads to, if it stays in the crate.
    fn resolve(&self, from: usize, path: &[String], seen: &mut Seen) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(0),
            "self" => Found::Module(from),
            "super" => Found::Module(self.0[from].parent?),
            name => self.look_up(from, name, !rest.is_empty(), seen)?,
        };
        for (at, name) in rest.iter().enumerate() {
            let Found::Module(module) = found else { break };
            found = if name == "super" {
                Found::Module(self.0[module].parent?)
            } else {
                let is_module = at + 1 < rest.len();
                // What is named outright is there, made by a macro if not written.
                self.look_up(module, name, is_module, seen).unwrap_or_else(|| self.item(module, name))
            };
        }
        Some(found)
    }

    fn look_up(&self, at: usize, name: &str, wants_module: bool, seen: &mut Seen) -> Option<Found> {
        if !seen.insert((at, name.to_owned())) {
            return None;
        }
        let module = &self.0[at];
        let child = module.children.get(name).copied().map(Found::Module);
        let written = module.items.contains(name).then(|| self.item(at, name));
        let here = if wants_module { child.or(written) } else { written.or(child) };
        if here.is_some() {
            return here;
        }
        let mut imports = module.names.imports.iter().filter(|(imported, _)| imported == name);
        let imported = imports.find_map(|(_, path)| self.resolve(at, path, seen));
        if imported.is_some() {
            return imported;
        }
        let through_glob = module.names.globs.iter().find_map(|path| match self.resolve(at, path, seen)? {
            Found::Module(target) => self.look_up(target, name, wants_module, seen),
            Found::Item { .. } => None,
        });
        through_glob.or_else(|| module.names.generated.contains(name).then(|| self.item(at, name)))
    }

    fn item(&self, at: usize, name: &str) -> Found {
        Found::Item { file: self.0[at].file.clone(), name: name.to_owned() }
    }
}
