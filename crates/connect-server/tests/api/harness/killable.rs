//! A process that a test can kill.

use std::time::Duration;

use connect_server::{Backend, Config};
use tokio::runtime::Runtime;

use super::{Browser, success};

/// A backend on a runtime of its own, which stands for a process.
pub(crate) struct KillableBackend {
    runtime: Runtime,
    backend: Backend,
}

impl KillableBackend {
    pub(crate) async fn start(config: Config) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let started = runtime.spawn(Backend::start(config));
        let backend = started.await.expect("no panic").expect("a backend");
        Self { runtime, backend }
    }

    /// Submits a public token to this process, and does not wait for the answer.
    pub(crate) fn submit_public_token(&self, browser: &Browser, public_token: &str) {
        let browser = browser.clone().using(&self.backend);
        let success = success(public_token);
        self.runtime
            .spawn(async move { browser.post("/api/items", success).await });
    }

    /// Aborts everything that the process does, and returns once nothing of it runs any more.
    pub(crate) async fn kill(self) {
        drop(self.backend);
        let killed = tokio::task::spawn_blocking(|| {
            self.runtime.shutdown_timeout(Duration::from_secs(30));
        });
        killed.await.expect("no panic");
    }
}
