//! The `bench` command: each figure compared with its peer's in one run. `bench/README.md` describes the method.

mod attack;
mod backend;
mod chrome;
mod contributions;
mod growth;
mod lists;
mod load;
mod packages;
mod page;
mod program;
mod report;
mod size;
mod transactions;

use anyhow::{Result, bail};

use self::report::{Report, Table};
use crate::workspace::Workspace;

/// How thoroughly everything is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// The number of rounds in which the two sides take turns.
    rounds: usize,
    /// One small round, which shows that the bench runs and whose figures mean nothing.
    quick: bool,
}

type Measure = fn(&Workspace, Effort) -> Result<Vec<Table>>;

const PARTS: [(&str, Measure); 10] = [
    ("size", size::tables),
    ("page", page::tables),
    ("lists", lists::tables),
    ("backend", backend::tables),
    ("growth", growth::tables),
    ("transactions", transactions::tables),
    ("kill", packages::kill),
    ("tabs", packages::tabs),
    ("webhooks", packages::webhooks),
    ("attack", attack::tables),
];

/// Measures the named parts and prints them. Without names it measures all parts and writes docs/benchmarks.md.
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
            bail!("`{name}` is not a part of the bench; choose from {parts}");
        }
    }
    let effort = Effort {
        rounds: if quick { 1 } else { 7 },
        quick,
    };
    let mut report = Report::begin(workspace)?;
    for (name, measure) in PARTS {
        if named.is_empty() || named.contains(&name) {
            for table in measure(workspace, effort)? {
                report.add(&table);
            }
        }
    }
    if named.is_empty() && !quick {
        report.write(workspace)?;
    }
    Ok(())
}
