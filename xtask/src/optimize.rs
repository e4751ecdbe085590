//! Makes the app's module smaller with Binaryen's wasm-opt, as it is released: 2 % in brotli, 7 % for the browser to compile.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{npm, step};

/// What every browser knows that knows Link. Named, since with all that Binaryen knows come some that none does.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Puts the smaller module in the place of this one.
pub(crate) fn module(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let binaryen = npm::install(workspace, "xtask/wasm-opt")?;
    let mut optimize = Command::new("node");
    optimize
        .arg(binaryen.join("node_modules/binaryen/bin/wasm-opt"))
        .args(["-Oz", "--converge"])
        .args(FEATURES)
        .arg(wasm)
        .arg("-o")
        .arg(wasm);
    step::run(&mut optimize)
}
