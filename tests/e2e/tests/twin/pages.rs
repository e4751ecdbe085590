use std::env;
use std::path::PathBuf;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

/// The two pages, built by `cargo xtask test`, on a free port; they end when dropped.
pub(crate) struct Pages {
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

impl Pages {
    pub(crate) async fn serve() -> Self {
        let built = built();
        for page in ["ours/twin.html", "react/twin.html"] {
            let page = built.join(page);
            assert!(
                page.is_file(),
                "{} is not built: `cargo xtask test` does it",
                page.display()
            );
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let app = Router::new().fallback_service(ServeDir::new(built));
        let serving = tokio::spawn(async move {
            axum::serve(listener, app)
                .await
                .expect("the pages are served");
        });
        Self {
            url: format!("http://{address}"),
            serving,
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Tests run from `target/debug/deps`.
fn built() -> PathBuf {
    let program = env::current_exe().expect("a test is a program");
    let target = program.ancestors().nth(3);
    target
        .expect("it lies in target/debug/deps")
        .join("xtask/twin")
}
