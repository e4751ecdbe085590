//! What our crates add to an app, and what each crate contributes to ours.

use anyhow::Result;

use super::report::{Table, verdict};
use super::{Effort, contributions};
use crate::build::Finish;
use crate::workspace::Workspace;
use crate::{build, size, step};

/// What plaid-link and leptos-plaid-link may add to an app, in bytes of brotli.
const LIMIT: u64 = 15_000;

/// The apps of `bench/size`.
const APPS: [(&str, &str); 3] = [
    ("base", "Leptos, gloo-net and serde-wasm-bindgen"),
    ("hook", "and `use_plaid_link`"),
    ("flow", "and `use_link_flow` with `<ConnectBank>`"),
];

/// Both tables; in a hurry it is enough that the apps can be built.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    if effort.quick {
        let mut check = step::cargo(["build", "--package", "size", "--bins"]);
        check.args(["--target", "wasm32-unknown-unknown"]);
        step::run(check.current_dir(&workspace.root))?;
        return Ok(Vec::new());
    }
    let mut table = Table::new(
        "Size",
        "Apps that differ by what they use of ours: page, script and module in brotli, built as Connect is.",
        &["app", "bytes", "added", "goal", ""],
    );
    let mut base = None;
    for (name, what) in APPS {
        let dist = workspace.target.join("xtask/bench-size").join(name);
        let page = workspace
            .root
            .join("bench/size")
            .join(format!("{name}.html"));
        build::bundle(workspace, "size", name, &page, &dist, Finish::Small)?;
        let bytes = size::weight(&dist)?;
        let added = bytes.saturating_sub(*base.get_or_insert(bytes));
        let (goal, met) = match name {
            "hook" => (format!("≤ {LIMIT}"), Some(added <= LIMIT)),
            _ => (String::new(), None),
        };
        table.row([
            what.to_owned(),
            bytes.to_string(),
            added.to_string(),
            goal,
            verdict(met),
        ]);
    }
    build::app(workspace, Finish::Small)?;
    let bytes = size::weight(&workspace.root.join("dist"))?;
    table.row([
        "Connect, the whole app".to_owned(),
        bytes.to_string(),
        String::new(),
        format!("≤ {}", size::BUDGET),
        verdict(Some(bytes <= size::BUDGET)),
    ]);
    Ok(vec![table, contributions::table(workspace)?])
}
