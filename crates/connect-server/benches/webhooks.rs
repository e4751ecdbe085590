//! Benchmark: how long webhooks wait for their acknowledgement, and open pages for their effect, at 200 webhooks per second.
//!
//! `cargo bench -p connect-server --bench webhooks`; `-- --seconds 3` makes it shorter.

#![expect(clippy::print_stdout, reason = "the table is its result")]

#[path = "../tests/api/signer.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod signer;
#[path = "../tests/api/stub_plaid.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod stub_plaid;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use connect_server::{Args, Config, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::signer::Signer;
use crate::stub_plaid::StubPlaid;

/// How many Items the webhooks are about.
const ITEMS: usize = 100;

/// How many notifications an open page waits for.
const NOTIFICATIONS: usize = 40;

const KEYS: &str = "/webhook_verification_key/get";

/// Measures how long webhooks wait for their acknowledgement, and open pages for their effect.
#[derive(Debug, Parser)]
struct Options {
    /// How many webhooks are sent per second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// How many seconds they are sent.
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// How many forged webhooks are sent then.
    #[arg(long, default_value_t = 10_000)]
    forged: u32,
    /// The flag that Cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let bench = Bench::start().await;
    println!("| | median | p99 | longest | goal |");
    println!("|---|---|---|---|---|");

    let (count, every) = (
        options.rate * options.seconds,
        Duration::from_secs(1) / options.rate,
    );
    let acknowledged = bench.flood(count, every).await;
    let name = format!("acknowledged, {count} at {} per second", options.rate);
    let mut is_good = acknowledged.row(&name, "p99 < 50 ms", Duration::from_millis(50));

    let under_load = {
        let load = bench.flood(options.rate * 10, every);
        let notifications = bench.notifications();
        let (_, notified) = tokio::join!(load, notifications);
        notified
    };
    is_good &= under_load.row(
        "an open page is notified meanwhile",
        "p99 < 1 s",
        Duration::from_secs(1),
    );

    let before = bench.plaid.calls(KEYS).len();
    let forged = bench.forge(options.forged).await;
    let calls = bench.plaid.calls(KEYS).len() - before;
    let accepted = forged.accepted;
    let name = format!(
        "refused, {} forged: {accepted} accepted, {calls} calls to Plaid",
        options.forged
    );
    is_good &= forged
        .times
        .row(&name, "0 accepted, ≤ 120 calls a minute", Duration::MAX);
    // Two budgets of 60: new ids, and ids that were refused before.
    is_good &= accepted == 0 && calls <= 120;
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A backend on a stub of Plaid, and a browser.
struct Bench {
    plaid: StubPlaid,
    server: Server,
    http: reqwest::Client,
    cookie: String,
    _folder: TempDir,
}

/// The answers to forged webhooks.
struct Forged {
    times: Times,
    accepted: usize,
}

impl Bench {
    /// Starts a backend with one user, who has all Items.
    async fn start() -> Self {
        let plaid = StubPlaid::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(config(&folder, plaid.url.as_str())).await;
        let server = server.expect("a backend");
        let http = reqwest::Client::new();
        let session = http.get(format!("{}/", server.url()));
        let session = session.send().await.expect("a session");
        let cookie = session.headers()["set-cookie"].to_str().expect("a cookie");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let bench = Self {
            plaid,
            server,
            http,
            cookie,
            _folder: folder,
        };
        for n in 0..ITEMS {
            bench.connect(n).await;
        }
        bench
    }

    async fn connect(&self, n: usize) {
        let body = json!({ "public_token": format!("public-{n}"), "metadata": {
            "institution": { "name": "Platypus", "institution_id": "ins_109508" },
            "accounts": [], "link_session_id": "session-1",
        } });
        let answer = self
            .http
            .post(format!("{}/api/items", self.server.url()))
            .header("cookie", &self.cookie)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 201);
    }

    /// Sends webhooks at fixed times, and returns how long after its time each was acknowledged.
    async fn flood(&self, count: u32, every: Duration) -> Times {
        let start = Instant::now();
        let mut acknowledgements = Vec::new();
        for n in 0..count {
            let due = start + every * n;
            tokio::time::sleep_until(due.into()).await;
            let body = webhook_body(n as usize % ITEMS, n);
            let signature = self.plaid.signer.sign(&body, 0);
            let request = self.webhook(signature, body);
            acknowledgements.push(tokio::spawn(async move {
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
                due.elapsed()
            }));
        }
        let mut times = Vec::new();
        for acknowledgement in acknowledgements {
            times.push(acknowledgement.await.expect("an acknowledgement"));
        }
        Times(times)
    }

