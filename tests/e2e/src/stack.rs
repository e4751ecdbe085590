use std::path::{Path, PathBuf};

use clap::Parser;
use connect_server::{Args, Config, Server};
use plaid_emulator::Emulator;
use tempfile::TempDir;

/// The offline Plaid and a backend with an empty database, on free ports; it ends when dropped.
#[derive(Debug)]
pub struct Stack {
    plaid: Emulator,
    backend: Option<Server>,
    url: String,
    data: TempDir,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        assert!(
            dist().join("index.html").is_file(),
            "the app is not built: `cargo xtask build` does it"
        );
        let plaid = Emulator::start().await.expect("the emulator starts");
        let data = TempDir::new().expect("a directory for the database");
        let backend = backend(&plaid, data.path(), "127.0.0.1:0").await;
        Self {
            url: backend.url().to_owned(),
            plaid,
            backend: Some(backend),
            data,
        }
    }

    /// Where Connect is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The offline Plaid.
    pub fn plaid(&self) -> &Emulator {
        &self.plaid
    }

    /// The backend's database, key and all: every file that it wrote.
    ///
    /// # Panics
    /// When they cannot be listed.
    #[must_use]
    pub fn data_files(&self) -> Vec<PathBuf> {
        let files = self.data.path().read_dir().expect("the data is there");
        files.map(|file| file.expect("a file").path()).collect()
    }

    /// Takes the backend down; Plaid stays.
    ///
    /// # Panics
    /// When it is down already.
    pub async fn backend_goes_down(&mut self) {
        self.backend
            .take()
            .expect("the backend is up")
            .shutdown()
            .await;
    }

    /// Brings it back where it was, with what it had stored.
    ///
    /// # Panics
    /// When its address is taken meanwhile.
    pub async fn backend_comes_back(&mut self) {
        let address = self.url.trim_start_matches("http://");
        self.backend = Some(backend(&self.plaid, self.data.path(), address).await);
    }
}

async fn backend(plaid: &Emulator, data: &Path, listen: &str) -> Server {
    let args = [
        "connect-server".to_owned(),
        format!("--listen={listen}"),
        format!(
            "--database-url=sqlite:{}",
            data.join("connect.db").display()
        ),
        format!("--vault-key-file={}", data.join("vault.key").display()),
        format!("--dist={}", dist().display()),
        format!("--plaid-base-url={}", plaid.url()),
        format!("--plaid-link-script-url={}", plaid.link_script_url()),
        format!("--plaid-client-id={}", plaid.client_id()),
        format!("--plaid-secret={}", plaid.secret()),
    ];
    let args = Args::try_parse_from(args).expect("the backend knows its flags");
    let config = Config::try_from(args).expect("a configuration");
    Server::start(config).await.expect("the backend starts")
}

fn dist() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist")
}
