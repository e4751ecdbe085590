//! The imports between the files of a crate.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{Imports, imports};
use super::{files, read};

/// The files of a crate, relative to `src/`, each with the files that it imports.
#[derive(Default)]
pub(super) struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// Reads a package's `src` folder in `crates/` or `tests/`.
    pub(super) fn read(name: &str) -> Self {
        let sources = files("rs").into_iter().filter_map(|path| {
            let shown = path.to_str()?;
            let below = ["crates", "tests"]
                .iter()
                .find_map(|folder| shown.strip_prefix(&format!("{folder}/{name}/src/")))?;
            Some((below.to_owned(), read(&path)))
        });
        let graph = Self::of(sources, &name.replace('-', "_"));
        assert!(!graph.0.is_empty(), "{name} has no files");
        graph
    }

    /// The graph of these files and their sources.
    fn of(sources: impl IntoIterator<Item = (String, String)>, package: &str) -> Self {
        let read: Vec<(String, Vec<String>, Imports)> = sources
            .into_iter()
            .map(|(file, source)| {
                let module = module_of(&file);
                let imports = imports(&source, &module, package);
                (file, module, imports)
            })
            .collect();
        let is_test = |module: &[String]| {
            let mut test_modules = read.iter().flat_map(|(.., imports)| &imports.test_modules);
            test_modules.any(|test| module.starts_with(test))
        };
        let kept: Vec<_> = read
            .iter()
            .filter(|(_, module, _)| !is_test(module))
            .collect();
        let exports: Vec<_> = kept
            .iter()
            .flat_map(|(.., imports)| &imports.exports)
            .collect();
        let file_of = |path: &[String]| {
            let path = &exported(path, &exports);
            // A program's `main.rs` is no module that others import.
            let modules = kept.iter().filter(|(file, ..)| file != "main.rs");
            modules
                .filter(|(_, module, _)| path.starts_with(module))
                .max_by_key(|(_, module, _)| module.len())
                .map(|(file, ..)| file.clone())
        };
        let edges = kept.iter().map(|(file, _, imports)| {
            let imported = imports.paths.iter().filter_map(|path| file_of(path));
            (file.clone(), imported.filter(|to| to != file).collect())
        });
        Self(edges.collect())
    }

    /// Each set of files that import each other, with the imports between them.
    pub(super) fn cycles(&self) -> Vec<String> {
        let reached: BTreeMap<&String, BTreeSet<&String>> = self
            .0
            .keys()
            .map(|file| (file, self.reached(file)))
            .collect();
        let mut cycles = Vec::new();
        let mut done = BTreeSet::new();
        for (file, reaches) in &reached {
            let members: Vec<&String> = reaches
                .iter()
                .copied()
                .filter(|other| reached[other].contains(file))
                .collect();
            if members.is_empty() || !done.insert(members.clone()) {
                continue;
            }
            let between = |from: &&String, to: &&String| {
                self.0[*from]
                    .contains(*to)
                    .then(|| format!("{from} -> {to}"))
            };
            let edges = members
                .iter()
                .flat_map(|from| members.iter().filter_map(move |to| between(from, to)));
            cycles.push(edges.collect::<Vec<_>>().join("\n  "));
        }
        cycles
    }

    /// The files that one imports, directly or through others; itself, if it is in a cycle.
    fn reached(&self, file: &String) -> BTreeSet<&String> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = self.0[file].iter().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(&self.0[file]);
            }
        }
        reached
    }

    /// The imports that point from a lower layer to a higher one.
    pub(super) fn upward(&self, layers: &[&str]) -> Vec<String> {
        let layer = |file: &str| layers.iter().position(|layer| *layer == top(file));
        let edges = self
            .0
            .iter()
            .flat_map(|(from, all)| all.iter().map(move |to| (from, to)));
        edges
            .filter(|(from, to)| layer(from) > layer(to))
            .map(|(from, to)| format!("{from} -> {to}"))
            .collect()
    }

    /// The files that are in no layer, and the layers that are no file.
    pub(super) fn outside_of(&self, layers: &[&str]) -> Vec<String> {
        let tops: BTreeSet<&str> = self.0.keys().map(|file| top(file)).collect();
        let without = tops
            .iter()
            .filter(|top| !layers.contains(top))
            .map(|top| format!("{top} has no layer"));
        let stale = layers
            .iter()
            .filter(|layer| !tops.contains(*layer))
            .map(|layer| format!("the layer {layer} has no file"));
        without.chain(stale).collect()
    }
}

