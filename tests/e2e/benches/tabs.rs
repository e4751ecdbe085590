//! Closes the tabs of a real Chromium at random moments, and counts what is lost.
//!
//! `cargo bench -p e2e --bench tabs`; `-- --runs 5` for less, `-- --seed 7` for the same moments again. The app has to be built.
//! Plaid's webhooks are held back: what comes in the end comes from the browser's outbox, or since the backend asks.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use e2e::{Browser, Stack, Wallet, World, story_with};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

const BANK: &str = "First Platypus Bank";
const OAUTH_BANK: &str = "Platypus OAuth Bank";

/// How often the backend asks, in seconds.
const RECONCILE: u64 = 2;

/// How long each request takes, so that a tab can be closed in between.
const LATENCY: Duration = Duration::from_millis(150);

/// How long everything may take to come to rest at the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Closes tabs at random moments, and counts what is lost.
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

/// What a person is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Journey {
    Password,
    OauthWindow,
    OauthRedirect,
    Repair,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(rand::random);
    println!("{} visits each, seed {seed}", options.runs);
    println!();
    println!(
        "| a visit | tabs closed | opened again | came to an end in Link | seen in Connect | lost | twice |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut good = true;
    for journey in Journey::value_variants() {
        let reconcile = format!("--reconcile-seconds={RECONCILE}");
        story_with(&[&reconcile], async |world| {
            world.stack.plaid_delivers(json!({ "hold": true })).await;
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
    opened_again: usize,
    ended: usize,
    seen: usize,
    lost: usize,
    twice: usize,
}

impl Tally {
    fn row(&self, journey: Journey) -> String {
        let name = match journey {
            Journey::Password => "a bank with a password",
            Journey::OauthWindow => "a bank's page in a window",
            Journey::OauthRedirect => "to a bank's page and back",
            Journey::Repair => "a repair",
        };
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} |",
            self.closed, self.opened_again, self.ended, self.seen, self.lost, self.twice
        )
    }
}

async fn play(world: &World, journey: Journey, runs: usize, seed: u64) -> Tally {
    let page = match journey {
        Journey::OauthRedirect => world.in_app_browser().await,
        _ => world.another_browser().await,
    };
    let mut dice = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut users = Vec::new();
    // In the first visit nothing is closed.
    users.push(begin(&world.stack, &page, journey).await);
    let started = Instant::now();
    reach_the_last_button(&page, journey).await;
    let way = started.elapsed();
    let started = Instant::now();
    finish(&page, journey).await;
    let end = started.elapsed();
    for _ in 0..runs {
        users.push(begin(&world.stack, &page, journey).await);
        // Mostly where it hurts: when Link has done its work.
        let late = dice.random_bool(0.7);
        let moment = if late { end } else { way }.mul_f64(dice.random_range(0.2..1.1));
        let interrupted = if late {
            reach_the_last_button(&page, journey).await;
            tokio::time::timeout(moment, finish(&page, journey)).await
        } else {
            tokio::time::timeout(moment, reach_the_last_button(&page, journey)).await
        };
        tally.closed += usize::from(interrupted.is_err() || !late);
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

/// Closes every tab and window at once, for a new and empty one.
async fn close(page: &Browser) {
    page.looks_at_any_tab().await;
    let empty = page.open_tab().await;
    page.close_all_but(&empty).await;
    page.slows_down(LATENCY).await;
}

/// Somebody new; gives who.
async fn begin(stack: &Stack, page: &Browser, journey: Journey) -> String {
    close(page).await;
    page.forget_everything().await;
    page.open("/").await;
    page.heading("No bank connected yet").appears().await;
    let user = page.user().await;
    if journey == Journey::Repair {
        page.connects(BANK).await;
        stack.bank_wants_sign_in(&user).await;
        page.run(
            "return fetch('/api/items').then((answer) => answer.json()).then(({ items: [item] }) =>
                fetch(`/api/items/${item.id}/refresh`, { method: 'POST' })).then((answer) => answer.status)",
        )
        .await;
        page.open("/").await;
        page.region(BANK).button("Reconnect").appears().await;
    }
    user
}

async fn reach_the_last_button(page: &Browser, journey: Journey) {
    let (open, bank) = match journey {
        Journey::Repair => (page.region(BANK).button("Reconnect"), BANK),
        Journey::Password => (page.button("Connect a bank account"), BANK),
        _ => (page.button("Connect a bank account"), OAUTH_BANK),
    };
    open.click().await;
    let link = page.enter_link().await;
    if journey != Journey::Repair {
        // Without a search: over a slow network its list moves under the mouse.
        link.button("Continue without phone number").click().await;
        link.button(bank).click().await;
    }
    match journey {
        Journey::Repair => link.sign_in("user_good", "pass_good").await,
        Journey::Password => {
            link.sign_in("user_good", "pass_good").await;
            link.share("Plaid Checking 0000").await;
        }
        Journey::OauthWindow => {
            link.button("Continue").click().await;
            page.enter_bank_window().await.answer("Allow").await;
        }
        Journey::OauthRedirect => {
            link.button("Continue").click().await;
            link.leave().await;
            page.button("Allow").click().await;
            let link = page.enter_link().await;
            link.button("Finish").appears().await;
            return;
        }
    }
    link.button("Finish").appears().await;
}

async fn finish(page: &Browser, journey: Journey) {
    page.enter_link().await.finish().await;
    match journey {
        Journey::Password => page.region(BANK).appears().await,
        Journey::OauthWindow | Journey::OauthRedirect => page.region(OAUTH_BANK).appears().await,
        Journey::Repair => page.region(BANK).button("Reconnect").disappears().await,
    }
}

/// The person comes back, and the page has all the time that it wants.
async fn open_again(page: &Browser) {
    page.open("/").await;
    page.button("Connect a bank account").appears().await;
    // Until nothing is left to tell.
    page.run(
        "return (async () => {
            const waits = () => Object.keys(localStorage).some((key) => key.includes('outbox'));
            while (waits()) await new Promise((later) => setTimeout(later, 50));
        })()",
    )
    .await;
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
    let from = Instant::now() + Duration::from_secs(3 * RECONCILE);
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
