//! Tabs and windows of the browser.

use thirtyfour::prelude::*;

use crate::Browser;

/// A tab or a window of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

/// A bank's page in a window of its own. The browser's methods act on it until it is answered or closed.
#[derive(Debug)]
#[must_use = "the browser's methods act on the bank's page until it is answered or closed"]
pub struct BankWindow<'a> {
    browser: &'a Browser,
}

impl Browser {
    /// Returns the current tab.
    ///
    /// # Panics
    /// When the tab is gone.
    pub async fn tab(&self) -> Tab {
        Tab(self.driver.window().await.expect("a window"))
    }

    /// Opens another tab, and switches to it.
    ///
    /// # Panics
    /// When the browser does not open one.
    pub async fn open_tab(&self) -> Tab {
        let tab = self.driver.new_tab().await.expect("another tab");
        self.switch_to_tab(&Tab(tab.clone())).await;
        Tab(tab)
    }

    /// Opens another window, and switches to it. Every window is visible.
    ///
    /// # Panics
    /// When the browser does not open one.
    pub async fn open_window(&self) -> Tab {
        let window = self.driver.new_window().await.expect("another window");
        self.switch_to_tab(&Tab(window.clone())).await;
        Tab(window)
    }

    /// Switches to this tab.
    ///
    /// # Panics
    /// When the tab is gone.
    pub async fn switch_to_tab(&self, tab: &Tab) {
        let switched = self.driver.switch_to_window(tab.0.clone()).await;
        switched.expect("the tab is open");
    }

    /// Closes the current tab without any event in its page, as a system with low memory does.
    ///
    /// # Panics
    /// When it is the last tab.
    pub async fn close_tab(&self, then: &Tab) {
        self.driver.close_window().await.expect("the tab closes");
        self.switch_to_tab(then).await;
    }

    /// Switches to any open tab. The current tab may be gone.
    ///
    /// # Panics
    /// When no tab is open.
    pub async fn switch_to_any_tab(&self) {
        let windows = self.driver.windows().await;
        let windows = windows.expect("the browser lists its windows");
        self.switch_to_tab(&Tab(windows[0].clone())).await;
    }

    /// Closes all other tabs and windows, and switches to this tab.
    ///
    /// # Panics
    /// When the tab is gone.
    pub async fn close_other_tabs(&self, kept: &Tab) {
        let windows = self.driver.windows().await;
        for window in windows.expect("the browser lists its windows") {
            if window != kept.0 {
                // A bank's window may close by itself.
                if self.driver.switch_to_window(window).await.is_ok() {
                    drop(self.driver.close_window().await);
                }
            }
        }
        self.switch_to_tab(kept).await;
    }

    /// Waits for the window with the bank's page, and switches to it.
    pub async fn enter_bank_window(&self) -> BankWindow<'_> {
        self.enter_new_window().await;
        BankWindow { browser: self }
    }
}

impl BankWindow<'_> {
    /// Presses **Allow** or **Deny**, which closes the window, and switches back to Link.
    pub async fn answer(self, button: &str) {
        self.browser.button(button).click().await;
        self.return_to_link().await;
    }

    /// Closes the window without an answer, and switches back to Link.
    ///
    /// # Panics
    /// When it has closed already.
    pub async fn close(self) {
        let closed = self.browser.driver.close_window().await;
        closed.expect("the window closes");
        self.return_to_link().await;
    }

    async fn return_to_link(self) {
        self.browser.leave_new_window().await;
        // The caller has a `Link` already.
        let _ = self.browser.enter_link().await;
    }
}
