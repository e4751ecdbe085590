//! The `lint` command: every check that does not run the code, cheapest first, warnings denied.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{setup, step};

/// The packages to be published on crates.io.
const PUBLISHED: [&str; 5] = [
    "json-struct",
    "plaid-types",
    "plaid-link",
    "link-flow",
    "leptos-plaid-link",
];

/// The builds of the library that our app does not use.
const OTHER_BUILDS: [&[&str]; 3] = [
    &["--package", "minimal", "--target", "wasm32-unknown-unknown"],
    &[
        "--package",
        "leptos-plaid-link",
        "--features",
        "hydrate",
        "--all-targets",
        "--target",
        "wasm32-unknown-unknown",
    ],
    &[
        "--package",
        "leptos-plaid-link",
        "--features",
        "ssr",
        "--all-targets",
    ],
];

/// Runs the checks, and stops at the first that fails.
pub(crate) fn lint(workspace: &Workspace) -> Result<()> {
    setup::lint_tools()?;
    setup::wasm_target()?;

    step::run(&mut step::cargo(["fmt", "--all", "--check"]))?;
    step::run(&mut step::cargo([
        "test",
        "--quiet",
        "--package",
        "xtask",
        "tidy",
    ]))?;
    step::run(&mut step::cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;

    let wasm = ["clippy", "--target", "wasm32-unknown-unknown"];
    let browser = workspace.browser_packages();
    let names = browser
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    step::run(&mut step::cargo(
        wasm.into_iter()
            .chain(names)
            .chain(["--", "-D", "warnings"]),
    ))?;

    let tested = workspace.browser_tested();
    let names = tested
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    step::run(&mut step::cargo(wasm.into_iter().chain(names).chain([
        "--tests",
        "--features",
        "leptos-plaid-link/csr",
        "--",
        "-D",
        "warnings",
    ])))?;

    for other in OTHER_BUILDS {
        step::run(&mut step::cargo(
            ["clippy"]
                .into_iter()
                .chain(other.iter().copied())
                .chain(["--", "-D", "warnings"]),
        ))?;
    }

    let doc = [
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    step::run(step::cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))?;

    let package = [
        "package",
        "--quiet",
        "--offline",
        "--allow-dirty",
        "--no-verify",
    ];
    let names = PUBLISHED.iter().flat_map(|name| ["--package", name]);
    step::run(&mut step::cargo(package.into_iter().chain(names)))?;

    if step::cargo(["deny", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        step::run(&mut step::cargo(["deny", "check"]))?;
    }
    Ok(())
}
