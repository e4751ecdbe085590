//! The build of the app for the browser: `dist/`, precompressed, within its size budget.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{Workspace, files_below};
use crate::{optimize, setup, shorten, size, step};

/// How a build is packaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packaging {
    /// Needs no Node.js.
    Plain,
    /// As released: optimized by Binaryen, which needs Node.js.
    Optimized,
}

/// Builds the app if its sources changed, prints its size table, and fails above the budget.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    app(workspace, Packaging::Optimized)?;
    size::report(&workspace.root.join("dist"))
}

/// Builds the app if its sources changed since `dist/` was made. An optimized build also serves as a plain one.
pub(crate) fn app(workspace: &Workspace, packaging: Packaging) -> Result<()> {
    let dist = workspace.root.join("dist");
    let stamp = workspace.target.join("xtask").join("app.stamp");
    let sources = sources(workspace)?;
    if let Ok(made) = fs::read_to_string(&stamp)
        && [packaging, Packaging::Optimized]
            .into_iter()
            .any(|packaging| stamp_of(packaging, sources, &dist).is_ok_and(|now| now == made))
    {
        return Ok(());
    }

    bundle(
        workspace,
        "connect",
        "connect",
        &workspace.root.join("index.html"),
        &dist,
        packaging,
    )?;

    fs::create_dir_all(workspace.target.join("xtask"))?;
    fs::write(&stamp, stamp_of(packaging, sources, &dist)?)
        .with_context(|| format!("cannot write {}", stamp.display()))
}

/// Builds an app into `dist` from its page, and precompresses it.
pub(crate) fn bundle(
    workspace: &Workspace,
    package: &str,
    bin: &str,
    page: &Path,
    dist: &Path,
    packaging: Packaging,
) -> Result<()> {
    let tools = setup::app_tools(workspace)?;
    // Cargo compiles first: it may use the network, and its error messages are clear.
    let mut compile = step::cargo(["build", "--package", package, "--bin", bin]);
    compile.args([
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        "wasm-release",
    ]);
    step::run(compile.current_dir(&workspace.root))?;
    let mut bundle = Command::new(&tools.trunk);
    bundle.arg("build").arg(page).arg("--dist").arg(dist).args([
        "--quiet",
        "--release",
        "--cargo-profile",
        "wasm-release",
        "--offline",
        "--skip-version-check",
    ]);
    bundle
        .env("PATH", tools.path()?)
        .env("RUST_BACKTRACE", "0")
        .current_dir(&workspace.root);
    // Trunk fails on a `NO_COLOR` that is not a boolean.
    bundle.env_remove("NO_COLOR");
    step::run(&mut bundle)?;
    if packaging == Packaging::Optimized {
        let wasm = files_below(dist)?.into_iter().find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        });
        optimize::module(
            workspace,
            &wasm.context("Trunk built no WebAssembly module")?,
        )?;
    }
    shorten::names(dist)?;
    size::precompress(dist)
}

/// A hash of every file that the app is built from.
fn sources(workspace: &Workspace) -> Result<u64> {
    let root = &workspace.root;
    let mut paths: Vec<PathBuf> = [
        "index.html",
        "Trunk.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "style",
        "public",
    ]
    .into_iter()
    .chain([
        ".cargo",
        "patches",
        "xtask/src/build.rs",
        "xtask/wasm-opt/package-lock.json",
        "xtask/src/shorten.rs",
        "xtask/src/optimize.rs",
        "xtask/src/size.rs",
    ])
    .map(|name| root.join(name))
    .collect();
    for package in workspace.browser_packages() {
        paths.extend(["src", "Cargo.toml", "README.md"].map(|name| package.dir.join(name)));
    }
    fingerprint(&paths)
}

/// A text that changes with the sources, and when `dist/` is no longer what was built from them.
fn stamp_of(packaging: Packaging, sources: u64, dist: &Path) -> Result<String> {
    Ok(format!(
        "{packaging:?} {sources:016x} {:016x}",
        fingerprint(&[dist.to_owned()])?
    ))
}

/// A hash of the names and contents of files and directories. Paths that do not exist are ignored.
fn fingerprint(paths: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        for file in files_below(path)? {
            file.hash(&mut hasher);
            fs::read(&file)
                .with_context(|| format!("cannot read {}", file.display()))?
                .hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}
