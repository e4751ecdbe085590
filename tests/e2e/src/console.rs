//! The console of the browser.

use crate::Browser;

impl Browser {
    /// Returns everything that the console has shown so far.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn console(&self) -> Vec<String> {
        let entries = self
            .driver
            .browser_log()
            .await
            .expect("chromedriver has a console log");
        let mut record = self.record();
        record.console.extend(
            entries
                .into_iter()
                .map(|entry| format!("{} {}", entry.level, entry.message)),
        );
        record.console.clone()
    }

    /// Returns the errors on the console: failed requests, a refused script, a panic.
    pub async fn console_errors(&self) -> Vec<String> {
        let mut errors = self.console().await;
        errors.retain(|line| line.starts_with("SEVERE"));
        errors
    }
}
