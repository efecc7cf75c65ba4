//! The modules of a crate, and what each defines, imports and names.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, visit::Visit};

use super::{
    files::Files,
    names::{self, Names, is_test},
};

#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    /// The names of items that are written here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) names: Names,
}

/// Reads the modules that belong to a root file, without those that are only tests; the root comes first.
pub(crate) fn read(files: &Files, root: &str) -> Vec<Module> {
    let mut modules = Vec::new();
    let mut reader = Reader { files, modules: &mut modules };
    reader.file(root, "", None);
    modules
}

struct Reader<'a> {
    files: &'a Files,
    modules: &'a mut Vec<Module>,
}

impl Reader<'_> {
    /// Reads a file whose children lie in this folder. Returns the number of its module.
    fn file(&mut self, file: &str, folder: &str, parent: Option<usize>) -> usize {
        let parsed = syn::parse_file(&self.files[file]).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.module(file, folder, parent, parsed.items)
    }

    fn module(&mut self, file: &str, folder: &str, parent: Option<usize>, items: Vec<Item>) -> usize {
        let this = self.modules.len();
        self.modules.push(Module { file: file.to_owned(), parent, ..Module::default() });
        let mut names = Names::default();
        for item in items {
            match item {
                Item::Mod(item) if !is_test(&item.attrs) => {
                    let name = item.ident.to_string();
                    let inner = format!("{folder}{name}/");
                    let child = if let Some((_, items)) = item.content {
                        self.module(file, &inner, Some(this), items)
                    } else {
                        let candidates = [format!("{folder}{name}.rs"), format!("{inner}mod.rs")];
                        let found = candidates.into_iter().find(|path| self.files.contains_key(path));
                        let found = found.unwrap_or_else(|| panic!("{file}: no file for `mod {name}`"));
                        self.file(&found, &inner, Some(this))
                    };
                    self.modules[this].children.insert(name, child);
                }
                Item::Mod(_) => {}
                item => {
                    if let Some(name) = name(&item).filter(|_| !names::skips(&item)) {
                        self.modules[this].items.insert(name);
                    }
                    names.visit_item(&item);
                }
            }
        }
        self.modules[this].names = names;
        this
    }
}

/// What a file has besides modules in files of their own, imports and tests.
pub(crate) fn definitions(file: &str, text: &str) -> Vec<String> {
    let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let defined = parsed.items.iter().filter(|item| !names::skips(item)).filter_map(|item| match item {
        Item::Mod(item) => item.content.is_some().then(|| format!("`mod {}`", item.ident)),
        Item::Use(_) | Item::ExternCrate(_) => None,
        Item::Impl(_) => Some("an `impl`".into()),
        item => Some(name(item).map_or("a macro call".into(), |name| format!("`{name}`"))),
    });
    defined.collect()
}

/// The name that an item defines.
fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}
