//! Kills browsers and backends at random moments, and counts what is lost.
//!
//! `cargo bench -p connect-server --bench kill`; `-- --runs 20` for less, `-- --seed 7` for the same moments again.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

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

/// Kills browsers and backends at random moments, and counts what is lost.
#[derive(Debug, Parser)]
struct Options {
    /// How many visits to Link.
    #[arg(long, default_value_t = 200)]
    runs: usize,
    /// Chooses the moments.
    #[arg(long)]
    seed: Option<u64>,
    /// Cargo says so.
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
        "| a visit | browsers killed | backends killed | came to an end in Link | Items | lost \
         | of which reported | duplicates | access tokens without an owner |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut good = true;
    for kind in Kind::ALL {
        let tally = play(kind, options.runs, seed).await;
        println!("{}", tally.row(kind));
        good &= tally.is_good();
    }
    if good {
        ExitCode::SUCCESS
    } else {
        println!();
        println!("Something is lost, or there twice, and nobody was told.");
        ExitCode::FAILURE
    }
}

/// What a visit is for, and how strict Plaid is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A used public token answers again.
    Lenient,
    /// A used public token is refused.
    Strict,
    /// The Item is there, and its bank wants its user.
    Repair,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Lenient, Self::Strict, Self::Repair];

    fn name(self) -> &'static str {
        match self {
            Self::Lenient => "a new Item; a used public token answers again",
            Self::Strict => "a new Item; a used public token is refused",
            Self::Repair => "a repair",
        }
    }
}

async fn play(kind: Kind, runs: usize, seed: u64) -> Tally {
    let emulator = Emulator::start().await.expect("a free port");
    tell(
        &emulator,
        "/emulator/public_tokens",
        json!({ "answer_again": kind != Kind::Strict }),
    )
    .await;
    let mut backend = Process::start(&emulator).await;
    let mut dice = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    // In the first visits nobody dies.
    let mut visitors = Vec::new();
    let pace = Pace::measure(&emulator, &backend, kind, &mut visitors).await;
    for _ in 0..runs {
        let storage = begin(&emulator, &backend, kind).await;
        visit(
            &emulator,
            &mut backend,
            &storage,
            pace,
            &mut dice,
            &mut tally,
        )
        .await;
        visitors.push(storage);
    }
    settle(&emulator, &backend, kind, &visitors, &mut tally).await;
    tally
}

/// Somebody who wants something of Link.
async fn begin(emulator: &Emulator, backend: &Process, kind: Kind) -> Storage {
    let storage = Storage::default();
    if kind == Kind::Repair {
        tab(emulator, backend, &storage).live().await;
        let user = storage.read().user;
        for access_token in backend.access_tokens(&user).await {
            let body = json!({
                "client_id": emulator.client_id(), "secret": emulator.secret(), "access_token": access_token,
            });
            tell(emulator, "/sandbox/item/reset_login", body).await;
        }
        let broken = async || items(backend, &storage).await.remove(0);
        while broken().await.is_healthy {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        storage.wishes(Purpose::Update {
            item_id: broken().await.id.into(),
            account_selection: false,
        });
    }
    storage
}

async fn tell(emulator: &Emulator, path: &str, body: Value) {
    let told = reqwest::Client::new().post(format!("{}{path}", emulator.url()));
    let told = told.json(&body).send().await.expect("the emulator");
    assert!(told.status().is_success(), "{path}: {}", told.status());
}

/// How long things take on this machine.
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
        // The first is slower than all others.
        for _ in 0..3 {
            let storage = begin(emulator, backend, kind).await;
            let tab = tab(emulator, backend, &storage);
            visitors.push(storage);
            let (posting, started) = (tab.posting.clone(), Instant::now());
            let life = tokio::spawn(tab.live());
            posting.notified().await;
            let posted = Instant::now();
            life.await.expect("a visit");
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

/// One visit to Link, in which a browser may die, or a backend, or both; the browser may come back.
async fn visit(
    emulator: &Emulator,
    backend: &mut Process,
    storage: &Storage,
    pace: Pace,
    dice: &mut StdRng,
    tally: &mut Tally,
) {
    let first = tab(emulator, backend, storage);
    let posting = first.posting.clone();
    let browser_dies = dice.random_bool(0.5).then(|| moment(dice, pace.visit));
    let backend_dies = dice.random_bool(0.6);
    let life = tokio::spawn(first.live());
    let killer = life.abort_handle();
    if let Some(after) = browser_dies {
        tally.browsers_killed += 1;
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            killer.abort();
        });
    }
    if backend_dies {
        tally.backends_killed += 1;
        // Mostly where it hurts: while the public token becomes an Item.
        let (wait, after) = if dice.random_bool(0.75) {
            (pace.visit * 2, moment(dice, pace.post))
        } else {
            (Duration::ZERO, moment(dice, pace.visit))
        };
        let _ = tokio::time::timeout(wait, posting.notified()).await;
        tokio::time::sleep(after).await;
        backend.kill().await;
        tokio::time::sleep(moment(dice, Duration::from_millis(100))).await;
        backend.restart().await;
    }
    // A browser that was killed ends with an error, and is not to be heard of.
    let _ = life.await;
    if browser_dies.is_some() && dice.random_bool(0.5) {
        tab(emulator, backend, storage).live().await;
    }
}

/// Some time until then, or a little later.
fn moment(dice: &mut StdRng, until: Duration) -> Duration {
    until.mul_f64(dice.random_range(0.0..1.2))
}
