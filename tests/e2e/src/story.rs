use std::path::PathBuf;
use std::thread;
use std::{env, fs, panic};

use futures_util::FutureExt;

use crate::{Browser, Stack, log};

/// What a story has to itself.
#[derive(Debug)]
pub struct World {
    /// The offline Plaid and the backend.
    pub stack: Stack,
    /// The first person's browser.
    pub browser: Browser,
}

impl World {
    /// A second person's browser, at the same Connect.
    pub async fn another_browser(&self) -> Browser {
        Browser::start(self.stack.url()).await
    }

    /// The browser of a phone, at the same Connect.
    pub async fn phone_browser(&self) -> Browser {
        Browser::start_on_phone(self.stack.url()).await
    }

    /// A browser that is built into another app, at the same Connect.
    pub async fn in_app_browser(&self) -> Browser {
        Browser::start_in_app(self.stack.url()).await
    }
}

/// Tells a story in a world of its own. If it fails, `target/screenshots` shows the last that the browser saw.
///
/// # Panics
/// When the story does.
pub async fn story(tell: impl AsyncFnOnce(&mut World)) {
    story_with(&[], tell).await;
}

/// The same with a backend that is told more, by its flags.
///
/// # Panics
/// When the story does.
pub async fn story_with(flags: &[&str], tell: impl AsyncFnOnce(&mut World)) {
    log::keep();
    let stack = Stack::start(flags).await;
    let browser = Browser::start(stack.url()).await;
    let mut world = World { stack, browser };
    let told = panic::AssertUnwindSafe(tell(&mut world))
        .catch_unwind()
        .await;
    if told.is_err() {
        keep_the_last_sight(&world.browser).await;
    }
    world.browser.quit().await;
    if let Err(panic) = told {
        panic::resume_unwind(panic);
    }
}

async fn keep_the_last_sight(browser: &Browser) {
    let dir = target_dir().join("screenshots");
    fs::create_dir_all(&dir).expect("target/ can be written");
    let name = thread::current()
        .name()
        .unwrap_or("story")
        .replace("::", "-");
    let picture = dir.join(format!("{name}.png"));
    match browser.screenshot(&picture).await {
        Ok(()) => eprintln!("the last sight: {}", picture.display()),
        Err(error) => eprintln!("there is no last sight: {error}"),
    }
    eprintln!("the console:\n{}", browser.console().await.join("\n"));
}

/// Tests run from `target/debug/deps`.
fn target_dir() -> PathBuf {
    let program = env::current_exe().expect("a test is a program");
    program
        .ancestors()
        .nth(3)
        .expect("it lies in target/debug/deps")
        .to_owned()
}
