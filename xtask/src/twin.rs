//! Two equivalent pages, one over our bindings and one over react-plaid-link; `tests/e2e/tests/twin` drives both.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{npm, setup, step};

/// Builds both pages.
pub(crate) fn pages(workspace: &Workspace) -> Result<()> {
    let built = workspace.target.join("xtask").join("twin");
    npm::build_page(workspace, "twin", &built.join("react"))?;

    let tools = setup::app_tools(workspace)?;
    let mut compile = step::cargo(["build", "--package", "twin"]);
    compile.args(["--target", "wasm32-unknown-unknown"]);
    step::run(compile.current_dir(&workspace.root))?;
    let ours = built.join("ours");
    let module = workspace
        .target
        .join("wasm32-unknown-unknown/debug/twin.wasm");
    let mut bind = Command::new(tools.bindgen_dir.join("wasm-bindgen"));
    bind.args(["--target", "web", "--no-typescript", "--out-dir"])
        .args([&ours, &module]);
    step::run(&mut bind)?;
    fs::copy(
        workspace.root.join("tests/twin/twin.html"),
        ours.join("twin.html"),
    )?;
    Ok(())
}
