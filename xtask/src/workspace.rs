//! This repository's packages and their dependencies, from `cargo metadata`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The workspace.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// A package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) dependencies: Vec<String>,
    pub(crate) dev_dependencies: Vec<String>,
}

impl Workspace {
    /// Reads the workspace from cargo, which reads manifests only and needs no network.
    pub(crate) fn load() -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version=1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .context("cargo does not start")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let packages: Vec<Package> = array(&metadata["packages"]).map(Package::read).collect();
        Ok(Self {
            root: PathBuf::from(text(&metadata["workspace_root"])),
            target: PathBuf::from(text(&metadata["target_directory"])),
            packages,
        })
    }

    /// The app and the workspace packages that it depends on: all that must compile for the browser.
    pub(crate) fn browser_packages(&self) -> Vec<&Package> {
        let mut found: Vec<&Package> = self.named("connect").into_iter().collect();
        let mut next = 0;
        while let Some(package) = found.get(next) {
            for name in &package.dependencies {
                if let Some(package) = self.named(name)
                    && !found.iter().any(|known| known.name == package.name)
                {
                    found.push(package);
                }
            }
            next += 1;
        }
        found
    }

    /// The packages with tests that run in a browser.
    pub(crate) fn browser_tested(&self) -> Vec<&Package> {
        let mut packages = self.browser_packages();
        packages.retain(|package| {
            package
                .dev_dependencies
                .iter()
                .any(|name| name == "wasm-bindgen-test")
        });
        packages
    }

    /// The version of a library in `Cargo.lock`.
    pub(crate) fn locked_version(&self, library: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let heading = format!("name = \"{library}\"");
        lock.lines()
            .skip_while(|line| *line != heading)
            .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
            .map(str::to_owned)
            .with_context(|| format!("`{library}` is not in Cargo.lock"))
    }

    fn named(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    fn read(package: &Value) -> Self {
        let dependencies = |dev: bool| {
            array(&package["dependencies"])
                .filter(|dependency| (dependency["kind"] == "dev") == dev)
                .map(|dependency| text(&dependency["name"]).to_owned())
                .collect()
        };
        let manifest = Path::new(text(&package["manifest_path"]));
        Self {
            name: text(&package["name"]).to_owned(),
            dir: manifest.parent().unwrap_or(manifest).to_owned(),
            dependencies: dependencies(false),
            dev_dependencies: dependencies(true),
        }
    }
}

/// The cargo that runs this process, so that all steps use the same toolchain.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The files below a path, sorted: the path itself if it is a file, none if it does not exist.
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
