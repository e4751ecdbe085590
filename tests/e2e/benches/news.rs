//! Benchmark: how long it takes from a webhook until the page in a real Chromium shows its effect.
//!
//! `cargo bench -p e2e --bench news`; `-- --rounds 5` makes it shorter. The app must be built.

#![expect(clippy::print_stdout, reason = "the table is its result")]

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use e2e::{Browser, World, story};

const BANK: &str = "First Platypus Bank";
const GOAL: Duration = Duration::from_secs(1);

/// Measures how long it takes from a webhook until the page shows its effect.
#[derive(Debug, Parser)]
struct Options {
    /// How many webhooks are measured.
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    /// The flag that Cargo adds.
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
        "| a page in Chromium shows the effect | {}ms | {}ms | {}ms | p99 < 1 s |",
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

/// The Item breaks and recovers in turns, so that **Reconnect** appears and disappears.
async fn measure(world: &World, rounds: usize) -> Vec<Duration> {
    let page = &world.browser;
    page.connect_bank(BANK).await;
    let tokens = world.stack.access_tokens(&page.user().await).await;
    let mut times = Vec::new();
    for round in 0..rounds.max(1) {
        let broken = round % 2 == 0;
        let code = if broken { "ERROR" } else { "LOGIN_REPAIRED" };
        watch(page, broken).await;
        let sent = now();
        world.stack.fire_webhook_for(&tokens[0], code).await;
        let shown = page.run("return window.shown").await;
        let shown = Duration::from_millis(shown.as_u64().expect("a time"));
        times.push(shown.saturating_sub(sent));
        // Two equal webhooks within a second count as one.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    times
}

/// Records when the button has appeared or disappeared, and the page is painted.
async fn watch(page: &Browser, appears: bool) {
    page.run(&format!(
        "window.shown = new Promise((seen) => {{
            const buttons = () => [...document.querySelectorAll('section button')];
            const isThere = () => buttons().some((one) => one.textContent === 'Reconnect' && one.checkVisibility());
            const observer = new MutationObserver(() => {{
                if (isThere() !== {appears}) return;
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
