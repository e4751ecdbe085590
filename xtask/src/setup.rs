//! The tools that the commands need beyond cargo, installed if they are missing.

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

/// The tools that build the app.
pub(crate) struct AppTools {
    pub(crate) trunk: PathBuf,
    /// The folder with `wasm-bindgen` and `wasm-bindgen-test-runner`.
    pub(crate) bindgen_dir: PathBuf,
}

impl AppTools {
    /// A `PATH` that begins with the tools.
    pub(crate) fn path(&self) -> Result<std::ffi::OsString> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        Ok(env::join_paths(
            [self.bindgen_dir.clone()]
                .into_iter()
                .chain(env::split_paths(&inherited)),
        )?)
    }
}

/// Flags for a headless browser in a container, with no requests of its own.
pub(crate) const CHROME_FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A browser and its `WebDriver` program.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Installs all tools.
pub(crate) fn all(workspace: &Workspace) -> Result<()> {
    lint_tools()?;
    app_tools(workspace)?;
    browser()?;
    nginx()?;
    node()?;
    println!("All tools are installed.");
    Ok(())
}

/// Installs rustfmt and clippy.
pub(crate) fn lint_tools() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !prints(&mut step::cargo([command, "--version"]), component) {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// Installs Rust's standard library for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let rustc = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output();
    let is_installed = rustc.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    });
    if is_installed {
        Ok(())
    } else {
        rustup(&["target", "add", WASM])
    }
}

/// Installs Rust's standard library for the browser, trunk, and wasm-bindgen's tools at exactly the library's version.
pub(crate) fn app_tools(workspace: &Workspace) -> Result<AppTools> {
    wasm_target()?;
    let cache = cache_dir()?;
    let bindgen = workspace.locked_version("wasm-bindgen")?;
    Ok(AppTools {
        trunk: installed(&cache, "trunk", TRUNK, &["trunk"], &["--locked"])?.join("trunk"),
        // Its package has no lock file, hence no `--locked`.
        bindgen_dir: installed(
            &cache,
            "wasm-bindgen-cli",
            &bindgen,
            &["wasm-bindgen", "wasm-bindgen-test-runner"],
            &[],
        )?,
    })
}

/// Finds Chromium and chromedriver by `CHROME` and `CHROMEDRIVER` or on the `PATH`, or installs them with apt.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    apt(
        &["chromium", "chromium-driver"],
        "the browser tests need Chromium and its driver: install the packages `chromium` and `chromium-driver`, \
         or set CHROME and CHROMEDRIVER to their paths",
    )?;
    find_browser().context("apt installed Chromium and its driver, but they are not on the PATH: set CHROME and CHROMEDRIVER to their paths")
}

/// Finds Node.js and npm on the `PATH`, or installs them with apt.
pub(crate) fn node() -> Result<()> {
    let is_installed = || find("node").is_some() && find("npm").is_some();
    if !is_installed() {
        apt(
            &["nodejs", "npm"],
            "the release build and the JavaScript peers need Node.js 18 or newer with npm: install the packages \
             `nodejs` and `npm`",
        )?;
    }
    if !is_installed() {
        bail!(
            "apt installed Node.js and npm, but they are not on the PATH: add their folder to it"
        );
    }
    Ok(())
}

/// Finds nginx by `NGINX`, on the `PATH` or where Debian installs it, or installs it with apt.
pub(crate) fn nginx() -> Result<PathBuf> {
    let found = || {
        let debian = PathBuf::from("/usr/sbin/nginx");
        let named = env::var_os("NGINX").map(PathBuf::from);
        named
            .or_else(|| find("nginx"))
            .or_else(|| debian.is_file().then_some(debian))
    };
    if found().is_none() {
        apt(
            &["nginx-light"],
            "a story runs Connect behind nginx: install the package `nginx-light`, or set NGINX to its path",
        )?;
    }
    found().context("apt installed nginx, but it is not in /usr/sbin: set NGINX to its path")
}

/// Installs Debian packages, as root and where apt exists; otherwise fails with `advice`.
pub(crate) fn apt(packages: &[&str], advice: &str) -> Result<()> {
    if !is_root() || find("apt-get").is_none() {
        bail!("{advice}");
    }
    step::run(Command::new("apt-get").arg("update"))?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    step::run(&mut install)
}

/// Installs `package` into its own directory in the cache, unless a working copy is there; returns its `bin`.
fn installed(
    cache: &Path,
    package: &str,
    version: &str,
    programs: &[&str],
    flags: &[&str],
) -> Result<PathBuf> {
    let root = cache.join(format!("{package}-{version}"));
    let bin = root.join("bin");
    let works = || {
        programs
            .iter()
            .all(|program| prints(Command::new(bin.join(program)).arg("--version"), version))
    };
    if works() {
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
    // Settings for this repository's builds must not affect the tool's.
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
    ] {
        install.env_remove(name);
    }
    // Without debug information it builds in two thirds of the time.
    install.env("CARGO_PROFILE_DEV_DEBUG", "none");
    step::run(&mut install)?;
    if !works() {
        bail!(
            "{package} {version} was installed in {} but does not run: delete that folder and try again",
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
        .context("there is no home directory to install tools in: set PLAID_LINK_LEPTOS_CACHE to a folder")?;
    Ok(caches.join("plaid-link-leptos"))
}

fn rustup(args: &[&str]) -> Result<()> {
    step::run(Command::new("rustup").args(args))
}

fn find_browser() -> Option<Browser> {
    Some(Browser {
        chrome: from_variable("CHROME").or_else(|| {
            ["chromium", "chromium-browser", "google-chrome"]
                .into_iter()
                .find_map(find)
        })?,
        driver: from_variable("CHROMEDRIVER").or_else(|| find("chromedriver"))?,
    })
}

fn from_variable(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
}

pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

/// Whether a command succeeds and its output contains `text`.
fn prints(command: &mut Command, text: &str) -> bool {
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