/// The path behind the names under which files export it.
fn exported(path: &[String], exports: &[&(Vec<String>, Vec<String>)]) -> Vec<String> {
    let mut path = path.to_vec();
    // Each name is replaced at most once, so that an export of itself ends too.
    for _ in exports {
        let Some((name, target)) = exports.iter().find(|(name, _)| path.starts_with(name)) else {
            break;
        };
        path = [target, &path[name.len()..]].concat();
    }
    path
}

/// The path of a file's module from the crate's root: `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    if matches!(path, "lib" | "main") || module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    module
}

/// The folder of `src/` that a file is in, or its own name.
fn top(file: &str) -> &str {
    file.split_once('/').map_or_else(
        || file.strip_suffix(".rs").unwrap_or(file),
        |(folder, _)| folder,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(sources: &[(&str, &str)]) -> Graph {
        let owned = sources
            .iter()
            .map(|(file, source)| ((*file).to_owned(), (*source).to_owned()));
        Graph::of(owned, "ours")
    }

    #[test]
    fn an_import_leads_to_the_innermost_file() {
        let graph = graph(&[
            ("lib.rs", "mod store; pub use crate::store::Store;"),
            ("main.rs", "use ours::store::sqlite::{Pool, pool};"),
            ("store/mod.rs", "mod sqlite;"),
            ("store/sqlite.rs", "use super::Store; use crate::Error;"),
        ]);
        let edges = |file: &str| graph.0[file].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(edges("lib.rs"), [""; 0]);
        assert_eq!(edges("main.rs"), ["store/sqlite.rs"]);
        assert_eq!(edges("store/mod.rs"), [""; 0]);
        assert_eq!(edges("store/sqlite.rs"), ["lib.rs", "store/mod.rs"]);
    }

    #[test]
    fn an_import_through_an_export_leads_to_the_file_behind_it() {
        let graph = graph(&[
            (
                "lib.rs",
                "mod a; mod b; pub use a::{inner::A, inner}; pub use b::B;",
            ),
            ("a/mod.rs", "pub(crate) mod inner;"),
            ("a/inner.rs", ""),
            ("b.rs", "use crate::{A, inner::C};"),
        ]);
        assert_eq!(graph.0["b.rs"].iter().collect::<Vec<_>>(), ["a/inner.rs"]);
    }

    #[test]
    fn a_cycle_is_found_with_its_imports() {
        let graph = graph(&[
            ("a.rs", "use crate::b;"),
            ("b.rs", "use crate::c;"),
            ("c.rs", "use crate::a; use crate::d;"),
            ("d.rs", ""),
        ]);
        assert_eq!(
            graph.cycles(),
            ["a.rs -> b.rs\n  b.rs -> c.rs\n  c.rs -> a.rs"]
        );
    }

    #[test]
    fn a_chain_is_no_cycle() {
        let graph = graph(&[
            ("a.rs", "use crate::b; use crate::c;"),
            ("b.rs", "use crate::c;"),
            ("c.rs", ""),
        ]);
        assert!(graph.cycles().is_empty());
    }

    #[test]
    fn files_of_tests_are_left_out() {
        let graph = graph(&[
            ("a.rs", "#[cfg(test)] mod tests;"),
            ("a/tests.rs", "use super::*; use crate::b;"),
            ("b.rs", "use crate::a;"),
        ]);
        assert!(graph.cycles().is_empty());
        assert!(!graph.0.contains_key("a/tests.rs"));
    }

    #[test]
    fn an_import_that_points_up_is_found() {
        let graph = graph(&[
            ("http/error.rs", "use crate::store::Store;"),
            (
                "store/mod.rs",
                "use crate::http::error::Error; use crate::clock;",
            ),
            ("clock.rs", ""),
        ]);
        let layers = ["http", "store", "clock"];
        assert_eq!(graph.upward(&layers), ["store/mod.rs -> http/error.rs"]);
        assert!(graph.outside_of(&layers).is_empty());
    }

    #[test]
    fn a_file_without_a_layer_and_a_layer_without_a_file_are_found() {
        let graph = graph(&[("http/error.rs", ""), ("clock.rs", "")]);
        assert_eq!(
            graph.outside_of(&["http", "store"]),
            ["clock has no layer", "the layer store has no file"]
        );
    }
}
