//! Link in the page, and the steps of its flow.

use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

use crate::{Browser, DEADLINE, Locator, POLL_INTERVAL, Role};

/// An open Link session. The browser's methods act on its frame until [`Link::leave`].
#[derive(Debug)]
#[must_use = "the browser's methods act on Link's frame until `leave`"]
pub struct Link<'a> {
    browser: &'a Browser,
}

impl Browser {
    /// Waits until Link opens, and switches to its frame.
    ///
    /// # Panics
    /// When it does not open in time.
    pub async fn enter_link(&self) -> Link<'_> {
        let start = Instant::now();
        while !self.try_enter_link().await.unwrap_or(false) {
            assert!(
                start.elapsed() < DEADLINE,
                "Link does not open; the page says:\n{}",
                self.text().await
            );
            sleep(POLL_INTERVAL).await;
        }
        Link { browser: self }
    }

    /// Whether Link's frame is visible.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn is_link_open(&self) -> bool {
        match self.link_frame().await {
            // It closed in between.
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => false,
            frame => frame.expect("the browser looks for frames").is_some(),
        }
    }

    /// Waits until Link is closed.
    ///
    /// # Panics
    /// When it does not close in time.
    pub async fn wait_until_link_closes(&self) {
        let start = Instant::now();
        while self.is_link_open().await {
            assert!(start.elapsed() < DEADLINE, "Link does not close");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Opens Connect, and connects a bank as `user_good` with the checking account.
    pub async fn connect_bank(&self, institution: &str) {
        self.open("/").await;
        self.button("Connect a bank account").click().await;
        self.link_a_bank(institution).await;
        self.region(institution).appears().await;
    }

    /// Completes Link as `user_good` with the checking account.
    pub async fn link_a_bank(&self, institution: &str) {
        let link = self.enter_link().await;
        link.choose_institution(institution).await;
        link.sign_in("user_good", "pass_good").await;
        link.share("Plaid Checking 0000").await;
        link.finish().await;
    }

    async fn try_enter_link(&self) -> WebDriverResult<bool> {
        match self.link_frame().await? {
            Some(frame) => frame.enter_frame().await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn link_frame(&self) -> WebDriverResult<Option<WebElement>> {
        self.driver.enter_default_frame().await?;
        for frame in self
            .driver
            .find_all(By::Css("iframe[title='Plaid Link']"))
            .await?
        {
            if frame.is_displayed().await? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }
}

impl Link<'_> {
    /// The button with this name.
    pub fn button(&self, name: &str) -> Locator {
        self.browser.button(name)
    }

    /// The element with this role and name.
    pub fn locate(&self, role: Role, name: &str) -> Locator {
        self.browser.locate(role, name)
    }

    /// The alert or status that contains this text.
    pub fn notice(&self, text: &str) -> Locator {
        self.browser.notice(text)
    }

    /// Continues without a phone number, searches for the institution, and chooses it.
    pub async fn choose_institution(&self, name: &str) {
        self.button("Continue without phone number").click().await;
        self.locate(Role::Searchbox, "Search for your bank")
            .fill(name)
            .await;
        self.button(name).click().await;
    }

    /// Submits a username and a password.
    pub async fn sign_in(&self, username: &str, password: &str) {
        self.locate(Role::Textbox, "Username").fill(username).await;
        self.locate(Role::Textbox, "Password").fill(password).await;
        self.button("Submit").click().await;
    }

    /// Closes Link, confirms if it asks, and switches back to the page.
    ///
    /// # Panics
    /// When Link does not close in time.
    pub async fn exit(self) {
        self.button("Close").click().await;
        let start = Instant::now();
        let (leave, mut is_confirmed) = (self.button("Leave"), false);
        while self.browser.try_enter_link().await.unwrap_or(false) {
            // Once: the button stays until Link has sent its request.
            if !is_confirmed && leave.is_visible().await {
                leave.click().await;
                is_confirmed = true;
            }
            assert!(start.elapsed() < DEADLINE, "Link does not close");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Shares this account.
    pub async fn share(&self, account: &str) {
        self.locate(Role::Checkbox, account).tick().await;
        self.button("Continue").click().await;
    }

    /// Presses **Finish**, and switches back to the page.
    pub async fn finish(self) {
        self.button("Finish").click().await;
        self.leave().await;
    }

    /// Switches back to the page. Link stays open.
    ///
    /// # Panics
    /// When the page is gone.
    pub async fn leave(self) {
        self.browser
            .driver
            .enter_default_frame()
            .await
            .expect("the page is there");
    }
}
