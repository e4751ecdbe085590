use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app;
use crate::backend::{Backend, StartError};
use crate::config::Config;

/// How long requests and exchanges that are under way may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// A backend that listens.
#[derive(Debug)]
#[must_use = "dropping the server stops it at once; `shutdown` lets it finish what it does"]
pub struct Server {
    url: String,
    backend: Arc<Backend>,
    task: JoinHandle<()>,
}

impl Server {
    /// Opens everything and listens.
    ///
    /// # Errors
    ///
    /// [`StartError`] with a sentence that says what to do.
    pub async fn start(mut config: Config) -> Result<Self, StartError> {
        let address = config.listen;
        let unable = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(unable)?;
        let listening = listener.local_addr().map_err(unable)?;
        config.reached_at(listening);
        let backend = Backend::open(config).await?;
        let serve = axum::serve(listener, app(backend.clone()))
            .with_graceful_shutdown(backend.stop.clone().cancelled_owned());
        let task = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the server stopped");
            }
        });
        let url = format!("http://{listening}");
        tracing::info!(url, "listening");
        Ok(Self { url, backend, task })
    }

    /// Where it listens, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more requests, and ends when those under way have ended, at most ten seconds from now.
    pub async fn shutdown(mut self) {
        self.backend.stop.cancel();
        let tasks = self.backend.tasks.clone();
        tasks.close();
        let finish = async {
            let _ = (&mut self.task).await;
            tasks.wait().await;
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!("requests were cut off");
        }
        self.backend.store.close().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.backend.stop.cancel();
        self.task.abort();
    }
}
