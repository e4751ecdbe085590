//! A story and its world.

use std::path::PathBuf;
use std::thread;
use std::{env, fs, panic};

use futures_util::FutureExt;

use crate::{Browser, Stack, log};

/// The servers and the browser of one story.
#[derive(Debug)]
pub struct World {
    /// The offline Plaid and the backend.
    pub stack: Stack,
    /// The browser of the first user.
    pub browser: Browser,
}

impl World {
    /// Starts the browser of a second user, for the same Connect.
    pub async fn another_browser(&self) -> Browser {
        Browser::start(self.stack.url()).await
    }

    /// Starts the browser of a phone, for the same Connect.
    pub async fn phone_browser(&self) -> Browser {
        Browser::start_on_phone(self.stack.url()).await
    }

    /// Starts the browser of another app, for the same Connect.
    pub async fn in_app_browser(&self) -> Browser {
        Browser::start_in_app(self.stack.url()).await
    }
}

/// Runs a story in a world of its own. If it fails, a screenshot is saved in `target/screenshots`.
///
/// # Panics
/// When the story panics.
pub async fn story(run: impl AsyncFnOnce(&mut World)) {
    story_with(&[], run).await;
}

/// Runs a story with additional flags of the backend.
///
/// # Panics
/// When the story panics.
pub async fn story_with(flags: &[&str], run: impl AsyncFnOnce(&mut World)) {
    log::record();
    let stack = Stack::start(flags).await;
    let browser = Browser::start(stack.url()).await;
    let mut world = World { stack, browser };
    let result = panic::AssertUnwindSafe(run(&mut world))
        .catch_unwind()
        .await;
    if result.is_err() {
        report_failure(&world.browser).await;
    }
    world.browser.quit().await;
    if let Err(panic) = result {
        panic::resume_unwind(panic);
    }
}

async fn report_failure(browser: &Browser) {
    let dir = target_dir().join("screenshots");
    fs::create_dir_all(&dir).expect("target/ can be written");
    let name = thread::current()
        .name()
        .unwrap_or("story")
        .replace("::", "-");
    let path = dir.join(format!("{name}.png"));
    match browser.screenshot(&path).await {
        Ok(()) => eprintln!("screenshot: {}", path.display()),
        Err(error) => eprintln!("no screenshot: {error}"),
    }
    eprintln!("console:\n{}", browser.console().await.join("\n"));
}

/// The target directory, by the path of the test program.
fn target_dir() -> PathBuf {
    let program = env::current_exe().expect("a test is a program");
    program
        .ancestors()
        .nth(3)
        .expect("it is in target/debug/deps")
        .to_owned()
}
