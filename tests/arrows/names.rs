//! Every name in a piece of code that may lead to another file.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident, ImplItem, Item, ItemUse, Macro, Meta, UseTree,
    visit::{self, Visit},
};

/// A path, segment by segment.
pub(crate) type Path = Vec<String>;

/// Names that every file has without importing them.
const PRELUDE: [&str; 8] = ["Box", "Err", "None", "Ok", "Option", "Some", "String", "Vec"];

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The paths that are named in place.
    pub(crate) paths: Vec<Path>,
    /// Each name that a `use` brings in, and the path it stands for. It may stand for a module and a function.
    pub(crate) imports: Vec<(String, Path)>,
    /// The paths before the `*`.
    pub(crate) globs: Vec<Path>,
    /// The identifiers in macro calls that stand for items. Some of them are the names of those items.
    pub(crate) generated: BTreeSet<String>,
}

impl Names {
    /// Adds the imports of a `use`.
    fn import(&mut self, tree: &UseTree, before: &mut Path) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
            UseTree::Glob(_) => self.globs.push(before.clone()),
            UseTree::Name(name) => self.add_import(&name.ident, &name.ident, before),
            UseTree::Rename(rename) => self.add_import(&rename.ident, &rename.rename, before),
        }
    }

    fn add_import(&mut self, name: &Ident, alias: &Ident, before: &Path) {
        let mut path = before.clone();
        if name != "self" {
            path.push(name.to_string());
        }
        let alias = if alias == "self" { path.last().cloned().unwrap_or_default() } else { alias.to_string() };
        self.imports.push((alias, path));
    }

    /// Reads paths from code that may be anything. Of single words only those that look like types or constants count.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Path = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.keep(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                other => {
                    self.keep(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.scan(group.stream());
                    }
                }
            }
        }
        self.keep(path);
    }

    fn keep(&mut self, path: Path) {
        let is_upper = |name: &String| name.starts_with(char::is_uppercase);
        if path.len() > 1 || path.first().is_some_and(is_upper) {
            self.paths.push(path);
        }
    }

    fn generate(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    if !PRELUDE.contains(&name.as_str()) {
                        self.generated.insert(name);
                    }
                }
                TokenTree::Group(group) => self.generate(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        if skips(item) {
            return;
        }
        match item {
            // What a macro by example names counts where it is called.
            Item::Macro(item) if item.ident.is_some() => {}
            Item::Macro(call) => {
                self.generate(call.mac.tokens.clone());
                self.visit_macro(&call.mac);
            }
            item => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let is_skipped = match item {
            ImplItem::Fn(item) => is_test(&item.attrs),
            ImplItem::Const(item) => is_test(&item.attrs),
            _ => false,
        };
        if !is_skipped {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &mut Path::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// Whether an item is there for tests only.
pub(crate) fn skips(item: &Item) -> bool {
    is_test(match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    })
}

/// Whether what bears these attributes is there for tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
        let condition = list.tokens.to_string().replace(' ', "");
        list.path.is_ident("cfg") && (condition == "test" || condition.starts_with("all(test,"))
    })
}
