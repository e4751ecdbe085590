//! The dependencies between this repository's packages.

use super::{assert_none, workspace};

/// Each package, the packages it depends on, and those that only its tests and benches use. ARCHITECTURE.md draws them.
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
        &["connect-server", "plaid-emulator", "connect-api"],
        &[],
    ),
    ("fake-link", &["plaid-link"], &[]),
    ("minimal", &["leptos-plaid-link"], &[]),
    ("seed", &["connect-server"], &[]),
    ("size", &["leptos-plaid-link"], &[]),
    ("twin", &["leptos-plaid-link", "plaid-link"], &[]),
    ("xtask", &[], &[]),
    // A replacement for a library, hence its name.
    ("wasm-streams", &[], &[]),
];

#[test]
fn tidy_package_dependencies_match_arrows() {
    let workspace = workspace();
    let is_ours = |name: &&String| workspace.packages.iter().any(|p| p.name == **name);
    let ours =
        |names: &[String]| -> Vec<String> { names.iter().filter(is_ours).cloned().collect() };
    let mut findings = Vec::new();
    for package in &workspace.packages {
        if !ARROWS.iter().any(|(name, ..)| *name == package.name) {
            findings.push(format!("{} has no row in ARROWS", package.name));
        }
    }
    for (name, dependencies, only_tests) in ARROWS {
        let Some(package) = workspace.packages.iter().find(|p| p.name == name) else {
            findings.push(format!("{name} is in ARROWS, but it is not a package"));
            continue;
        };
        let found = ours(&package.dependencies);
        let mut found_in_tests = ours(&package.dev_dependencies);
        found_in_tests.retain(|name| !found.contains(name));
        findings.extend(differences(name, dependencies, &found, ""));
        findings.extend(differences(name, only_tests, &found_in_tests, " in tests"));
    }
    assert_none(&findings);
}

/// The arrows that exist but are not allowed, and those that are allowed but do not exist.
fn differences(from: &str, allowed: &[&str], found: &[String], place: &str) -> Vec<String> {
    let forbidden = found
        .iter()
        .filter(|to| !allowed.contains(&to.as_str()))
        .map(|to| format!("{from} must not depend on {to}{place}"));
    let stale = allowed
        .iter()
        .filter(|to| !found.iter().any(|name| name == *to))
        .map(|to| {
            format!("ARROWS lists {from} -> {to}{place}, but that dependency does not exist")
        });
    forbidden.chain(stale).collect()
}

#[test]
fn a_forbidden_arrow_and_a_stale_one_are_both_found() {
    let found = ["b".to_owned(), "c".to_owned()];
    assert!(differences("a", &["b", "c"], &found, "").is_empty());
    assert_eq!(
        differences("a", &["b", "d"], &found, ""),
        [
            "a must not depend on c",
            "ARROWS lists a -> d, but that dependency does not exist"
        ]
    );
}
