//! The paths by which a Rust file names other modules of its crate.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{Attribute, Field, File, Item, ItemMod, ItemUse, Macro, Path, UseTree, Visibility};

use super::tokens::leaves;

/// What a file says about modules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Imports {
    /// The paths to modules of the crate, from its root.
    pub(super) paths: Vec<Vec<String>>,
    /// The names under which this file exports paths to modules of the crate. Such a `pub use` is no import.
    pub(super) exports: Vec<(Vec<String>, Vec<String>)>,
    /// The modules that exist in tests only, from the crate's root.
    pub(super) test_modules: Vec<Vec<String>>,
}

/// Reads a file. `module` is its module's path; `package` is the crate's name, which `main.rs` uses for `crate`.
pub(super) fn imports(source: &str, module: &[String], package: &str) -> Imports {
    let file: File = syn::parse_file(source).expect("Rust that compiles");
    let mut reader = Reader {
        module: module.to_vec(),
        package,
        children: children(&file.items),
        imports: Imports::default(),
    };
    reader.visit_file(&file);
    reader.imports
}

struct Reader<'a> {
    /// The module that is being read.
    module: Vec<String>,
    package: &'a str,
    /// The modules that this one declares.
    children: BTreeSet<String>,
    imports: Imports,
}

impl Reader<'_> {
    fn use_tree(&mut self, tree: &UseTree, above: &[String], is_export: bool) {
        let with = |name: &syn::Ident| [above, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &with(&path.ident), is_export),
            UseTree::Name(name) if is_export => self.export(&with(&name.ident), &name.ident),
            UseTree::Name(name) => self.record(&with(&name.ident)),
            UseTree::Rename(name) if is_export => self.export(&with(&name.ident), &name.rename),
            UseTree::Rename(name) => self.record(&with(&name.ident)),
            UseTree::Glob(_) => self.record(above),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, above, is_export);
                }
            }
        }
    }

    fn export(&mut self, path: &[String], name: &syn::Ident) {
        if let Some(target) = self.resolve(path) {
            let name = [&*self.module, &[name.to_string()]].concat();
            self.imports.exports.push((name, target));
        }
    }

    fn record(&mut self, path: &[String]) {
        let found = self.resolve(path);
        self.imports.paths.extend(found);
    }

    /// Returns a path from the crate's root, if it leads to a module of the crate.
    fn resolve(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, mut rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len().saturating_sub(1)].to_vec(),
            name if name == self.package => Vec::new(),
            name if self.children.contains(name) => [&*self.module, &[name.to_owned()]].concat(),
            _ => return None,
        };
        while let [word, more @ ..] = rest
            && word == "super"
        {
            found.pop();
            rest = more;
        }
        // The `self` of `use a::{self, b}` is `a`.
        found.extend(rest.iter().filter(|word| *word != "self").cloned());
        Some(found)
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        } else if let Item::Mod(tests) = item {
            let module = [&*self.module, &[tests.ident.to_string()]].concat();
            self.imports.test_modules.push(module);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let Some((_, items)) = &item.content else {
            return;
        };
        self.module.push(item.ident.to_string());
        let children = std::mem::replace(&mut self.children, children(items));
        visit::visit_item_mod(self, item);
        self.children = children;
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // `::a` is another crate.
        if item.leading_colon.is_none() {
            let is_export = !matches!(item.vis, Visibility::Inherited);
            self.use_tree(&item.tree, &[], is_export);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if !is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        // A single word may be a variable that is named like a module.
        if path.segments.len() > 1 && path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let words: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
            self.record(&words);
        }
        visit::visit_path(self, path);
    }

    /// `pub(in crate::a)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, called: &'ast Macro) {
        for path in paths_in(called.tokens.clone()) {
            self.record(&path);
        }
        visit::visit_macro(self, called);
    }
}

