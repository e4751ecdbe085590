//! Closes the tabs of a real Chromium and kills the backend behind them, at random moments, and counts what is lost.
//!
//! `cargo bench -p e2e --bench tabs`; `-- --runs 5` for less, `-- --seed 7` for the same moments again. The app has to be built.
//! Plaid's webhooks are held back: what comes in the end comes from the browser's outbox, or since the backend asks. A used
//! public token answers again: what is lost where it does not, the backend's bench `kill` counts.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod journey;
mod process;

use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use e2e::{Browser, Stack, Wallet, World, story_with};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::journey::{Journey, begin, close, finish, open_again, reach_the_last_button};
use crate::process::Process;

/// How often the backend asks, in seconds.
const RECONCILE: u64 = 2;

/// How long Plaid may take, in seconds: what a backend leaves behind is taken up once that is over.
const PLAID_DEADLINE: u64 = 2;

/// What a killed backend was exchanging is taken up by then.
const TAKEN_UP: Duration = Duration::from_secs(PLAID_DEADLINE + 10);

/// How long a backend is down at most.
const DOWN: Duration = Duration::from_millis(400);

/// How long a person waits for a page behind which the backend died.
const PERSONS_PATIENCE: Duration = Duration::from_secs(15);

/// How long everything may take to come to rest at the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Closes tabs and kills backends at random moments, and counts what is lost.
#[derive(Debug, Parser)]
struct Options {
    /// How many visits of each kind.
    #[arg(long, default_value_t = 25)]
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
    if let Some(arguments) = process::arguments() {
        return process::serve(arguments).await;
    }
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("{} visits each, seed {seed}", options.runs);
    println!();
    println!(
        "| a visit | tabs closed | backends killed | given up | opened again | came to an end in Link | seen in Connect | lost | twice |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut good = true;
    for journey in Journey::value_variants() {
        let flags = [
            format!("--reconcile-seconds={RECONCILE}"),
            format!("--plaid-deadline-seconds={PLAID_DEADLINE}"),
        ];
        let flags = flags.each_ref().map(String::as_str);
        story_with(&flags, async |world| {
            world.stack.plaid_delivers(json!({ "hold": true })).await;
            world.stack.plaid_answers_again(true).await;
            let tally = play(world, *journey, options.runs, seed).await;
            println!("{}", tally.row(*journey));
            good &= tally.lost == 0 && tally.twice == 0;
        })
        .await;
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What became of all visits.
#[derive(Debug, Default)]
struct Tally {
    closed: usize,
    killed: usize,
    given_up: usize,
    opened_again: usize,
    ended: usize,
    seen: usize,
    lost: usize,
    twice: usize,
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
            self.ended,
            self.seen,
            self.lost,
            self.twice
        )
    }
}

async fn play(world: &mut World, journey: Journey, runs: usize, seed: u64) -> Tally {
    let mut backend = Process::in_place_of_that_of(&mut world.stack).await;
    let page = match journey {
        Journey::OauthRedirect => world.in_app_browser().await,
        _ => world.another_browser().await,
    };
    let mut dice = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut users = Vec::new();
    // In the first visit nothing dies.
    users.push(begin(&world.stack, &page, journey).await);
    let started = Instant::now();
    reach_the_last_button(&page, journey).await;
    let way = started.elapsed();
    let started = Instant::now();
    finish(&page, journey).await;
    let pace = Pace {
        way,
        end: started.elapsed(),
    };
    for _ in 0..runs {
        users.push(begin(&world.stack, &page, journey).await);
        visit(&page, &mut backend, journey, pace, &mut dice, &mut tally).await;
        close(&page).await;
        if dice.random_bool(0.5) {
            tally.opened_again += 1;
            open_again(&page).await;
        }
    }
    settle(&world.stack, journey, &users, &mut tally).await;
    page.quit().await;
    tally
}

/// How long a visit takes in which nothing dies.
#[derive(Clone, Copy)]
struct Pace {
    way: Duration,
    end: Duration,
}

/// One visit, at a moment of which the tab is closed, or the backend killed, or both.
async fn visit(
    page: &Browser,
    backend: &mut Process,
    journey: Journey,
    pace: Pace,
    dice: &mut StdRng,
    tally: &mut Tally,
) {
    let (tab_closes, backend_dies) = match dice.random_range(0..5) {
        0 | 1 => (true, false),
        2 | 3 => (false, true),
        _ => (true, true),
    };
    // Mostly where it hurts: when Link has done its work.
    let late = dice.random_bool(0.7);
    let length = if late { pace.end } else { pace.way };
    let moment = length.mul_f64(dice.random_range(0.2..1.1));
    if late {
        reach_the_last_button(page, journey).await;
    }
    let mut person = pin!(async {
        if !late {
            reach_the_last_button(page, journey).await;
        }
        finish(page, journey).await;
    });
    let is_under_way = timeout(moment, &mut person).await.is_err();
    if backend_dies {
        backend.kill().await;
        tally.killed += usize::from(is_under_way);
    }
    if tab_closes {
        close(page).await;
        tally.closed += usize::from(is_under_way);
    }
    if backend_dies {
        sleep(DOWN.mul_f64(dice.random_range(0.0..1.0))).await;
        backend.restart().await;
    }
    if is_under_way && !tab_closes {
        if page.could_not_load().await {
            page.reload().await;
        }
        let end = timeout(PERSONS_PATIENCE, person).await;
        tally.given_up += usize::from(end.is_err());
    }
}

/// Waits until nothing moves any more, and counts.
async fn settle(stack: &Stack, journey: Journey, users: &[String], tally: &mut Tally) {
    let mut ended = Vec::new();
    for user in users {
        let visits = stack.visits(user).await;
        ended.push(match journey {
            Journey::Repair => visits.repairs,
            _ => visits.items,
        });
    }
    tally.ended = ended.iter().sum();
    let until = Instant::now() + PATIENCE;
    // What is brought and found by asking as well would be there twice: it has to have been asked.
    let from = Instant::now() + TAKEN_UP + Duration::from_secs(3 * RECONCILE);
    loop {
        (tally.seen, tally.lost, tally.twice) = (0, 0, 0);
        for (user, ended) in users.iter().zip(&ended) {
            let Wallet { items, healthy } = stack.wallet(user).await;
            let seen = match journey {
                Journey::Repair => healthy,
                _ => items,
            };
            tally.seen += seen;
            tally.lost += ended.saturating_sub(seen);
            // Before a repair there is one Item, and after it as well.
            tally.twice += items.saturating_sub(match journey {
                Journey::Repair => 1,
                _ => *ended,
            });
        }
        let now = Instant::now();
        if tally.lost == 0 && now > from || now > until {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
