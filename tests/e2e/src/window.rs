//! Windows that the page opens.

use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

use crate::{Browser, DEADLINE, POLL_INTERVAL};

impl Browser {
    /// Waits for the window that the page has opened, and switches to it.
    ///
    /// # Panics
    /// When none opens in time.
    pub async fn enter_new_window(&self) {
        let here = self.driver.window().await.expect("a window is open");
        let both = self
            .windows("opens no other", |windows| windows.len() > 1)
            .await;
        let new = both.into_iter().find(|window| *window != here);
        let new = new.expect("one of two windows is new");
        let entered = self.driver.switch_to_window(new).await;
        entered.expect("the new window is open");
    }

    /// Waits until the new window has closed, and switches back to the page.
    ///
    /// # Panics
    /// When it does not close in time.
    pub async fn leave_new_window(&self) {
        let left = self
            .windows("keeps the other", |windows| windows.len() == 1)
            .await;
        for window in left {
            let entered = self.driver.switch_to_window(window).await;
            entered.expect("the page's window is open");
        }
    }

    /// Returns the windows, as soon as they meet the condition.
    async fn windows(
        &self,
        complaint: &str,
        condition: impl Fn(&[WindowHandle]) -> bool,
    ) -> Vec<WindowHandle> {
        let start = Instant::now();
        loop {
            let windows = self.driver.windows().await;
            let windows = windows.expect("the browser lists its windows");
            if condition(&windows) {
                return windows;
            }
            assert!(start.elapsed() < DEADLINE, "the page {complaint} window");
            sleep(POLL_INTERVAL).await;
        }
    }
}
