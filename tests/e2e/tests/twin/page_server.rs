//! An HTTP server for the two pages.

use std::env;
use std::path::PathBuf;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

/// An HTTP server on a free port for the two pages that `cargo xtask test` builds. It ends when dropped.
pub(crate) struct PageServer {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl PageServer {
    pub(crate) async fn start() -> Self {
        let built = built();
        for page in ["ours/twin.html", "react/twin.html"] {
            let page = built.join(page);
            assert!(
                page.is_file(),
                "{} is missing: `cargo xtask test` builds it",
                page.display()
            );
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let app = Router::new().fallback_service(ServeDir::new(built));
        let task = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("the pages are served");
        });
        Self {
            url: format!("http://{address}"),
            task,
        }
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The folder of the pages, by the path of the test program.
fn built() -> PathBuf {
    let program = env::current_exe().expect("a test is a program");
    let target = program.ancestors().nth(3);
    target
        .expect("it is in target/debug/deps")
        .join("xtask/twin")
}
