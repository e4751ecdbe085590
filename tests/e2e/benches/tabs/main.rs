//! Benchmark: closes the tabs of a real Chromium and kills the backend at random moments, and counts the lost Items.
//!
//! `cargo bench -p e2e --bench tabs`; `-- --runs 5` makes it shorter, `-- --seed 7` repeats the same moments. The app must be built.
//! Plaid's webhooks are held back: Items come from the browser's outbox, or because the backend asks Plaid. A used public token
//! gets the same answer again; the backend's benchmark `kill` covers the case that it does not.

#![expect(clippy::print_stdout, reason = "the table is its result")]

mod journey;
mod process;

use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use e2e::{Browser, ItemCounts, Stack, World, story_with};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::journey::{Journey, begin, close, finish, open_again, reach_the_last_button};
use crate::process::Process;

/// How often the backend asks Plaid about unreported Link tokens, in seconds.
const RECONCILE: u64 = 2;

/// The deadline of calls to Plaid, in seconds. An interrupted exchange continues after it.
const PLAID_DEADLINE: u64 = 2;

/// By when the exchange of a killed backend continues.
const RESUME_DELAY: Duration = Duration::from_secs(PLAID_DEADLINE + 10);

/// The longest time that a backend is down.
const MAX_DOWNTIME: Duration = Duration::from_millis(400);

/// How long a user waits for a page whose backend was killed.
const USER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long the backend may take to settle at the end.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Closes tabs and kills backends at random moments, and counts the lost Items.
#[derive(Debug, Parser)]
struct Options {
    /// How many visits of each kind there are.
    #[arg(long, default_value_t = 25)]
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
    if let Some(arguments) = process::arguments() {
        return process::serve(arguments).await;
    }
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("{} visits each, seed {seed}", options.runs);
    println!();
    println!(
        "| visit | tabs closed | backends killed | given up | opened again | completed in Link | shown in Connect | lost | duplicates |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut is_good = true;
    for journey in Journey::value_variants() {
        let flags = [
            format!("--reconcile-seconds={RECONCILE}"),
            format!("--plaid-deadline-seconds={PLAID_DEADLINE}"),
        ];
        let flags = flags.each_ref().map(String::as_str);
        story_with(&flags, async |world| {
            world
                .stack
                .set_webhook_delivery(json!({ "hold": true }))
                .await;
            world.stack.allow_repeated_exchanges(true).await;
            let tally = run(world, *journey, options.runs, seed).await;
            println!("{}", tally.row(*journey));
            is_good &= tally.lost == 0 && tally.duplicates == 0;
        })
        .await;
    }
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The results of all visits.
#[derive(Debug, Default)]
struct Tally {
    closed: usize,
    killed: usize,
    given_up: usize,
    opened_again: usize,
    completed: usize,
    shown: usize,
    lost: usize,
    duplicates: usize,
}

impl Tally {
    fn row(&self, journey: Journey) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            journey.name(),
            self.closed,
            self.killed,
            self.given_up,
            self.opened_again,
            self.completed,
            self.shown,
            self.lost,
            self.duplicates
        )
    }
}

async fn run(world: &mut World, journey: Journey, runs: usize, seed: u64) -> Tally {
    let mut backend = Process::replace_backend(&mut world.stack).await;
    let page = match journey {
        Journey::OauthRedirect => world.in_app_browser().await,
        _ => world.another_browser().await,
    };
    let mut rng = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut users = Vec::new();
    // Nothing is killed in the first visit.
    users.push(begin(&world.stack, &page, journey).await);
    let started = Instant::now();
    reach_the_last_button(&page, journey).await;
    let to_last_button = started.elapsed();
    let started = Instant::now();
    finish(&page, journey).await;
    let pace = Pace {
        to_last_button,
        finish: started.elapsed(),
    };
    for _ in 0..runs {
        users.push(begin(&world.stack, &page, journey).await);
        visit(&page, &mut backend, journey, pace, &mut rng, &mut tally).await;
        close(&page).await;
        if rng.random_bool(0.5) {
            tally.opened_again += 1;
            open_again(&page).await;
        }
    }
    settle(&world.stack, journey, &users, &mut tally).await;
    page.quit().await;
    tally
}

/// How long an undisturbed visit takes.
#[derive(Clone, Copy)]
struct Pace {
    to_last_button: Duration,
    finish: Duration,
}

/// Makes a visit, and closes the tab or kills the backend, or both, at a random moment.
async fn visit(
    page: &Browser,
    backend: &mut Process,
    journey: Journey,
    pace: Pace,
    rng: &mut StdRng,
    tally: &mut Tally,
) {
    let (tab_closed, backend_killed) = match rng.random_range(0..5) {
        0 | 1 => (true, false),
        2 | 3 => (false, true),
        _ => (true, true),
    };
    // Mostly at the critical moment, when Link is completed.
    let late = rng.random_bool(0.7);
    let length = if late {
        pace.finish
    } else {
        pace.to_last_button
    };
    let moment = length.mul_f64(rng.random_range(0.2..1.1));
    if late {
        reach_the_last_button(page, journey).await;
    }
    let mut user = pin!(async {
        if !late {
            reach_the_last_button(page, journey).await;
        }
        finish(page, journey).await;
    });
    let is_under_way = timeout(moment, &mut user).await.is_err();
    if backend_killed {
        backend.kill().await;
        tally.killed += usize::from(is_under_way);
    }
    if tab_closed {
        close(page).await;
        tally.closed += usize::from(is_under_way);
    }
    if backend_killed {
        sleep(MAX_DOWNTIME.mul_f64(rng.random_range(0.0..1.0))).await;
        backend.restart().await;
    }
    if is_under_way && !tab_closed {
        if page.has_load_error().await {
            page.reload().await;
        }
        let finished = timeout(USER_TIMEOUT, user).await;
        tally.given_up += usize::from(finished.is_err());
    }
}

/// Waits until the backend has settled, and counts.
async fn settle(stack: &Stack, journey: Journey, users: &[String], tally: &mut Tally) {
    let mut completed = Vec::new();
    for user in users {
        let sessions = stack.completed_sessions(user).await;
        completed.push(match journey {
            Journey::Repair => sessions.repairs,
            _ => sessions.items,
        });
    }
    tally.completed = completed.iter().sum();
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    // Plaid must have been asked too: a token that a browser submitted could make a duplicate.
    let earliest = Instant::now() + RESUME_DELAY + Duration::from_secs(3 * RECONCILE);
    loop {
        (tally.shown, tally.lost, tally.duplicates) = (0, 0, 0);
        for (user, completed) in users.iter().zip(&completed) {
            let ItemCounts { total, healthy } = stack.item_counts(user).await;
            let shown = match journey {
                Journey::Repair => healthy,
                _ => total,
            };
            tally.shown += shown;
            tally.lost += completed.saturating_sub(shown);
            // A repair leaves one Item.
            tally.duplicates += total.saturating_sub(match journey {
                Journey::Repair => 1,
                _ => *completed,
            });
        }
        let now = Instant::now();
        if tally.lost == 0 && now > earliest || now > deadline {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
