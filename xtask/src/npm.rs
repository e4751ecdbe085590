//! Packages from npm: the peers, Binaryen and axe-core.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{setup, step};

/// Builds a page of `bench/peer-react`. `page` is its file name without `.html`.
pub(crate) fn build_page(workspace: &Workspace, page: &str, to: &Path) -> Result<()> {
    let dir = install(workspace, "bench/peer-react")?;
    let mut vite = Command::new("node");
    vite.args(["node_modules/vite/bin/vite.js", "build"])
        .args(["--logLevel", "warn", "--mode", page, "--outDir"])
        .arg(to)
        .current_dir(dir);
    step::run(&mut vite)
}

/// Installs a folder's packages at the versions of its lock file, unless they are installed. Returns the folder.
pub(crate) fn install(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let dir = workspace.root.join(folder);
    let lock = fs::read_to_string(dir.join("package-lock.json"))
        .with_context(|| format!("{} has no package-lock.json", dir.display()))?;
    let installed = dir.join("node_modules").join(".installed-from");
    if fs::read_to_string(&installed).is_ok_and(|from| from == lock) {
        return Ok(dir);
    }
    setup::node()?;
    let mut ci = Command::new("npm");
    ci.args(["ci", "--ignore-scripts", "--loglevel", "error"])
        .current_dir(&dir);
    step::run(&mut ci)?;
    fs::write(&installed, lock)?;
    Ok(dir)
}
