//! Every number beside its peer's, both measured in one run; `bench/README.md` says how.

mod backend;
mod chrome;
mod contributions;
mod counted;
mod growth;
mod lists;
mod load;
mod page;
mod program;
mod report;
mod size;
mod transactions;

use anyhow::{Result, bail};

use self::report::{Report, Table};
use crate::workspace::Workspace;

/// How often everything is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// The two sides take turns, so often each.
    rounds: usize,
    /// Once and small: it shows that the bench runs, and measures nothing.
    quick: bool,
}

type Part = fn(&Workspace, Effort) -> Result<Vec<Table>>;

const PARTS: [(&str, Part); 9] = [
    ("size", size::tables),
    ("page", page::tables),
    ("lists", lists::tables),
    ("backend", backend::tables),
    ("growth", growth::tables),
    ("transactions", transactions::tables),
    ("kill", counted::kill),
    ("tabs", counted::tabs),
    ("webhooks", counted::webhooks),
];

/// Measures the named parts and prints them; all of them, unless told otherwise, and then docs/benchmarks.md is
/// written anew.
pub(crate) fn bench(workspace: &Workspace, args: &[&str]) -> Result<()> {
    let quick = args.contains(&"--quick");
    let named: Vec<&str> = args
        .iter()
        .copied()
        .filter(|arg| *arg != "--quick")
        .collect();
    for name in &named {
        if PARTS.iter().all(|(part, _)| part != name) {
            let parts = PARTS.map(|(part, _)| part).join(", ");
            bail!("`{name}` is no part of the bench; they are {parts}");
        }
    }
    let effort = Effort {
        rounds: if quick { 1 } else { 7 },
        quick,
    };
    let mut report = Report::begin(workspace)?;
    for (name, part) in PARTS {
        if named.is_empty() || named.contains(&name) {
            for table in part(workspace, effort)? {
                report.add(&table);
            }
        }
    }
    if named.is_empty() && !quick {
        report.write(workspace)?;
    }
    Ok(())
}
