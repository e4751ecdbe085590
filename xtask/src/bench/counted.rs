//! What is lost when things die, and how long webhooks wait: connect-server's own benches, whose tables are taken over.

use anyhow::{Result, bail};

use super::Effort;
use super::report::Table;
use crate::step;
use crate::workspace::Workspace;

/// Browsers and backends, killed at random moments.
pub(crate) fn kill(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "Visits to the offline Link in which browsers and backends are killed at random moments. The offline Plaid answers a used \
                 public token\nonce more, or refuses it; then what is lost is told to its user.";
    let less = ["--runs", "5"];
    run(
        workspace,
        effort,
        "kill",
        "Killed at any moment",
        about,
        &less,
    )
}

/// Webhooks by the thousand.
pub(crate) fn webhooks(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    let about = "From when a webhook is due until it is acknowledged, until a page hears of what it brought, and until a forged one is \
                 refused.";
    let less = ["--rate", "20", "--seconds", "1", "--forged", "100"];
    run(workspace, effort, "webhooks", "Webhooks", about, &less)
}

fn run(
    workspace: &Workspace,
    effort: Effort,
    bench: &str,
    title: &'static str,
    about: &str,
    less: &[&str],
) -> Result<Vec<Table>> {
    let mut command = step::cargo(["bench", "--package", "connect-server", "--bench", bench]);
    if effort.quick {
        command.args(["--profile", "dev", "--"]).args(less);
    }
    let (said, succeeded) = step::output(command.current_dir(&workspace.root))?;
    // How long something takes is not asked of a small round without a release; what is lost always is.
    if !succeeded && (!effort.quick || bench == "kill") {
        bail!("a promise is not kept");
    }
    let mut rows = rows(&said);
    if rows.len() < 2 {
        bail!("there is no table in what it says");
    }
    let head: Vec<String> = rows.remove(0);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(title, about, &head);
    for row in rows {
        table.row(row);
    }
    Ok(vec![table])
}

/// The cells of a table in Markdown, its head first.
fn rows(text: &str) -> Vec<Vec<String>> {
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
            rows(said),
            [["", "median", "p99"], ["refused", "1.0ms", "2.0ms"]]
        );
    }
}