    /// Returns how long after each webhook an open page is notified.
    async fn notifications(&self) -> Times {
        let mut page = self
            .http
            .get(format!("{}/api/events", self.server.url()))
            .header("cookie", &self.cookie)
            .send()
            .await
            .expect("a stream");
        let mut times = Vec::new();
        for n in 0..NOTIFICATIONS {
            let broken = json!({
                "error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "error_message": "",
                "display_message": null,
            });
            let error = if n % 2 == 0 { broken } else { Value::Null };
            self.plaid.set_item(json!({ "error": error }));
            let body = webhook_body(0, u32::MAX - u32::try_from(n).expect("few"));
            let sent = Instant::now();
            let signature = self.plaid.signer.sign(&body, 0);
            self.webhook(signature, body)
                .send()
                .await
                .expect("an answer");
            loop {
                let line = page.chunk().await.expect("a stream").expect("more of it");
                if line.windows(14).any(|text| text == b"item-public-0\"") {
                    break;
                }
            }
            times.push(sent.elapsed());
        }
        Times(times)
    }

    /// Sends forged webhooks: half name Plaid's key, half an unknown key.
    async fn forge(&self, count: u32) -> Forged {
        let other = Signer::default();
        let mut forged = Forged {
            times: Times(Vec::new()),
            accepted: 0,
        };
        for n in 0..count {
            let body = webhook_body(0, n);
            let signature = if n % 2 == 0 {
                other.sign(&body, 0)
            } else {
                other.sign_as(&format!("forged-{n}"), &body, 0)
            };
            let sent = Instant::now();
            let answer = self.webhook(signature, body).send().await;
            forged.times.0.push(sent.elapsed());
            forged.accepted += usize::from(answer.expect("an answer").status() != 401);
        }
        forged
    }

    fn webhook(&self, signature: String, body: String) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/api/webhooks/plaid", self.server.url()))
            .header("plaid-verification", signature)
            .body(body)
    }
}

/// Returns the body of a webhook, as long as Plaid's and different for each number.
fn webhook_body(item: usize, n: u32) -> String {
    let body = json!({
        "webhook_type": "ITEM", "webhook_code": "ERROR", "item_id": format!("item-public-{item}"),
        "environment": "sandbox", "user_id": format!("usr_{n}"), "error": {
            "error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "status": 400,
            "error_message": "the login details of this item have changed", "display_message": null,
        },
    });
    format!("{body:#}")
}

/// Returns the program's configuration, with a database in this directory.
fn config(folder: &TempDir, plaid: &str) -> Config {
    let dist: PathBuf = folder.path().join("dist");
    std::fs::create_dir(&dist).expect("a folder");
    let page = "<!doctype html><html><head><title>Connect</title></head><body></body></html>";
    std::fs::write(dist.join("index.html"), page).expect("a page");
    let database = format!("sqlite:{}", folder.path().join("connect.db").display());
    let args = Args::parse_from([
        "connect-server",
        "--listen=127.0.0.1:0",
        "--plaid-client-id=client-1",
        "--plaid-secret=secret-1",
        "--products=auth",
        "--plaid-rate-limit=0",
        &format!("--plaid-base-url={plaid}"),
        &format!("--database-url={database}"),
        &format!(
            "--vault-key-file={}",
            folder.path().join("vault.key").display()
        ),
        &format!("--dist={}", dist.display()),
    ]);
    Config::try_from(args).expect("a configuration")
}

/// Measured durations.
struct Times(Vec<Duration>);

impl Times {
    /// Prints a row, and returns whether the 99th percentile is below the limit.
    fn row(&self, name: &str, goal: &str, limit: Duration) -> bool {
        let mut times = self.0.clone();
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "| {name} | {:.1?} | {:.1?} | {:.1?} | {goal} |",
            at(50),
            at(99),
            at(100)
        );
        at(99) < limit
    }
}
