use thirtyfour::prelude::*;
use tokio::time::{Instant, sleep};

use crate::{Browser, DEADLINE, LOOK_EVERY};

impl Browser {
    /// Waits for the window that the page has opened, and looks inside it from here on.
    ///
    /// # Panics
    /// When none opens in time.
    pub async fn enter_new_window(&self) {
        let here = self.driver.window().await.expect("a window is open");
        let others = self
            .windows("opens no other", |windows| windows.len() > 1)
            .await;
        let new = others.into_iter().find(|window| *window != here);
        let new = new.expect("one of two windows is another");
        let entered = self.driver.switch_to_window(new).await;
        entered.expect("the new window can be looked into");
    }

    /// Waits until it has closed, and looks at the page again.
    ///
    /// # Panics
    /// When it stays.
    pub async fn leave_new_window(&self) {
        let left = self
            .windows("keeps the other", |windows| windows.len() == 1)
            .await;
        for window in left {
            let entered = self.driver.switch_to_window(window).await;
            entered.expect("the page's window can be looked into");
        }
    }

    /// The windows, as soon as they are as wanted.
    async fn windows(
        &self,
        complaint: &str,
        wanted: impl Fn(&[WindowHandle]) -> bool,
    ) -> Vec<WindowHandle> {
        let start = Instant::now();
        loop {
            let windows = self.driver.windows().await;
            let windows = windows.expect("the browser lists its windows");
            if wanted(&windows) {
                return windows;
            }
            assert!(start.elapsed() < DEADLINE, "the page {complaint} window");
            sleep(LOOK_EVERY).await;
        }
    }
}
