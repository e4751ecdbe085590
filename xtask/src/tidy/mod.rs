//! The repository's own rules that neither the compiler nor clippy checks, as tests.

mod arrows;
mod code;
mod documents;
mod graph;
mod imports;
mod layers;
mod tokens;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;

/// Fails with one finding a line.
fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// The repository's files with this extension, relative to its root and sorted. Files not yet committed count.
fn files(extension: &str) -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let listing = String::from_utf8(output.stdout).expect("names are UTF-8");
    let mut found: Vec<PathBuf> = listing
        .lines()
        .map(PathBuf::from)
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .filter(|path| root().join(path).exists())
        .collect();
    assert!(!found.is_empty(), "git lists no .{extension} file");
    found.sort();
    found.dedup();
    found
}

/// The Rust files in the `src` folder of any package.
fn sources() -> Vec<PathBuf> {
    let mut found = files("rs");
    found.retain(|path| path.components().any(|part| part.as_os_str() == "src"));
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the root")
}

fn workspace() -> Workspace {
    Workspace::load().expect("cargo describes the workspace")
}
