//! Kills browsers and backends at random moments, and counts what is lost.
//!
//! `cargo bench -p connect-server --bench kill`; `-- --runs 20` for less, `-- --seed 7` for the same moments again.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod browser;
mod link;
mod process;

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use plaid_emulator::Emulator;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::browser::{Storage, Tab};
use crate::process::Process;

/// How long everything may take to come to rest at the end.
const PATIENCE: Duration = Duration::from_secs(120);

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
        "| a used public token | browsers killed | backends killed | came to an end in Link | Items | lost \
         | of which told | duplicates | access tokens without an owner |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut good = true;
    for answer_again in [true, false] {
        let tally = play(answer_again, options.runs, seed).await;
        println!("{}", tally.row(answer_again));
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

/// What became of all visits.
#[derive(Debug, Default)]
struct Tally {
    browsers_killed: usize,
    backends_killed: usize,
    ended: usize,
    items: usize,
    lost: usize,
    duplicates: usize,
    ownerless: usize,
    told: i64,
}

impl Tally {
    fn row(&self, answer_again: bool) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            if answer_again {
                "answers again"
            } else {
                "is refused"
            },
            self.browsers_killed,
            self.backends_killed,
            self.ended,
            self.items,
            self.lost,
            self.told,
            self.duplicates,
            self.ownerless,
        )
    }

    /// Nothing is there twice, and nothing is lost but what Plaid gives to nobody and somebody was told of.
    fn is_good(&self) -> bool {
        let told = usize::try_from(self.told).unwrap_or_default();
        self.duplicates == 0 && self.lost == told && self.ownerless == 0
    }
}

async fn play(answer_again: bool, runs: usize, seed: u64) -> Tally {
    let emulator = Emulator::start().await.expect("a free port");
    let http = reqwest::Client::new();
    http.post(format!("{}/emulator/public_tokens", emulator.url()))
        .json(&json!({ "answer_again": answer_again }))
        .send()
        .await
        .expect("the emulator");
    let mut backend = Process::start(&emulator).await;
    let mut dice = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    // In the first visits nobody dies.
    let mut visitors = Vec::new();
    let pace = Pace::measure(&emulator, &backend, &mut visitors).await;
    for _ in 0..runs {
        let storage = Storage::default();
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
    settle(&emulator, &backend, &visitors, &mut tally).await;
    tally
}

/// How long things take on this machine.
#[derive(Clone, Copy, Debug)]
struct Pace {
    visit: Duration,
    post: Duration,
}

impl Pace {
    async fn measure(emulator: &Emulator, backend: &Process, visitors: &mut Vec<Storage>) -> Self {
        let mut pace = Self {
            visit: Duration::ZERO,
            post: Duration::ZERO,
        };
        // The first is slower than all others.
        for _ in 0..3 {
            let storage = Storage::default();
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

/// Waits until nothing moves any more, and counts.
async fn settle(emulator: &Emulator, backend: &Process, visitors: &[Storage], tally: &mut Tally) {
    let mut ended = Vec::new();
    for visitor in visitors {
        ended.push(ended_visits(emulator, visitor).await);
    }
    tally.ended = ended.iter().sum();
    let until = Instant::now() + PATIENCE;
    loop {
        let mut owners = HashMap::<String, usize>::new();
        (tally.items, tally.lost, tally.duplicates) = (0, 0, 0);
        for (visitor, ended) in visitors.iter().zip(&ended) {
            let items = items(backend, visitor).await;
            tally.items += items.len();
            tally.lost += ended.saturating_sub(items.len());
            tally.duplicates += items.len().saturating_sub(*ended);
            for item in items {
                *owners.entry(item).or_default() += 1;
            }
        }
        tally.duplicates += owners.values().filter(|owners| **owners > 1).count();
        tally.ownerless = ownerless(emulator, &owners).await;
        tally.told = backend.lost().await;
        if tally.is_good() || Instant::now() > until {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// How many visits of a browser ended with an Item, as Plaid knows.
async fn ended_visits(emulator: &Emulator, visitor: &Storage) -> usize {
    let mut ended = 0;
    for token in visitor.read().link_tokens {
        let request = reqwest::Client::new()
            .post(format!("{}/link/token/get", emulator.url()))
            .header("PLAID-CLIENT-ID", emulator.client_id())
            .header("PLAID-SECRET", emulator.secret())
            .json(&json!({ "link_token": token }));
        let answer: Value = request
            .send()
            .await
            .expect("the emulator")
            .json()
            .await
            .expect("JSON");
        let sessions = answer["link_sessions"].as_array().map(Vec::as_slice);
        ended += sessions
            .unwrap_or_default()
            .iter()
            .filter_map(|session| session["results"]["item_add_results"].as_array())
            .map(Vec::len)
            .sum::<usize>();
    }
    ended
}

/// The Items that a browser's user sees.
async fn items(backend: &Process, visitor: &Storage) -> Vec<String> {
    let Some(cookie) = visitor.read().cookie else {
        return Vec::new();
    };
    let request = reqwest::Client::new()
        .get(format!("{}/api/items", backend.url))
        .header("cookie", cookie);
    let answer: Value = request
        .send()
        .await
        .expect("the backend")
        .json()
        .await
        .expect("JSON");
    let items = answer["items"].as_array().expect("Items");
    items
        .iter()
        .filter_map(|item| item["id"].as_str().map(str::to_owned))
        .collect()
}

/// How many Items at Plaid have an access token, and no owner here.
async fn ownerless(emulator: &Emulator, owners: &HashMap<String, usize>) -> usize {
    let answer: Value = reqwest::get(format!("{}/emulator/items", emulator.url()))
        .await
        .expect("the emulator")
        .json()
        .await
        .expect("JSON");
    let items = answer["items"].as_array().expect("Items");
    items
        .iter()
        .filter(|item| item["access_tokens"] != 0)
        .filter(|item| !owners.contains_key(item["item_id"].as_str().unwrap_or_default()))
        .count()
}
