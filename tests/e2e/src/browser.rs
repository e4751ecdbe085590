use std::env;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};
use tokio::time::{Instant, sleep};

use crate::chromedriver::Chromedriver;
use crate::locator::{Locator, Role};
use crate::record::Record;
use crate::{DEADLINE, LOOK_EVERY};

/// For a browser that nobody watches: in a container, without a network, calling no one.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,1000",
];

/// The user agent of a web view.
const IN_APP: &str = "--user-agent=Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Version/4.0 Chrome/120.0 Mobile Safari/537.36";

/// The user agent of a phone.
const PHONE: &str = "--user-agent=Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Mobile Safari/537.36";

/// One person's browser, with a fresh profile, at one Connect.
#[derive(Debug)]
pub struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) record: Mutex<Record>,
    /// The script that answers in place of the backend, as the browser calls it.
    pub(crate) stand_in: Mutex<Option<serde_json::Value>>,
    connect: String,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts one for the Connect at this URL.
    ///
    /// # Panics
    /// When there is no browser or driver.
    pub async fn start(connect: &str) -> Self {
        Self::start_with(connect, &[]).await
    }

    /// Starts one as it is built into another app: it cannot open windows, and says so by its user agent.
    ///
    /// # Panics
    /// When there is no browser or driver.
    pub async fn start_in_app(connect: &str) -> Self {
        Self::start_with(connect, &[IN_APP]).await
    }

    /// Starts one that says it is a phone's.
    ///
    /// # Panics
    /// When there is no browser or driver.
    pub async fn start_on_phone(connect: &str) -> Self {
        Self::start_with(connect, &[PHONE]).await
    }

    async fn start_with(connect: &str, flags: &[&str]) -> Self {
        let chromedriver = Chromedriver::start().await;
        let profile = TempDir::new().expect("a directory for the profile");
        let capabilities = capabilities(profile.path(), flags).expect("valid capabilities");
        let driver = WebDriver::new(&chromedriver.url, capabilities)
            .await
            .expect("chromedriver starts Chromium");
        Self {
            driver,
            record: Mutex::default(),
            stand_in: Mutex::default(),
            connect: connect.to_owned(),
            _chromedriver: chromedriver,
            _profile: profile,
        }
    }

    /// Opens a path of Connect.
    pub async fn open(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.connect))
            .await
            .expect("the browser opens the page");
    }

    /// Opens an address.
    pub async fn open_address(&self, address: &str) {
        self.driver
            .goto(address)
            .await
            .expect("the browser opens the page");
    }

    /// Forgets every cookie, as at the end of a session.
    pub async fn forget_cookies(&self) {
        self.command("Network.clearBrowserCookies", json!({})).await;
    }

    /// Forgets everything, as if it were new.
    pub async fn forget_everything(&self) {
        self.forget_cookies().await;
        let all = json!({ "origin": self.connect, "storageTypes": "all" });
        self.command("Storage.clearDataForOrigin", all).await;
    }

    /// Lets every request of the tab that is looked at take so long, as over a slow network.
    pub async fn slows_down(&self, latency: Duration) {
        self.command("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": false, "latency": latency.as_millis(), "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.command("Network.emulateNetworkConditions", conditions)
            .await;
    }

    /// Reloads the page, once it has received all that it asked for.
    pub async fn reload(&self) {
        self.settles().await;
        self.driver
            .refresh()
            .await
            .expect("the browser reloads the page");
    }

    /// Whether the tab shows that its page could not be loaded.
    pub async fn could_not_load(&self) -> bool {
        let protocol = async || {
            let ran = self.driver.execute("return location.protocol", Vec::new());
            ran.await.map(|protocol| protocol.json().clone())
        };
        let mut found = protocol().await;
        if found.is_err() {
            // The frame that was looked at is gone.
            drop(self.driver.enter_default_frame().await);
            found = protocol().await;
        }
        found.is_ok_and(|protocol| protocol == "chrome-error:")
    }

    /// Fails every request for these URLs, as an ad blocker does; `*` stands for any text.
    pub async fn block(&self, urls: &[&str]) {
        self.command("Network.enable", json!({})).await;
        self.command("Network.setBlockedURLs", json!({ "urls": urls }))
            .await;
    }

    /// Blocks nothing any more.
    pub async fn unblock(&self) {
        self.block(&[]).await;
    }

    /// A button by its name.
    pub fn button(&self, name: &str) -> Locator {
        self.locate(Role::Button, name)
    }

    /// A heading by its text.
    pub fn heading(&self, name: &str) -> Locator {
        self.locate(Role::Heading, name)
    }

    /// A region by its name, such as an Item's by its institution.
    pub fn region(&self, name: &str) -> Locator {
        self.locate(Role::Region, name)
    }

    /// Whatever has this role and name.
    pub fn locate(&self, role: Role, name: &str) -> Locator {
        Locator::new(Arc::clone(self.driver.handle()), role, name)
    }

    /// A problem or a progress line that says this: an alert or a status.
    pub fn notice(&self, text: &str) -> Locator {
        Locator::saying(Arc::clone(self.driver.handle()), Role::Notice, text)
    }

    /// The text of the page, as seen.
    pub async fn text(&self) -> String {
        // Between two pages there is neither.
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page, or the frame that is looked at, says this.
    ///
    /// # Panics
    /// When it does not.
    pub async fn says(&self, text: &str) {
        let start = Instant::now();
        while !self.text().await.contains(text) {
            assert!(
                start.elapsed() < DEADLINE,
                "{text:?} is not in:\n{}",
                self.text().await
            );
            sleep(LOOK_EVERY).await;
        }
    }

    /// Runs JavaScript in the page; gives what it returns, or what its promise comes to.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        let ran = self.driver.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Looks inside the frame with this id from here on.
    pub async fn enter_frame(&self, id: &str) {
        let frame = self.driver.query(By::Id(id)).first().await;
        let frame = frame.expect("the page has the frame");
        frame.enter_frame().await.expect("the frame has a page");
    }

    pub(crate) async fn screenshot(&self, path: &Path) -> WebDriverResult<()> {
        self.driver.screenshot(path).await
    }

    /// Who the page is, as the backend tells it.
    ///
    /// # Panics
    /// When nobody is signed in.
    pub async fn user(&self) -> String {
        let ask = "return fetch('/api/session').then((answer) => answer.json())";
        let session = self.run(ask).await;
        session["user_id"].as_str().expect("a user").to_owned()
    }

    /// The address of the page.
    ///
    /// # Panics
    /// When there is no page.
    pub async fn address(&self) -> String {
        let url = self.driver.current_url().await.expect("a page");
        url.to_string()
    }

    /// Closes it.
    pub async fn quit(self) {
        // Nothing is lost if it is gone already.
        drop(self.driver.quit().await);
    }

    pub(crate) async fn command(
        &self,
        method: &str,
        params: serde_json::Value,
    ) -> serde_json::Value {
        let answer = self.driver.cdp().send_raw(method, params).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

fn capabilities(profile: &Path, flags: &[&str]) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS.iter().chain(flags) {
        capabilities.add_arg(flag)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if let Ok(chrome) = env::var("CHROME") {
        capabilities.set_binary(&chrome)?;
    }
    capabilities.set_logging_prefs("browser".to_owned(), LoggingPrefsLogLevel::All)?;
    capabilities.set_logging_prefs("performance".to_owned(), LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}
