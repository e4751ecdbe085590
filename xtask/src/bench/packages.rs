//! The benches of other packages, whose tables are copied: losses after crashes, and the latency of webhooks.

use std::process::Command;

use anyhow::{Result, bail};

use super::Effort;
use super::report::Table;
use crate::workspace::Workspace;
use crate::{setup, step};

/// The losses when browsers and backends are killed at random moments.
pub(crate) fn kill(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "Link sessions in which browsers and backends are killed at random moments. Where the offline Plaid refuses a used \
                 public\ntoken, a loss is reported to the user, and the Item is ended at Plaid.";
    let mut bench = bench("connect-server", "kill", effort, &["--runs", "5"]);
    let rows = rows(workspace, &mut bench, Limits::Required)?;
    Ok(vec![table("Killed at any moment", about, rows)])
}

/// The losses when tabs of a real browser are closed and their backend is killed at random moments.
pub(crate) fn tabs(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "Link sessions in a real Chromium. Tabs are closed at random moments and the backend is killed, mostly after Link has \
                 finished.\nWebhooks are held back, and half of the users never return: the backend asks Plaid for their result. A used public \
                 token\nanswers again.";
    let mut bench = in_chromium("tabs", effort, &["--runs", "1"])?;
    let rows = rows(workspace, &mut bench, Limits::Required)?;
    Ok(vec![table(
        "Tabs closed and backends killed at any moment",
        about,
        rows,
    )])
}

/// The latency of thousands of webhooks.
pub(crate) fn webhooks(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "The time from when a webhook is due until it is acknowledged, until a page receives its change, and until a forged one \
                 is\nrefused. In the last row, the time from the request to Plaid to send one until a page in Chromium has painted its change.";
    // A small round of a debug build is not held to the limits.
    let limits = if effort.quick {
        Limits::Ignored
    } else {
        Limits::Required
    };
    let quick_args = ["--rate", "20", "--seconds", "1", "--forged", "100"];
    let mut bench = bench("connect-server", "webhooks", effort, &quick_args);
    let mut all = rows(workspace, &mut bench, limits)?;
    let mut bench = in_chromium("news", effort, &["--rounds", "2"])?;
    let painted = rows(workspace, &mut bench, limits)?;
    // Both tables have the same head.
    all.extend(painted.into_iter().skip(1));
    Ok(vec![table("Webhooks", about, all)])
}

/// Whether a missed limit fails the whole bench.
#[derive(Clone, Copy, PartialEq)]
enum Limits {
    Required,
    Ignored,
}

fn bench(package: &str, name: &str, effort: Effort, quick_args: &[&str]) -> Command {
    let mut command = step::cargo(["bench", "--package", package, "--bench", name]);
    if effort.quick {
        command.args(["--profile", "dev", "--"]).args(quick_args);
    }
    command
}

fn in_chromium(name: &str, effort: Effort, quick_args: &[&str]) -> Result<Command> {
    let browser = setup::browser()?;
    let mut bench = bench("e2e", name, effort, quick_args);
    bench
        .env("CHROME", &browser.chrome)
        .env("CHROMEDRIVER", &browser.driver);
    Ok(bench)
}

/// The rows of the bench's table, its head first.
fn rows(workspace: &Workspace, bench: &mut Command, limits: Limits) -> Result<Vec<Vec<String>>> {
    let (output, succeeded) = step::output(bench.current_dir(&workspace.root))?;
    if !succeeded && limits == Limits::Required {
        bail!("the bench missed one of its limits: run the command above alone to see which");
    }
    let rows = cells(&output);
    if rows.len() < 2 {
        bail!("the bench printed no table");
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

/// The cells of the Markdown table in a text, its head first.
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
    fn a_table_is_extracted_from_output() {
        let output = "200 visits\n\n| | median | p99 |\n|---|---|---|\n| refused | 1.0ms | 2.0ms |\n\nThe end.\n";
        assert_eq!(
            cells(output),
            [["", "median", "p99"], ["refused", "1.0ms", "2.0ms"]]
        );
    }
}
