//! The app for the browser: `dist/`, precompressed, within its size budget.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{optimize, setup, shorten, size, step};

/// How far a build goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// As it can be run, without Node.js.
    Plain,
    /// As it is released, made smaller by what needs Node.js.
    Small,
}

/// Builds the app if anything changed, prints its size table and fails above the budget.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    app(workspace, Finish::Small)?;
    size::report(&workspace.root.join("dist"))
}

/// Builds the app if anything changed since `dist/` was made; what is smaller than it need be will do, too.
pub(crate) fn app(workspace: &Workspace, finish: Finish) -> Result<()> {
    let dist = workspace.root.join("dist");
    let stamp = workspace.target.join("xtask").join("app.stamp");
    let sources = sources(workspace)?;
    if let Ok(made) = fs::read_to_string(&stamp)
        && [finish, Finish::Small]
            .into_iter()
            .any(|finish| stamp_of(finish, sources, &dist).is_ok_and(|now| now == made))
    {
        return Ok(());
    }

    bundle(
        workspace,
        "connect",
        "connect",
        &workspace.root.join("index.html"),
        &dist,
        finish,
    )?;

    fs::create_dir_all(workspace.target.join("xtask"))?;
    fs::write(&stamp, stamp_of(finish, sources, &dist)?)
        .with_context(|| format!("cannot write {}", stamp.display()))
}

/// Builds an app into `dist` from its page, small and precompressed.
pub(crate) fn bundle(
    workspace: &Workspace,
    package: &str,
    bin: &str,
    page: &Path,
    dist: &Path,
    finish: Finish,
) -> Result<()> {
    let tools = setup::app_tools(workspace)?;
    // By cargo first, which may use the network and says plainly what does not compile.
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
    // Trunk wants a boolean in it, against the custom.
    bundle.env_remove("NO_COLOR");
    step::run(&mut bundle)?;
    if finish == Finish::Small {
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

/// Every file that the app is made of.
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

/// Changes when the sources do, and when `dist/` is no longer what was made of them.
fn stamp_of(finish: Finish, sources: u64, dist: &Path) -> Result<String> {
    Ok(format!(
        "{finish:?} {sources:016x} {:016x}",
        fingerprint(&[dist.to_owned()])?
    ))
}

/// A hash over files and whole directories, names and contents; what is not there counts as such.
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

/// The files below a path, sorted; itself, if it is one; none, if nothing is there.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries {
            files.extend(files_below(&entry?.path())?);
        }
    }
    files.sort();
    Ok(files)
}
