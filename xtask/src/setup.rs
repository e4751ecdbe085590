//! What the commands need beyond cargo, installed when it is missing and left alone when it is there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

/// The newest trunk that builds with the pinned toolchain.
const TRUNK: &str = "0.22.0-beta.1";

const WASM: &str = "wasm32-unknown-unknown";

/// What builds the app.
pub(crate) struct AppTools {
    pub(crate) trunk: PathBuf,
    /// Holds `wasm-bindgen` and `wasm-bindgen-test-runner`.
    pub(crate) bindgen_dir: PathBuf,
}

impl AppTools {
    /// A `PATH` on which the tools come first.
    pub(crate) fn path(&self) -> Result<std::ffi::OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        Ok(env::join_paths(
            [self.bindgen_dir.clone()]
                .into_iter()
                .chain(env::split_paths(&inherited)),
        )?)
    }
}

/// A browser and the program that drives it.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// All of it.
pub(crate) fn everything(workspace: &Workspace) -> Result<()> {
    lint_tools()?;
    app_tools(workspace)?;
    browser()?;
    node()?;
    println!("Everything is there.");
    Ok(())
}

/// rustfmt and clippy.
pub(crate) fn lint_tools() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !says(&mut step::cargo([command, "--version"]), component) {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// The browser's standard library.
pub(crate) fn wasm_target() -> Result<()> {
    let rustc = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output();
    let there = rustc.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    });
    if there {
        Ok(())
    } else {
        rustup(&["target", "add", WASM])
    }
}

/// The browser's standard library, trunk, and wasm-bindgen's tools at exactly the library's version.
pub(crate) fn app_tools(workspace: &Workspace) -> Result<AppTools> {
    wasm_target()?;
    let cache = cache_dir()?;
    let bindgen = workspace.locked_version("wasm-bindgen")?;
    Ok(AppTools {
        trunk: installed(&cache, "trunk", TRUNK, &["trunk"], &["--locked"])?.join("trunk"),
        // Its own lock file is missing from the package, hence no `--locked`.
        bindgen_dir: installed(
            &cache,
            "wasm-bindgen-cli",
            &bindgen,
            &["wasm-bindgen", "wasm-bindgen-test-runner"],
            &[],
        )?,
    })
}

/// Chromium and chromedriver, by `CHROME` and `CHROMEDRIVER`, from the `PATH`, or through apt.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    apt(
        &["chromium", "chromium-driver"],
        "the browser tests need Chromium and its driver: install the packages `chromium` and `chromium-driver`, \
         or say where they are in CHROME and CHROMEDRIVER",
    )?;
    find_browser().context("apt installed Chromium and its driver, but they are not on the PATH")
}

/// Node.js and npm, from the `PATH` or through apt.
pub(crate) fn node() -> Result<()> {
    let there = || find("node").is_some() && find("npm").is_some();
    if !there() {
        apt(
            &["nodejs", "npm"],
            "what is tested and measured beside JavaScript needs Node.js 18 or newer with npm: install the packages \
             `nodejs` and `npm`",
        )?;
    }
    if !there() {
        bail!("apt installed Node.js and npm, but they are not on the PATH");
    }
    Ok(())
}

/// Installs Debian packages if that can be done here; `otherwise` tells a person what to do.
pub(crate) fn apt(packages: &[&str], otherwise: &str) -> Result<()> {
    if !is_root() || find("apt-get").is_none() {
        bail!("{otherwise}");
    }
    step::run(Command::new("apt-get").arg("update"))?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    step::run(&mut install)
}

/// Installs `package` into a directory of its own in the cache, unless a sound copy is there; returns its `bin`.
fn installed(
    cache: &Path,
    package: &str,
    version: &str,
    programs: &[&str],
    flags: &[&str],
) -> Result<PathBuf> {
    let root = cache.join(format!("{package}-{version}"));
    let bin = root.join("bin");
    let sound = || {
        programs
            .iter()
            .all(|program| says(Command::new(bin.join(program)).arg("--version"), version))
    };
    if sound() {
        return Ok(bin);
    }
    fs::create_dir_all(&root).with_context(|| format!("cannot create {}", root.display()))?;
    let mut install = step::cargo([
        "install",
        package,
        "--version",
        version,
        "--debug",
        "--force",
    ]);
    install
        .args(flags)
        .arg("--root")
        .arg(&root)
        .current_dir(&root);
    // What tunes our own builds must not reach the tool's.
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
    ] {
        install.env_remove(name);
    }
    // Nobody debugs it, and it builds in two thirds of the time.
    install.env("CARGO_PROFILE_DEV_DEBUG", "none");
    step::run(&mut install)?;
    if !sound() {
        bail!(
            "{package} {version} was installed in {} but does not run",
            root.display()
        );
    }
    Ok(bin)
}

fn cache_dir() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("PLAID_LINK_LEPTOS_CACHE") {
        return Ok(std::path::absolute(dir)?);
    }
    let caches = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .context("there is no home directory to keep tools in: set PLAID_LINK_LEPTOS_CACHE")?;
    Ok(caches.join("plaid-link-leptos"))
}

fn rustup(args: &[&str]) -> Result<()> {
    step::run(Command::new("rustup").args(args))
}

fn find_browser() -> Option<Browser> {
    Some(Browser {
        chrome: named_by("CHROME").or_else(|| {
            ["chromium", "chromium-browser", "google-chrome"]
                .into_iter()
                .find_map(find)
        })?,
        driver: named_by("CHROMEDRIVER").or_else(|| find("chromedriver"))?,
    })
}

fn named_by(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

/// Whether a command runs and says this.
fn says(command: &mut Command, text: &str) -> bool {
    command.output().is_ok_and(|output| {
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains(text)
    })
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
