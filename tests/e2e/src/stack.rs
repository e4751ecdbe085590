//! The servers of a story: the offline Plaid and the backend.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use connect_server::store::vault::Vault;
use connect_server::{Args, Config, Server, UserId, store};
use plaid_emulator::Emulator;
use tempfile::TempDir;

/// The offline Plaid and a backend with an empty database, on free ports. They end when dropped.
#[derive(Debug)]
pub struct Stack {
    plaid: Emulator,
    backend: Option<Server>,
    url: String,
    /// The additional flags of the backend.
    flags: Vec<String>,
    data: TempDir,
}

/// The seed of the next emulator.
static NEXT_SEED: AtomicU64 = AtomicU64::new(0);

impl Stack {
    pub(crate) async fn start(flags: &[&str]) -> Self {
        assert!(
            dist().join("index.html").is_file(),
            "the app is not built: `cargo xtask build` does it"
        );
        // Each story has ids of its own: one story may show what another story checks to be secret.
        let seed = NEXT_SEED.fetch_add(1, Ordering::Relaxed);
        // At the root and under a path.
        let redirect_uris = ["http://127.0.0.1:*/oauth", "http://127.0.0.1:*/bank/oauth"];
        let plaid = Emulator::builder().seed(seed).redirect_uris(redirect_uris);
        let plaid = plaid.start().await;
        let plaid = plaid.expect("the emulator starts");
        let data = TempDir::new().expect("a directory for the database");
        let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
        let backend = backend(&arguments(&plaid, data.path(), "127.0.0.1:0", &flags)).await;
        Self {
            url: backend.url().to_owned(),
            plaid,
            backend: Some(backend),
            flags,
            data,
        }
    }

    /// The URL of Connect.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts another backend with the same flags, database and key. It ends when dropped. A browser is the same user at
    /// both, because cookies are shared between ports.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn another_backend(&self) -> Server {
        backend(&self.arguments("127.0.0.1:0")).await
    }

    pub(crate) fn plaid(&self) -> &Emulator {
        &self.plaid
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Returns the decrypted access tokens of a user.
    ///
    /// # Panics
    /// When a token cannot be decrypted.
    pub async fn access_tokens(&self, user: &str) -> Vec<String> {
        let user = UserId::new(user.to_owned());
        let store = store::open(&database(self.data.path()))
            .await
            .expect("the database opens");
        let vault = Vault::open(&vault_key(self.data.path())).expect("the key opens");
        let mut tokens = Vec::new();
        for item in store.items(&user).await.expect("the user's Items") {
            let sealed = store
                .access_token(&user, &item.id)
                .await
                .expect("the Item's token");
            let token = vault.unseal(&sealed.expect("an Item has a token"), &user, &item.id);
            tokens.push(token.expect("the token opens").expose().to_owned());
        }
        store.close().await;
        tokens
    }

    /// Returns the paths of all files of the backend, such as its database and its key.
    ///
    /// # Panics
    /// When they cannot be listed.
    #[must_use]
    pub fn data_files(&self) -> Vec<PathBuf> {
        let files = self
            .data
            .path()
            .read_dir()
            .expect("the data directory exists");
        files.map(|file| file.expect("a file").path()).collect()
    }

    /// Stops the backend. Plaid continues to run.
    ///
    /// # Panics
    /// When it is stopped already.
    pub async fn stop_backend(&mut self) {
        self.backend
            .take()
            .expect("the backend runs")
            .shutdown()
            .await;
    }

    /// Starts the backend again, with the same address and data.
    ///
    /// # Panics
    /// When its address is in use.
    pub async fn restart_backend(&mut self) {
        self.backend = Some(backend(&self.backend_arguments()).await);
    }

    /// The arguments for a program that replaces this backend.
    #[must_use]
    pub fn backend_arguments(&self) -> Vec<String> {
        self.arguments(self.url.trim_start_matches("http://"))
    }

    fn arguments(&self, listen: &str) -> Vec<String> {
        arguments(&self.plaid, self.data.path(), listen, &self.flags)
    }
}

fn arguments(plaid: &Emulator, data: &Path, listen: &str, flags: &[String]) -> Vec<String> {
    let own = [
        format!("--listen={listen}"),
        format!(
            "--database-url=sqlite:{}",
            data.join("connect.db").display()
        ),
        format!("--vault-key-file={}", vault_key(data).display()),
        format!("--dist={}", dist().display()),
        format!("--plaid-base-url={}", plaid.url()),
        format!("--plaid-link-script-url={}", plaid.link_script_url()),
        format!("--plaid-client-id={}", plaid.client_id()),
        format!("--plaid-secret={}", plaid.secret()),
    ];
    own.into_iter().chain(flags.iter().cloned()).collect()
}

async fn backend(arguments: &[String]) -> Server {
    let program = "connect-server".to_owned();
    let args =
        Args::try_parse_from(std::iter::once(&program).chain(arguments)).expect("valid flags");
    let config = Config::try_from(args).expect("a valid configuration");
    Server::start(config).await.expect("the backend starts")
}

pub(crate) fn database(data: &Path) -> String {
    format!("sqlite:{}", data.join("connect.db").display())
}

pub(crate) fn vault_key(data: &Path) -> PathBuf {
    data.join("vault.key")
}

fn dist() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist")
}
