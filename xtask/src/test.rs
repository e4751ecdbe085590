//! The `test` command: tests on the host, in a browser and end to end.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use serde_json::json;

use crate::build::Packaging;
use crate::step::{self, Counts};
use crate::workspace::Workspace;
use crate::{bench, build, npm, setup, size, twin};

/// Flags for tests that measure a page's memory.
const MEASURING_FLAGS: [&str; 2] = ["--js-flags=--expose-gc", "--enable-precise-memory-info"];

/// Runs every test, even after a failure, and prints the total in the last line.
pub(crate) fn test(workspace: &Workspace) -> Result<ExitCode> {
    let tools = setup::app_tools(workspace)?;
    let browser = setup::browser()?;
    let nginx = setup::nginx()?;
    npm::install(workspace, "tests/e2e")?;
    let mut tally = Tally::default();

    tally.tests(
        "host tests",
        &mut step::cargo(["test", "--workspace", "--exclude", "e2e", "--no-fail-fast"]),
    )?;
    // Run separately: Leptos' features for a server and for a browser exclude each other.
    tally.tests(
        "rendering on a server",
        &mut step::cargo([
            "test",
            "--package",
            "leptos-plaid-link",
            "--features",
            "ssr",
            "--test",
            "server",
        ]),
    )?;

    let settings = webdriver_settings(workspace, &browser)?;
    let in_browser = |args: &[&str]| {
        let mut tests = step::cargo(["test", "--target", "wasm32-unknown-unknown"]);
        tests
            .arg("--no-fail-fast")
            .args(args)
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                tools.bindgen_dir.join("wasm-bindgen-test-runner"),
            )
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings);
        tests
    };
    let tested = workspace.browser_tested();
    let names = tested
        .iter()
        .flat_map(|package| ["--package", package.name.as_str()]);
    let tests = ["--tests", "--features", "leptos-plaid-link/csr"];
    let all: Vec<&str> = tests.into_iter().chain(names).collect();
    tally.tests("browser tests", &mut in_browser(&all))?;
    // Run separately: with `hydrate`, Leptos does not mount.
    let hydrated = ["--package", "leptos-plaid-link", "--features", "hydrate"];
    let hydrated = [&hydrated[..], &["--test", "hydrated"]].concat();
    tally.tests("hydration", &mut in_browser(&hydrated))?;

    tally.succeeds(
        "the build of the examples",
        &step::run(&mut step::cargo([
            "build",
            "--package",
            "minimal",
            "--target",
            "wasm32-unknown-unknown",
        ])),
    );

    if tally.succeeds(
        "the build of the app",
        &build::app(workspace, Packaging::Optimized),
    ) {
        tally.succeeds(
            "the size budget",
            &size::report(&workspace.root.join("dist")),
        );
        tally.succeeds("the build of the twin pages", &twin::pages(workspace));
        let mut stories = step::cargo(["test", "--package", "e2e", "--no-fail-fast"]);
        stories
            .env("CHROME", &browser.chrome)
            .env("CHROMEDRIVER", &browser.driver)
            .env("NGINX", &nginx);
        tally.tests("end-to-end stories", &mut stories)?;
        tally.succeeds("the quick bench", &bench::bench(workspace, &["--quick"]));
    }
    Ok(tally.sum_up())
}

/// The driver's settings for the runner of the browser tests.
fn webdriver_settings(workspace: &Workspace, browser: &setup::Browser) -> Result<PathBuf> {
    let flags = [&setup::CHROME_FLAGS[..], &MEASURING_FLAGS[..]].concat();
    let settings = json!({ "goog:chromeOptions": { "binary": browser.chrome, "args": flags } });
    let path = workspace.target.join("xtask").join("webdriver.json");
    fs::create_dir_all(workspace.target.join("xtask"))?;
    fs::write(&path, settings.to_string())?;
    Ok(path)
}

#[derive(Default)]
struct Tally {
    counts: Counts,
    failed: Vec<&'static str>,
}

impl Tally {
    fn tests(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let before = self.counts.failed;
        if !step::run_tests(command, &mut self.counts)? {
            // A suite that failed to build has counted nothing, and counts as one failure.
            if self.counts.failed == before {
                self.counts.failed += 1;
            }
            self.failed.push(name);
        }
        Ok(())
    }

    /// Counts a step that is not a test, but can fail like one.
    fn succeeds(&mut self, name: &'static str, outcome: &Result<()>) -> bool {
        if let Err(error) = outcome {
            eprintln!("error: {error:#}");
            self.counts.failed += 1;
            self.failed.push(name);
        }
        outcome.is_ok()
    }

    fn sum_up(self) -> ExitCode {
        let Counts { passed, failed } = self.counts;
        let (verdict, code) = if self.failed.is_empty() {
            ("ok", ExitCode::SUCCESS)
        } else {
            println!("\nfailed: {}", self.failed.join(", "));
            ("FAILED", ExitCode::FAILURE)
        };
        println!("\ntest result: {verdict}. {passed} passed; {failed} failed");
        code
    }
}