/// The paths in the text of a macro: words between `::`.
fn paths_in(tokens: TokenStream) -> Vec<Vec<String>> {
    let words: Vec<String> = leaves(tokens).iter().map(ToString::to_string).collect();
    let mut paths: Vec<Vec<String>> = Vec::new();
    let mut continues = false;
    for (at, word) in words.iter().enumerate() {
        let is_word = word.chars().all(|c| c.is_alphanumeric() || c == '_');
        match paths.last_mut() {
            Some(path) if is_word && continues => path.push(word.clone()),
            _ if is_word => paths.push(vec![word.clone()]),
            _ => {}
        }
        continues = word == ":" && at > 0 && words[at - 1] == ":";
    }
    paths.retain(|path| path.len() > 1);
    paths
}

fn children(items: &[Item]) -> BTreeSet<String> {
    let modules = items.iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.parse_args::<syn::Ident>();
        attribute.path().is_ident("cfg") && condition.is_ok_and(|word| word == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that this source, in the module `a::b`, names.
    fn paths(source: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        let paths = imports(source, &module, "ours").paths;
        paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn paths_are_read_from_the_root() {
        for (source, expected) in [
            ("use crate::c::D;", "c::D"),
            ("use super::c::D;", "a::c::D"),
            ("use super::super::c;", "c"),
            ("use self::c::D as E;", "a::b::c::D"),
            ("use ours::c::*;", "c"),
            ("fn f() { crate::c::d(1) }", "c::d"),
            ("fn f(d: &super::D<u8>) {}", "a::D"),
            ("macro_rules! m { () => { $crate::c::d() } }", "c::d"),
            ("#[cfg(unix)] use crate::c;", "c"),
        ] {
            assert_eq!(paths(source), [expected], "{source}");
        }
    }

    #[test]
    fn nested_braces_are_several_paths() {
        assert_eq!(
            paths("use crate::{c::{self, D}, e::{F as G, h::{I, *}}, j};"),
            ["c", "c::D", "e::F", "e::h::I", "e::h", "j"]
        );
    }

    #[test]
    fn other_words_are_no_paths() {
        for source in [
            "use std::fmt; use serde::{de::Error, Serialize};",
            "mod c; pub mod d;",
            "mod c; use ::c::D; fn f() { ::c::g() }",
            "pub(crate) fn f(&self) { self.c() }",
            "pub(in crate::a) struct S;",
            "fn f<'a>() -> impl Sized + use<'a> {}",
            "// use crate::c;\nconst S: &str = \"crate::c\";",
        ] {
            assert!(paths(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn an_inline_module_is_a_module() {
        assert_eq!(
            paths("mod c { use super::D; mod e { use super::F; } use super::G; } use super::H;"),
            ["a::b::D", "a::b::c::F", "a::b::G", "a::H"]
        );
    }

    #[test]
    fn a_child_is_named_without_self() {
        assert_eq!(
            paths("mod c; use c::D; fn f() { c::g(); d::h(); let c = 1; }"),
            ["a::b::c::D", "a::b::c::g"]
        );
    }

    #[test]
    fn an_export_is_no_import() {
        let module = ["a".to_owned()];
        let found = imports(
            "mod b; pub(crate) use b::c::D as E; pub use std::fmt;",
            &module,
            "ours",
        );
        assert!(found.paths.is_empty());
        let words = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found.exports, [(words("a::E"), words("a::b::c::D"))]);
    }

    #[test]
    fn paths_in_macros_are_read() {
        assert_eq!(paths("fn f() { vec![crate::c::d(x), e::f] }"), ["c::d"]);
    }

    #[test]
    fn tests_are_left_out() {
        for source in [
            "#[cfg(test)] mod tests { use crate::c; fn f() { if x { crate::d() } } } use crate::e;",
            "#[cfg(test)] #[path = \"t.rs\"] mod tests; use crate::e;",
            "#[cfg(test)] fn f<A, B>(x: [u8; 2]) { crate::c::d() } use crate::e;",
            "#[cfg(test)] const N: [crate::C; 2] = [crate::c(), crate::d()]; use crate::e;",
            "struct S { #[cfg(test)] c: crate::C, d: crate::e }",
        ] {
            assert_eq!(paths(source), ["e"], "{source}");
        }
    }

    #[test]
    fn modules_of_tests_are_named() {
        let module = ["a".to_owned()];
        let found = imports("#[cfg(test)] mod tests; mod c;", &module, "ours");
        assert_eq!(found.test_modules, [["a".to_owned(), "tests".to_owned()]]);
    }
}
