//! Benchmark: kills browsers and backends at random moments, and counts the lost Items.
//!
//! `cargo bench -p connect-server --bench kill`; `-- --runs 20` makes it shorter, `-- --seed 7` repeats the same moments.

#![expect(clippy::print_stdout, reason = "the table is its result")]

mod browser;
mod link;
mod process;
mod tally;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use link_flow::Purpose;
use plaid_emulator::Emulator;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::browser::{Storage, Tab};
use crate::process::Process;
use crate::tally::{Tally, items, settle};

/// Kills browsers and backends at random moments, and counts the lost Items.
#[derive(Debug, Parser)]
struct Options {
    /// How many visits to Link there are.
    #[arg(long, default_value_t = 200)]
    runs: usize,
    /// The seed of the random moments.
    #[arg(long)]
    seed: Option<u64>,
    /// The flag that Cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("{} visits each, seed {seed}", options.runs);
    println!();
    println!(
        "| visit | browsers killed | backends killed | completed in Link | Items | lost \
         | of which reported | duplicates | orphaned Items |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut is_good = true;
    for kind in Kind::ALL {
        let tally = run(kind, options.runs, seed).await;
        println!("{}", tally.row(kind));
        is_good &= tally.is_good();
    }
    if is_good {
        ExitCode::SUCCESS
    } else {
        println!();
        println!("An Item is lost and not reported, exists twice, or is orphaned.");
        ExitCode::FAILURE
    }
}

/// The purpose of a visit, and what Plaid does with a used public token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A new Item; a used public token gets the same answer again.
    UsedTokenAccepted,
    /// A new Item; a used public token is refused.
    UsedTokenRefused,
    /// A repair of an Item that requires a login.
    Repair,
}

impl Kind {
    const ALL: [Self; 3] = [
        Self::UsedTokenAccepted,
        Self::UsedTokenRefused,
        Self::Repair,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::UsedTokenAccepted => "a new Item; a used public token is accepted",
            Self::UsedTokenRefused => "a new Item; a used public token is refused",
            Self::Repair => "a repair",
        }
    }
}

async fn run(kind: Kind, runs: usize, seed: u64) -> Tally {
    let emulator = Emulator::start().await.expect("a free port");
    control(
        &emulator,
        "/emulator/public_tokens",
        json!({ "answer_again": kind != Kind::UsedTokenRefused }),
    )
    .await;
    let mut backend = Process::start(&emulator).await;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    // Nothing is killed in the first visits.
    let mut visitors = Vec::new();
    let pace = Pace::measure(&emulator, &backend, kind, &mut visitors).await;
    for _ in 0..runs {
        let storage = begin(&emulator, &backend, kind).await;
        visit(
            &emulator,
            &mut backend,
            &storage,
            pace,
            &mut rng,
            &mut tally,
        )
        .await;
        visitors.push(storage);
    }
    settle(&emulator, &backend, kind, &visitors, &mut tally).await;
    tally
}

/// Creates a browser whose user wants to use Link.
async fn begin(emulator: &Emulator, backend: &Process, kind: Kind) -> Storage {
    let storage = Storage::default();
    if kind == Kind::Repair {
        tab(emulator, backend, &storage).run().await;
        let user = storage.read().user;
        for access_token in backend.access_tokens(&user).await {
            let body = json!({
                "client_id": emulator.client_id(), "secret": emulator.secret(), "access_token": access_token,
            });
            control(emulator, "/sandbox/item/reset_login", body).await;
        }
        let broken = async || items(backend, &storage).await.remove(0);
        while broken().await.is_healthy {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        storage.set_purpose(Purpose::Update {
            item_id: broken().await.id.into(),
            account_selection: false,
        });
    }
    storage
}

async fn control(emulator: &Emulator, path: &str, body: Value) {
    let request = reqwest::Client::new().post(format!("{}{path}", emulator.url()));
    let answer = request.json(&body).send().await.expect("the emulator");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
}

/// How long a visit and its request take on this machine.
#[derive(Clone, Copy, Debug)]
struct Pace {
    visit: Duration,
    post: Duration,
}

impl Pace {
    async fn measure(
        emulator: &Emulator,
        backend: &Process,
        kind: Kind,
        visitors: &mut Vec<Storage>,
    ) -> Self {
        let mut pace = Self {
            visit: Duration::ZERO,
            post: Duration::ZERO,
        };
        // The first visit is slower than the others.
        for _ in 0..3 {
            let storage = begin(emulator, backend, kind).await;
            let tab = tab(emulator, backend, &storage);
            visitors.push(storage);
            let (posting, started) = (tab.posting.clone(), Instant::now());
            let task = tokio::spawn(tab.run());
            posting.notified().await;
            let posted = Instant::now();
            task.await.expect("a visit");
            pace.visit = started.elapsed();
            pace.post = posted.elapsed();
        }
        pace
    }
}

fn tab(emulator: &Emulator, backend: &Process, storage: &Storage) -> Tab {
    Tab {
        backend: backend.url.clone(),
        plaid: emulator.url().to_owned(),
        storage: storage.clone(),
        posting: std::sync::Arc::default(),
    }
}

/// Makes a visit to Link and may kill the browser, the backend or both. The browser may be opened again.
async fn visit(
    emulator: &Emulator,
    backend: &mut Process,
    storage: &Storage,
    pace: Pace,
    rng: &mut StdRng,
    tally: &mut Tally,
) {
    let first = tab(emulator, backend, storage);
    let posting = first.posting.clone();
    let kills_browser_after = rng.random_bool(0.5).then(|| random_moment(rng, pace.visit));
    let kills_backend = rng.random_bool(0.6);
    let task = tokio::spawn(first.run());
    let killer = task.abort_handle();
    if let Some(after) = kills_browser_after {
        tally.browsers_killed += 1;
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            killer.abort();
        });
    }
    if kills_backend {
        tally.backends_killed += 1;
        // Mostly at the critical moment, while the public token is exchanged.
        let (wait, after) = if rng.random_bool(0.75) {
            (pace.visit * 2, random_moment(rng, pace.post))
        } else {
            (Duration::ZERO, random_moment(rng, pace.visit))
        };
        let _ = tokio::time::timeout(wait, posting.notified()).await;
        tokio::time::sleep(after).await;
        backend.kill().await;
        tokio::time::sleep(random_moment(rng, Duration::from_millis(100))).await;
        backend.restart().await;
    }
    // The task of a killed browser ends with an error.
    let _ = task.await;
    if kills_browser_after.is_some() && rng.random_bool(0.5) {
        tab(emulator, backend, storage).run().await;
    }
}

/// Returns a random moment until then, or a little later.
fn random_moment(rng: &mut StdRng, until: Duration) -> Duration {
    until.mul_f64(rng.random_range(0.0..1.2))
}
