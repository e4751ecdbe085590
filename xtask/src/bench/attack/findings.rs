//! What a round has measured, and which limits it has kept.

use super::users::Users;
use crate::bench::report::{Table, verdict};

/// How long a user may wait until a bank is connected. The app itself waits 35 seconds.
const PATIENCE_MS: u64 = 10_000;

/// The figures of a round.
pub(super) struct Findings {
    attack: String,
    figures: Vec<Figure>,
}

struct Figure {
    name: String,
    value: String,
    limit: String,
    /// `None` if it has no limit.
    kept: Option<bool>,
}

impl Findings {
    pub(super) fn new(attack: impl Into<String>) -> Self {
        Self {
            attack: attack.into(),
            figures: Vec::new(),
        }
    }

    /// A figure without a limit: the strength of the attack.
    pub(super) fn strength(&mut self, name: &str, value: u64) {
        self.add(name.to_owned(), value.to_string(), String::new(), None);
    }

    pub(super) fn at_most(&mut self, name: &str, value: u64, limit: u64, unit: &str) {
        let text = |value: u64| format!("{value} {unit}").trim_end().to_owned();
        let limit_text = match limit {
            0 => text(0),
            limit => format!("≤ {}", text(limit)),
        };
        self.add(
            name.to_owned(),
            text(value),
            limit_text,
            Some(value <= limit),
        );
    }

    /// A count that must be complete, and not zero.
    pub(super) fn all(&mut self, name: &str, done: u64, of: u64) {
        self.add(
            name.to_owned(),
            format!("{done} of {of}"),
            "all".to_owned(),
            Some(done == of && of > 0),
        );
    }

    /// What the users have seen.
    pub(super) fn users(&mut self, users: &Users<'_>) {
        let seen = users.seen();
        let name = match &seen.failure {
            None => "banks connected".to_owned(),
            Some(failure) => format!("banks connected ({failure})"),
        };
        self.all(&name, seen.connected.len() as u64, seen.tried);
        let slowest = u64::try_from(seen.slowest.as_millis()).unwrap_or(u64::MAX);
        self.at_most("the slowest connection", slowest, PATIENCE_MS, "ms");
    }

    fn add(&mut self, name: String, value: String, limit: String, kept: Option<bool>) {
        self.figures.push(Figure {
            name,
            value,
            limit,
            kept,
        });
    }

    /// The limits that were not kept, a line each.
    pub(super) fn missed(&self) -> Vec<String> {
        let missed = self.figures.iter().filter(|row| row.kept == Some(false));
        let line = |row: &Figure| {
            format!(
                "- {}: {}: {} (limit: {})",
                self.attack, row.name, row.value, row.limit
            )
        };
        missed.map(line).collect()
    }

    pub(super) fn add_to(self, table: &mut Table) {
        let mut attack = self.attack;
        for figure in self.figures {
            table.row([
                std::mem::take(&mut attack),
                figure.name,
                figure.value,
                figure.limit,
                verdict(figure.kept),
            ]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_beyond_its_limit_is_missed() {
        let mut findings = Findings::new("flood");
        findings.strength("requests", 9);
        findings.at_most("forged ones stored", 0, 0, "");
        findings.at_most("memory", 65, 64, "MB");
        findings.all("banks connected", 3, 3);
        findings.all("webhooks stored", 2, 3);
        findings.all("tokens", 0, 0);
        assert_eq!(
            findings.missed(),
            [
                "- flood: memory: 65 MB (limit: ≤ 64 MB)",
                "- flood: webhooks stored: 2 of 3 (limit: all)",
                "- flood: tokens: 0 of 0 (limit: all)",
            ]
        );
    }
}
