//! The backend as a process that can be killed.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use connect_server::store::vault::Vault;
use connect_server::{UserId, store};
use plaid_emulator::Emulator;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// How often the backend asks Plaid about unreported Link tokens.
pub(crate) const RECONCILE: Duration = Duration::from_secs(3);

/// A backend with its own database. Its log is a file in the same directory.
pub(crate) struct Process {
    pub(crate) url: String,
    folder: TempDir,
    plaid: String,
    child: Child,
}

impl Process {
    pub(crate) async fn start(plaid: &Emulator) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dist = folder.path().join("dist");
        std::fs::create_dir(&dist).expect("a folder");
        let page = "<!doctype html><html><head><title>Connect</title></head><body></body></html>";
        std::fs::write(dist.join("index.html"), page).expect("a page");
        // No other program takes the port before the backend does.
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let child = spawn(folder.path(), &address.to_string(), plaid.url());
        let process = Self {
            url: format!("http://{address}"),
            plaid: plaid.url().to_owned(),
            folder,
            child,
        };
        process.wait_until_ready().await;
        process
    }

    /// Kills the process.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("a process to kill");
    }

    pub(crate) async fn restart(&mut self) {
        let address = self.url.trim_start_matches("http://");
        self.child = spawn(self.folder.path(), address, &self.plaid);
        self.wait_until_ready().await;
    }

    /// Returns how many public tokens the backend has reported as lost.
    pub(crate) async fn lost_tokens(&self) -> i64 {
        let url = format!("sqlite:{}", self.folder.path().join("connect.db").display());
        let pool = sqlx::SqlitePool::connect(&url).await.expect("a database");
        let lost = sqlx::query_scalar("SELECT count(*) FROM public_tokens WHERE state = 'lost'");
        let lost = lost.fetch_one(&pool).await.expect("a number");
        pool.close().await;
        lost
    }

    /// Returns the access tokens of a user, opened with the backend's key.
    pub(crate) async fn access_tokens(&self, user: &str) -> Vec<String> {
        let user = UserId::new(user.to_owned());
        let url = format!("sqlite:{}", self.folder.path().join("connect.db").display());
        let store = store::open(&url).await.expect("a database");
        let vault = Vault::open(&self.folder.path().join("vault.key")).expect("a key");
        let mut tokens = Vec::new();
        for item in store.items(&user).await.expect("the user's Items") {
            let sealed = store.access_token(&user, &item.id).await.expect("a token");
            let token = vault.unseal(&sealed.expect("a token"), &user, &item.id);
            tokens.push(token.expect("a token that opens").expose().to_owned());
        }
        store.close().await;
        tokens
    }

    async fn wait_until_ready(&self) {
        let ready = format!("{}/readyz", self.url);
        let is_ready = async || {
            let answer = reqwest::get(&ready).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        for _ in 0..600 {
            if is_ready().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "the backend does not start: see {}",
            self.folder.path().display()
        );
    }
}

fn spawn(folder: &Path, address: &str, plaid: &str) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("connect.log"))
        .expect("a log");
    Command::new(env!("CARGO_BIN_EXE_connect-server"))
        .current_dir(folder)
        .env_clear()
        .envs([
            ("CONNECT_LISTEN", address),
            ("CONNECT_DATABASE_URL", "sqlite:connect.db"),
            ("CONNECT_VAULT_KEY_FILE", "vault.key"),
            ("CONNECT_DIST", "dist"),
            ("CONNECT_LOG", "warn"),
            ("CONNECT_PLAID_RATE_LIMIT", "0"),
            (
                "CONNECT_RECONCILE_SECONDS",
                &RECONCILE.as_secs().to_string(),
            ),
            ("CONNECT_PLAID_USERS", "true"),
            ("PLAID_CLIENT_ID", plaid_emulator::CLIENT_ID),
            ("PLAID_SECRET", plaid_emulator::SECRET),
            ("PLAID_BASE_URL", plaid),
            ("PLAID_DEADLINE_SECONDS", "2"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the backend")
}
