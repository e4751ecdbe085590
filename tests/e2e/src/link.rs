use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

use crate::locator::Role;
use crate::{Browser, DEADLINE, LOOK_EVERY, Locator};

/// Link, open in the page: what is located here is inside its frame, until [`Link::leave`].
#[derive(Debug)]
#[must_use = "the browser looks inside Link until `leave`"]
pub struct Link<'a> {
    browser: &'a Browser,
}

impl Browser {
    /// Waits for Link to open and looks inside it from here on.
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
            sleep(LOOK_EVERY).await;
        }
        Link { browser: self }
    }

    /// Whether Link's frame is in sight.
    ///
    /// # Panics
    /// When the browser cannot be asked.
    pub async fn shows_link(&self) -> bool {
        match self.link_frame().await {
            // It went while it was looked at.
            Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => false,
            frame => frame.expect("the browser looks for frames").is_some(),
        }
    }

    /// Waits until Link is closed.
    ///
    /// # Panics
    /// When it stays.
    pub async fn link_closes(&self) {
        let start = Instant::now();
        while self.shows_link().await {
            assert!(start.elapsed() < DEADLINE, "Link does not close");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Opens Connect and connects a bank as `user_good` would, sharing the checking account.
    pub async fn connects(&self, institution: &str) {
        self.open("/").await;
        self.button("Connect a bank account").click().await;
        self.link_a_bank(institution).await;
        self.region(institution).appears().await;
    }

    /// Goes through Link as `user_good` would, sharing the checking account.
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
    /// A button by its name.
    pub fn button(&self, name: &str) -> Locator {
        self.browser.button(name)
    }

    /// Whatever has this role and name.
    pub fn locate(&self, role: Role, name: &str) -> Locator {
        self.browser.locate(role, name)
    }

    /// A problem that says this.
    pub fn notice(&self, text: &str) -> Locator {
        self.browser.notice(text)
    }

    /// Consents without a phone number, searches for the institution and chooses it.
    pub async fn choose_institution(&self, name: &str) {
        self.button("Continue without phone number").click().await;
        self.locate(Role::Searchbox, "Search for your bank")
            .fill(name)
            .await;
        self.button(name).click().await;
    }

    /// Gives a username and a password to the institution.
    pub async fn sign_in(&self, username: &str, password: &str) {
        self.locate(Role::Textbox, "Username").fill(username).await;
        self.locate(Role::Textbox, "Password").fill(password).await;
        self.button("Submit").click().await;
    }

    /// Leaves Link by its corner, with a second thought where it asks for one; looks at the page again.
    ///
    /// # Panics
    /// When Link stays.
    pub async fn give_up(self) {
        self.button("Close").click().await;
        let start = Instant::now();
        let (leave, mut left) = (self.button("Leave"), false);
        while self.browser.try_enter_link().await.unwrap_or(false) {
            // Once: it stays until Link has been answered.
            if !left && leave.is_there().await {
                leave.click().await;
                left = true;
            }
            assert!(start.elapsed() < DEADLINE, "Link does not close");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Shares this account.
    pub async fn share(&self, account: &str) {
        self.locate(Role::Checkbox, account).tick().await;
        self.button("Continue").click().await;
    }

    /// Presses the last button and looks at the page again.
    pub async fn finish(self) {
        self.button("Finish").click().await;
        self.leave().await;
    }

    /// Looks at the page again.
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
