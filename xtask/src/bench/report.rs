//! The tables of figures, printed as they are measured and written to docs/benchmarks.md.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::setup;
use crate::workspace::Workspace;

/// The tables of a run, and its machine.
pub(crate) struct Report {
    text: String,
    load_before: String,
}

/// A table with its title and a description.
pub(crate) struct Table {
    title: &'static str,
    about: String,
    rows: Vec<Vec<String>>,
}

/// The required ratio of our figure to the peer's, or the required figure.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// The figure has no goal.
    None,
}

impl Report {
    pub(crate) fn begin(workspace: &Workspace) -> Result<Self> {
        let report = Self {
            text: machine(workspace)?,
            load_before: load(),
        };
        println!("{}", report.text);
        Ok(report)
    }

    /// Prints a table, and adds it to the report.
    pub(crate) fn add(&mut self, table: &Table) {
        let text = table.to_markdown();
        println!("{text}");
        self.text.push_str(&text);
    }

    /// Writes docs/benchmarks.md.
    pub(crate) fn write(&self, workspace: &Workspace) -> Result<()> {
        let head = "# Benchmarks\n\nWritten by `cargo xtask bench`; [bench](../bench/README.md) describes the method. Where two sides \
                    are compared,\na figure is the median of at least 7 rounds in which they took turns. Memory is read once, at the end. \
                    Crashes,\nwebhooks and attacks are measured in one run. Compare the ratios: the figures themselves depend on the machine.\n\n";
        let load = format!(
            "\nThe machine ran other programs, too: its load average was {} at the start and {} at the end.\n",
            self.load_before,
            load()
        );
        let path = workspace.root.join("docs/benchmarks.md");
        fs::write(&path, format!("{head}{}{load}", self.text))?;
        println!("written to {}", path.display());
        Ok(())
    }
}

impl Table {
    pub(crate) fn new(title: &'static str, about: impl Into<String>, head: &[&str]) -> Self {
        Self {
            title,
            about: about.into(),
            rows: vec![head.iter().map(|&cell| cell.to_owned()).collect()],
        }
    }

    /// A table that compares our figures with the peer's.
    pub(crate) fn comparison(title: &'static str, about: impl Into<String>) -> Self {
        Self::new(title, about, &["", "ours", "peer", "ratio", "goal", ""])
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a row to a table made by [`comparison`](Self::comparison), from the medians of both.
    pub(crate) fn compare(
        &mut self,
        label: &str,
        unit: &str,
        ours: &[f64],
        peer: &[f64],
        goal: Goal,
    ) {
        let (ours, peer) = (median(ours), median(peer));
        let ratio = ours / peer;
        let (goal, met) = match goal {
            Goal::AtMost(most) => (format!("≤ {most}×"), Some(ratio <= most)),
            Goal::AtLeast(least) => (format!("≥ {least}×"), Some(ratio >= least)),
            Goal::None => (String::new(), None),
        };
        self.row([
            label.to_owned(),
            quantity(ours, unit),
            quantity(peer, unit),
            if ratio.is_finite() {
                format!("{ratio:.2}×")
            } else {
                String::new()
            },
            goal,
            verdict(met),
        ]);
    }

    /// Adds a row without a peer to a table made by [`comparison`](Self::comparison).
    pub(crate) fn alone(&mut self, label: &str, unit: &str, ours: &[f64], goal: Goal) {
        let ours = median(ours);
        let (goal, met) = match goal {
            Goal::AtMost(most) => (format!("≤ {}", quantity(most, unit)), Some(ours <= most)),
            Goal::AtLeast(least) => (format!("≥ {}", quantity(least, unit)), Some(ours >= least)),
            Goal::None => (String::new(), None),
        };
        self.row([
            label.to_owned(),
            quantity(ours, unit),
            String::new(),
            String::new(),
            goal,
            verdict(met),
        ]);
    }

    /// The table as it is printed.
    pub(super) fn to_markdown(&self) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or_default().max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).enumerate();
            let padded = cells.map(|(column, (cell, &width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
        };
        let mut text = format!("\n## {}\n\n", self.title);
        if !self.about.is_empty() {
            let _ = writeln!(text, "{}\n", self.about);
        }
        text.push_str(&line(&self.rows[0]));
        let rule = widths
            .iter()
            .enumerate()
            .map(|(column, &width)| match column {
                0 => "-".repeat(width),
                _ => format!("{}:", "-".repeat(width - 1)),
            });
        text.push_str(&line(&rule.collect::<Vec<_>>()));
        for row in &self.rows[1..] {
            text.push_str(&line(row));
        }
        text
    }
}

/// The middle value, or the mean of the two middle values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

/// A value with three significant digits or so, and its unit.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        big if big >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    let number = format!("{value:.digits$}");
    match unit {
        "" => number,
        unit => format!("{number} {unit}"),
    }
}

pub(super) fn verdict(met: Option<bool>) -> String {
    match met {
        Some(true) => "met",
        Some(false) => "missed",
        None => "",
    }
    .to_owned()
}

fn machine(workspace: &Workspace) -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"))
        .and_then(|kilobytes| kilobytes.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes.div_ceil(1024 * 1024));
    let versions = [
        output_of(Command::new("rustc").arg("--version")),
        format!("Leptos {}", workspace.locked_version("leptos")?),
        format!("axum {}", workspace.locked_version("axum")?),
        format!(
            "Node.js {}",
            output_of(Command::new("node").arg("--version"))
        ),
        output_of(Command::new(setup::browser()?.chrome).arg("--version")),
        npm_version("peer-react", "react", workspace),
        npm_version("peer-react", "react-plaid-link", workspace),
        npm_version("peer-react", "vite", workspace),
        npm_version("peer-node", "express", workspace),
        npm_version("peer-node", "plaid", workspace),
    ];
    Ok(format!(
        "Machine: {cpu}, {cores} cores, {memory} GiB, {}. Versions: {}.\n",
        std::env::consts::OS,
        versions.join(", ")
    ))
}

fn npm_version(peer: &str, package: &str, workspace: &Workspace) -> String {
    let lock = workspace
        .root
        .join("bench")
        .join(peer)
        .join("package-lock.json");
    let lock = fs::read_to_string(lock).unwrap_or_default();
    let lock: serde_json::Value = serde_json::from_str(&lock).unwrap_or_default();
    let version = &lock["packages"][format!("node_modules/{package}")]["version"];
    format!("{package} {}", version.as_str().unwrap_or("?"))
}

fn output_of(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout);
    let text = String::from_utf8(output.unwrap_or_default()).unwrap_or_default();
    text.trim().to_owned()
}

/// The load average of the last minute.
fn load() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split(' ').next().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn a_ratio_is_compared_with_its_goal() {
        let mut table = Table::comparison("Speed", "");
        table.compare("fast", "ms", &[1.0], &[2.0], Goal::AtMost(0.75));
        table.compare("slow", "/s", &[4.0], &[1.0], Goal::AtLeast(5.0));
        let text = table.to_markdown();
        assert!(
            text.contains("| fast | 1.00 ms | 2.00 ms | 0.50× | ≤ 0.75× |    met |"),
            "{text}"
        );
        assert!(
            text.contains("| slow | 4.00 /s | 1.00 /s | 4.00× |    ≥ 5× | missed |"),
            "{text}"
        );
    }
}
