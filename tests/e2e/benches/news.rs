//! How long it takes from a webhook of Plaid's until the page shows what it told, in a real Chromium.
//!
//! `cargo bench -p e2e --bench news`; `-- --rounds 5` for less. The app has to be built.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use e2e::{Browser, World, story};

const BANK: &str = "First Platypus Bank";
const GOAL: Duration = Duration::from_secs(1);

/// How long it takes until the page shows what a webhook told.
#[derive(Debug, Parser)]
struct Options {
    /// How often.
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let mut times = Vec::new();
    story(async |world| times = measure(world, options.rounds).await).await;
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    let (median, p99, longest) = (at(50), at(99), at(100));
    println!("| | median | p99 | longest | goal |");
    println!("|---|---|---|---|---|");
    println!(
        "| a page in Chromium shows it | {}ms | {}ms | {}ms | p99 < 1 s |",
        median.as_millis(),
        p99.as_millis(),
        longest.as_millis()
    );
    if p99 < GOAL {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The bank wants its user, and is well again, in turns: **Reconnect** comes and goes.
async fn measure(world: &World, rounds: usize) -> Vec<Duration> {
    let page = &world.browser;
    page.connects(BANK).await;
    let tokens = world.stack.access_tokens(&page.user().await).await;
    let mut times = Vec::new();
    for round in 0..rounds.max(1) {
        let broken = round % 2 == 0;
        let code = if broken { "ERROR" } else { "LOGIN_REPAIRED" };
        watch(page, broken).await;
        let told = now();
        world.stack.plaid_tells_of(&tokens[0], code).await;
        let shown = page.run("return window.shown").await;
        let shown = Duration::from_millis(shown.as_u64().expect("a time"));
        times.push(shown.saturating_sub(told));
        // Two that say the same in one second are one.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    times
}

/// Notes when the button has come, or gone, and is painted so.
async fn watch(page: &Browser, comes: bool) {
    page.run(&format!(
        "window.shown = new Promise((seen) => {{
            const buttons = () => [...document.querySelectorAll('section button')];
            const isThere = () => buttons().some((one) => one.textContent === 'Reconnect' && one.checkVisibility());
            const observer = new MutationObserver(() => {{
                if (isThere() !== {comes}) return;
                observer.disconnect();
                requestAnimationFrame(() => setTimeout(() => seen(Date.now())));
            }});
            observer.observe(document.body, {{ subtree: true, childList: true, characterData: true, attributes: true }});
        }})"
    ))
    .await;
}

fn now() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("a time after 1970")
}
