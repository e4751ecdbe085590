//! What is lost when things die, and how long webhooks wait: benches of the packages, whose tables are taken over.

use std::process::Command;

use anyhow::{Result, bail};

use super::Effort;
use super::report::Table;
use crate::workspace::Workspace;
use crate::{setup, step};

/// Browsers and backends, killed at random moments.
pub(crate) fn kill(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "Visits to the offline Link in which browsers and backends are killed at random moments. Where the offline Plaid \
                 refuses a used\npublic token, what is lost is told to its user, and ended at Plaid.";
    let mut bench = bench("connect-server", "kill", effort, &["--runs", "5"]);
    let rows = rows(workspace, &mut bench, Failing::Always)?;
    Ok(vec![table("Killed at any moment", about, rows)])
}

/// Tabs of a real browser, closed at random moments, and the backend behind them, killed.
pub(crate) fn tabs(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "Visits in a real Chromium whose tabs are closed at random moments, and whose backend is killed, mostly when Link has done \
                 its work. Webhooks\nare held back, and half of the people never come again: their bank is there since the backend asks Plaid. \
                 A used public token\nanswers again.";
    let mut bench = in_chromium("tabs", effort, &["--runs", "1"])?;
    let rows = rows(workspace, &mut bench, Failing::Always)?;
    Ok(vec![table(
        "Tabs closed and backends killed at any moment",
        about,
        rows,
    )])
}

/// Webhooks by the thousand.
pub(crate) fn webhooks(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "From when a webhook is due until it is acknowledged, until a page hears of what it brought, and until a forged one is \
                 refused; and from when\nPlaid is told to send one until a page in Chromium has painted what it says.";
    // How long something takes is not asked of a small round without a release.
    let failing = if effort.quick {
        Failing::Never
    } else {
        Failing::Always
    };
    let less = ["--rate", "20", "--seconds", "1", "--forged", "100"];
    let mut bench = bench("connect-server", "webhooks", effort, &less);
    let mut all = rows(workspace, &mut bench, failing)?;
    let mut bench = in_chromium("news", effort, &["--rounds", "2"])?;
    let painted = rows(workspace, &mut bench, failing)?;
    // It has the same head.
    all.extend(painted.into_iter().skip(1));
    Ok(vec![table("Webhooks", about, all)])
}

/// When a promise that is not kept fails the whole bench.
#[derive(Clone, Copy, PartialEq)]
enum Failing {
    Always,
    Never,
}

fn bench(package: &str, name: &str, effort: Effort, less: &[&str]) -> Command {
    let mut command = step::cargo(["bench", "--package", package, "--bench", name]);
    if effort.quick {
        command.args(["--profile", "dev", "--"]).args(less);
    }
    command
}

fn in_chromium(name: &str, effort: Effort, less: &[&str]) -> Result<Command> {
    let browser = setup::browser()?;
    let mut bench = bench("e2e", name, effort, less);
    bench
        .env("CHROME", &browser.chrome)
        .env("CHROMEDRIVER", &browser.driver);
    Ok(bench)
}

/// What the bench says, its head first.
fn rows(workspace: &Workspace, bench: &mut Command, failing: Failing) -> Result<Vec<Vec<String>>> {
    let (said, succeeded) = step::output(bench.current_dir(&workspace.root))?;
    if !succeeded && failing == Failing::Always {
        bail!("a promise is not kept");
    }
    let rows = cells(&said);
    if rows.len() < 2 {
        bail!("there is no table in what it says");
    }
    Ok(rows)
}

fn table(title: &'static str, about: &str, mut rows: Vec<Vec<String>>) -> Table {
    let head = rows.remove(0);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(title, about, &head);
    for row in rows {
        table.row(row);
    }
    table
}

/// The cells of a table in Markdown, its head first.
fn cells(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    lines
        .filter(|line| !line.starts_with("---"))
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_taken_out_of_what_is_said() {
        let said = "200 visits\n\n| | median | p99 |\n|---|---|---|\n| refused | 1.0ms | 2.0ms |\n\nThe end.\n";
        assert_eq!(
            cells(said),
            [["", "median", "p99"], ["refused", "1.0ms", "2.0ms"]]
        );
    }
}
