use thirtyfour::prelude::*;

use crate::Browser;

/// A tab or a window of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

/// A bank's own page in a window of its own: what is located is there, until it is answered or closed.
#[derive(Debug)]
#[must_use = "the browser looks at the bank's page until it is answered or closed"]
pub struct BankWindow<'a> {
    browser: &'a Browser,
}

impl Browser {
    /// The tab that is looked at.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn tab(&self) -> Tab {
        Tab(self.driver.window().await.expect("a window"))
    }

    /// Opens another tab and looks at it.
    ///
    /// # Panics
    /// When the browser does not open one.
    pub async fn open_tab(&self) -> Tab {
        let tab = self.driver.new_tab().await.expect("another tab");
        self.look_at(&Tab(tab.clone())).await;
        Tab(tab)
    }

    /// Looks at this tab.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn look_at(&self, tab: &Tab) {
        let switched = self.driver.switch_to_window(tab.0.clone()).await;
        switched.expect("the tab is there");
    }

    /// Closes the tab that is looked at, as the system does when memory is short: nothing in it may say goodbye.
    ///
    /// # Panics
    /// When it is the last.
    pub async fn close_tab(&self, then: &Tab) {
        self.driver.close_window().await.expect("the tab closes");
        self.look_at(then).await;
    }

    /// Looks at a tab that is there, where the one that was looked at may be gone.
    ///
    /// # Panics
    /// When there is none.
    pub async fn looks_at_any_tab(&self) {
        let windows = self.driver.windows().await;
        let windows = windows.expect("the browser lists its windows");
        self.look_at(&Tab(windows[0].clone())).await;
    }

    /// Closes all tabs and windows but this one, and looks at it.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn close_all_but(&self, kept: &Tab) {
        let windows = self.driver.windows().await;
        for window in windows.expect("the browser lists its windows") {
            if window != kept.0 {
                // A bank's window may close by itself.
                if self.driver.switch_to_window(window).await.is_ok() {
                    drop(self.driver.close_window().await);
                }
            }
        }
        self.look_at(kept).await;
    }

    /// Waits for the window with the bank's page, and looks at it.
    pub async fn enter_bank_window(&self) -> BankWindow<'_> {
        self.enter_new_window().await;
        BankWindow { browser: self }
    }
}

impl BankWindow<'_> {
    /// Presses **Allow** or **Deny**, upon which the window closes by itself; looks inside Link again.
    pub async fn answer(self, button: &str) {
        self.browser.button(button).click().await;
        self.go_back().await;
    }

    /// Closes the window without an answer; looks inside Link again.
    ///
    /// # Panics
    /// When it is gone already.
    pub async fn close(self) {
        let closed = self.browser.driver.close_window().await;
        closed.expect("the window closes");
        self.go_back().await;
    }

    async fn go_back(self) {
        self.browser.leave_new_window().await;
        // The guard that leaves Link again is whoever's that entered it first.
        let _ = self.browser.enter_link().await;
    }
}
