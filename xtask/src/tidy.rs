//! The rules of the house that neither the compiler nor clippy keeps.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;

/// What each package may depend on among ours; second, what its tests may besides. ARCHITECTURE.md draws it.
const ARROWS: [(&str, &[&str], &[&str]); 18] = [
    ("json-struct", &[], &[]),
    ("plaid-types", &["json-struct"], &[]),
    ("plaid-link", &["plaid-types"], &["fake-link"]),
    ("link-flow", &["plaid-types", "json-struct"], &[]),
    (
        "leptos-plaid-link",
        &["plaid-link", "link-flow", "plaid-types"],
        &["fake-link"],
    ),
    ("connect-api", &["plaid-types", "json-struct"], &[]),
    (
        "connect",
        &[
            "leptos-plaid-link",
            "plaid-link",
            "link-flow",
            "connect-api",
            "plaid-types",
        ],
        &[],
    ),
    ("plaid-client", &["plaid-types"], &[]),
    (
        "connect-server",
        &["plaid-client", "connect-api", "plaid-types"],
        &["plaid-emulator", "link-flow"],
    ),
    ("plaid-emulator", &["plaid-types"], &[]),
    (
        "e2e",
        &[
            "connect-server",
            "plaid-emulator",
            "connect-api",
            "plaid-types",
        ],
        &[],
    ),
    ("fake-link", &["plaid-link"], &[]),
    ("minimal", &["leptos-plaid-link"], &[]),
    ("seed", &["connect-server"], &[]),
    ("size", &["leptos-plaid-link"], &[]),
    ("twin", &["leptos-plaid-link", "plaid-link"], &[]),
    ("xtask", &[], &[]),
    // Not ours by name: it stands in for a library.
    ("wasm-streams", &[], &[]),
];

#[test]
fn tidy_arrows_only_go_down() {
    let workspace = workspace();
    let ours = |name: &&String| {
        workspace
            .packages
            .iter()
            .any(|package| package.name == **name)
    };
    let mut wrong = Vec::new();
    for package in &workspace.packages {
        let Some((_, may, tests_may)) = ARROWS.iter().find(|(name, ..)| *name == package.name)
        else {
            wrong.push(format!("{} is in no row of ARROWS", package.name));
            continue;
        };
        let allowed = |name: &&String| may.contains(&name.as_str());
        let in_tests = |name: &&String| allowed(name) || tests_may.contains(&name.as_str());
        let past_allowed = package
            .dependencies
            .iter()
            .filter(ours)
            .filter(|name| !allowed(name));
        let past_tests = package
            .dev_dependencies
            .iter()
            .filter(ours)
            .filter(|name| !in_tests(name));
        wrong.extend(
            past_allowed
                .chain(past_tests)
                .map(|name| format!("{} must not know {name}", package.name)),
        );
    }
    none(&wrong);
}

#[test]
fn tidy_modules_are_named_for_what_they_hold() {
    const EMPTY: [&str; 8] = [
        "utils", "util", "helpers", "helper", "common", "misc", "manager", "wrapper",
    ];
    let named = |path: &Path| {
        path.with_extension("")
            .components()
            .any(|part| EMPTY.iter().any(|empty| part.as_os_str() == *empty))
    };
    none(
        &files("rs")
            .into_iter()
            .filter(|path| named(path))
            .map(|path| shown(&path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn tidy_every_crate_has_a_readme_that_is_its_documentation() {
    let workspace = workspace();
    let crates = workspace
        .packages
        .iter()
        .filter(|package| package.dir.starts_with(workspace.root.join("crates")));
    let without = crates.filter(|package| {
        let lib = fs::read_to_string(package.dir.join("src/lib.rs")).unwrap_or_default();
        !package.dir.join("README.md").is_file()
            || !lib.starts_with("#![doc = include_str!(\"../README.md\")]")
    });
    none(
        &without
            .map(|package| package.name.clone())
            .collect::<Vec<_>>(),
    );
}

#[test]
fn tidy_every_variable_that_configures_us_is_in_a_readme() {
    let front = read(Path::new("README.md"));
    let mut missing = Vec::new();
    for package in workspace().packages {
        let own = fs::read_to_string(package.dir.join("README.md")).unwrap_or_default();
        let sources = files("rs")
            .into_iter()
            .filter(|path| root().join(path).starts_with(package.dir.join("src")));
        let variables = sources.flat_map(|path| variables(&read(&path)));
        let told = |variable: &String| {
            [&front, &own]
                .iter()
                .any(|readme| readme.contains(&format!("`{variable}`")))
        };
        missing.extend(
            variables
                .filter(|variable| !told(variable))
                .map(|name| format!("{}: {name}", package.name)),
        );
    }
    none(&missing);
}

#[test]
fn tidy_links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for path in files("md") {
        let dir = root()
            .join(&path)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        for target in link_targets(&read(&path)) {
            let file = target.split(['#', '?']).next().unwrap_or_default();
            if !target.contains(':') && !file.is_empty() && !dir.join(file).exists() {
                broken.push(format!("{} links to {target}", path.display()));
            }
        }
    }
    none(&broken);
}

#[test]
fn tidy_the_changelog_knows_this_version() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(
        read(Path::new("CHANGELOG.md")).contains(&heading),
        "CHANGELOG.md has no `{heading}`"
    );
}

#[test]
fn tidy_only_plaid_link_declares_foreign_functions() {
    let marker = ["extern ", "\"C\""].concat();
    none(&elsewhere("crates/plaid-link/", &marker));
}

#[test]
fn tidy_only_the_store_speaks_sql() {
    let server = |path: &String| path.starts_with("crates/connect-server/src/");
    let words = ["SELECT ", "INSERT INTO", "UPDATE items", "DELETE FROM"];
    let mut found: Vec<String> = words
        .iter()
        .flat_map(|word| elsewhere("crates/connect-server/src/store/", word))
        .filter(server)
        .collect();
    found.dedup();
    none(&found);
}

/// Rust files outside `home` that hold `text`.
fn elsewhere(home: &str, text: &str) -> Vec<String> {
    files("rs")
        .into_iter()
        .filter(|path| !path.starts_with(home) && read(path).contains(text))
        .map(|path| shown(&path))
        .collect()
}

/// The variables that flags are read from as well: `env = "CONNECT_LISTEN"`.
fn variables(source: &str) -> Vec<String> {
    let after = source.split("env = \"").skip(1);
    after
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The targets of `[text](target)` and `<img src="target">`.
fn link_targets(markdown: &str) -> Vec<&str> {
    let after = |opening: &'static str, closing: char| {
        markdown
            .split(opening)
            .skip(1)
            .filter_map(move |rest| rest.split(closing).next())
    };
    after("](", ')').chain(after("src=\"", '"')).collect()
}

/// The files of the repository with this extension, relative to its root, whether committed already or not.
fn files(extension: &str) -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let listing = String::from_utf8(output.stdout).expect("names are UTF-8");
    let paths = listing.lines().map(PathBuf::from);
    let found: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension().is_some_and(|e| e == extension) && root().join(path).exists()
        })
        .collect();
    assert!(!found.is_empty(), "git lists no .{extension} file");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root")
}

fn workspace() -> Workspace {
    Workspace::load().expect("cargo knows the workspace")
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
