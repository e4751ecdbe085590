//! A Chromium with a fresh profile, and its current page.

use std::env;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel};
use tokio::time::{Instant, sleep};

use crate::chromedriver::Chromedriver;
use crate::record::Record;
use crate::{DEADLINE, Locator, POLL_INTERVAL, Role};

/// The flags for a headless browser in a container, without background requests.
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

/// Not a flag of Chromium: the setting that blocks all cookies and site data.
const NO_COOKIES: &str = "no cookies";

/// The user agent of a web view.
const IN_APP: &str = "--user-agent=Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Version/4.0 Chrome/120.0 Mobile Safari/537.36";

/// The user agent of a phone.
const PHONE: &str = "--user-agent=Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Mobile Safari/537.36";

/// A browser of one user, with a fresh profile, for one Connect.
#[derive(Debug)]
pub struct Browser {
    pub(crate) driver: WebDriver,
    record: Mutex<Record>,
    /// The identifier of the script that intercepts requests.
    pub(crate) interceptor: Mutex<Option<serde_json::Value>>,
    connect: String,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser for the Connect at this URL.
    ///
    /// # Panics
    /// When Chromium or chromedriver is missing.
    pub async fn start(connect: &str) -> Self {
        Self::start_with(connect, &[]).await
    }

    /// Starts a browser that blocks all cookies and site data.
    ///
    /// # Panics
    /// When Chromium or chromedriver is missing.
    pub async fn start_without_cookies(connect: &str) -> Self {
        Self::start_with(connect, &[NO_COOKIES]).await
    }

    /// Starts a browser on another machine, for which Connect is at this name without https.
    ///
    /// # Panics
    /// When Chromium or chromedriver is missing, or Connect has no port.
    pub async fn start_elsewhere(connect: &str, name: &str) -> Self {
        let (_, port) = connect.rsplit_once(':').expect("a port");
        let rule = format!("--host-resolver-rules=MAP {name} 127.0.0.1");
        Self::start_with(&format!("http://{name}:{port}"), &[&rule]).await
    }

    /// Starts a browser with the user agent of a web view in another app, which cannot open windows.
    ///
    /// # Panics
    /// When Chromium or chromedriver is missing.
    pub async fn start_in_app(connect: &str) -> Self {
        Self::start_with(connect, &[IN_APP]).await
    }

    /// Starts a browser with the user agent of a phone.
    ///
    /// # Panics
    /// When Chromium or chromedriver is missing.
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
            interceptor: Mutex::default(),
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

    /// Opens a URL.
    pub async fn open_url(&self, url: &str) {
        self.driver
            .goto(url)
            .await
            .expect("the browser opens the page");
    }

    /// Deletes all cookies, as at the end of a session.
    pub async fn clear_cookies(&self) {
        self.command("Network.clearBrowserCookies", json!({})).await;
    }

    /// Deletes all cookies, and all data that Connect has stored.
    pub async fn clear_site_data(&self) {
        self.clear_cookies().await;
        let all = json!({ "origin": self.connect, "storageTypes": "all" });
        self.command("Storage.clearDataForOrigin", all).await;
    }

    /// Delays every request of the current tab by this latency, as a slow network does.
    pub async fn set_latency(&self, latency: Duration) {
        self.command("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": false, "latency": latency.as_millis(), "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.command("Network.emulateNetworkConditions", conditions)
            .await;
    }

    /// Reloads the page, once none of its requests is pending.
    pub async fn reload(&self) {
        self.wait_for_network_idle().await;
        self.driver
            .refresh()
            .await
            .expect("the browser reloads the page");
    }

    /// Whether the tab shows the browser's error page instead of its own.
    pub async fn has_load_error(&self) -> bool {
        let protocol = async || {
            let ran = self.driver.execute("return location.protocol", Vec::new());
            ran.await.map(|protocol| protocol.json().clone())
        };
        let mut found = protocol().await;
        if found.is_err() {
            // The current frame is gone.
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

    /// Stops blocking.
    pub async fn unblock(&self) {
        self.block(&[]).await;
    }

    /// The button with this name.
    pub fn button(&self, name: &str) -> Locator {
        self.locate(Role::Button, name)
    }

    /// The heading with this text.
    pub fn heading(&self, name: &str) -> Locator {
        self.locate(Role::Heading, name)
    }

    /// The region with this name. An Item's region has the name of its institution.
    pub fn region(&self, name: &str) -> Locator {
        self.locate(Role::Region, name)
    }

    /// The element with this role and name.
    pub fn locate(&self, role: Role, name: &str) -> Locator {
        Locator::new(Arc::clone(self.driver.handle()), role, name)
    }

    /// The alert or status that contains this text.
    pub fn notice(&self, text: &str) -> Locator {
        Locator::with_text(Arc::clone(self.driver.handle()), Role::Notice, text)
    }

    /// Returns the visible text of the page.
    pub async fn text(&self) -> String {
        // Between two pages there is no body.
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the current page or frame contains this text.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn says(&self, text: &str) {
        let start = Instant::now();
        while !self.text().await.contains(text) {
            assert!(
                start.elapsed() < DEADLINE,
                "{text:?} is not in:\n{}",
                self.text().await
            );
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Runs JavaScript in the page, and returns its result. A promise is awaited.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        let ran = self.driver.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Switches to the frame with this id.
    pub async fn enter_frame(&self, id: &str) {
        let frame = self.driver.query(By::Id(id)).first().await;
        let frame = frame.expect("the page has the frame");
        frame.enter_frame().await.expect("the frame has a page");
    }

    pub(crate) async fn screenshot(&self, path: &Path) -> WebDriverResult<()> {
        self.driver.screenshot(path).await
    }

    /// Returns the id of the user who is signed in, by the backend.
    ///
    /// # Panics
    /// When no user is signed in.
    pub async fn user(&self) -> String {
        let ask = "return fetch('api/session').then((answer) => answer.json())";
        let session = self.run(ask).await;
        session["user_id"].as_str().expect("a user").to_owned()
    }

    /// Returns the URL of the page.
    ///
    /// # Panics
    /// When there is no page.
    pub async fn url(&self) -> String {
        let url = self.driver.current_url().await.expect("a page");
        url.to_string()
    }

    /// Closes the browser.
    pub async fn quit(self) {
        // It may have ended already.
        drop(self.driver.quit().await);
    }

    /// Sends a command of the `DevTools` protocol, and returns its result.
    pub(crate) async fn command(
        &self,
        method: &str,
        params: serde_json::Value,
    ) -> serde_json::Value {
        let answer = self.driver.cdp().send_raw(method, params).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().expect("no poisoned lock")
    }
}

fn capabilities(profile: &Path, flags: &[&str]) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS.iter().chain(flags) {
        if *flag == NO_COOKIES {
            let blocked = json!({ "profile.default_content_setting_values.cookies": 2 });
            capabilities.add_experimental_option("prefs", blocked)?;
        } else {
            capabilities.add_arg(flag)?;
        }
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if let Ok(chrome) = env::var("CHROME") {
        capabilities.set_binary(&chrome)?;
    }
    capabilities.set_logging_prefs("browser".to_owned(), LoggingPrefsLogLevel::All)?;
    capabilities.set_logging_prefs("performance".to_owned(), LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}
