//! Binaryen's wasm-opt, which makes the released app smaller: 2 % in brotli, and 7 % less for the browser to compile.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{npm, step};

/// The features of WebAssembly that every browser with Link has. Binaryen's `--all-features` emits modules that some
/// browsers refuse.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Nothing lies in the first kilobyte of memory but the end of the stack, so an address plus a small constant is never
/// wrapped around.
const LOW_MEMORY: &str = "--low-memory-unused";

/// Rebuilds the control flow of each function before the usual passes: 0.5 kB less in brotli.
const CONTROL_FLOW: [&str; 2] = ["--flatten", "--rereloop"];

/// Replaces the module by the smaller one.
pub(crate) fn module(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let binaryen = npm::install(workspace, "xtask/wasm-opt")?;
    let mut optimize = Command::new("node");
    optimize
        .arg(binaryen.join("node_modules/binaryen/bin/wasm-opt"))
        .args(CONTROL_FLOW)
        .args(["-Oz", "--converge", LOW_MEMORY])
        .args(FEATURES)
        .arg(wasm)
        .arg("-o")
        .arg(wasm);
    step::run(&mut optimize)
}
