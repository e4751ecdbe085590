//! The size that our crates add to an app, and the contribution of each crate to Connect.

use anyhow::Result;

use super::report::{Table, verdict};
use super::{Effort, contributions};
use crate::build::Packaging;
use crate::workspace::Workspace;
use crate::{build, size, step};

/// The limit for what plaid-link and leptos-plaid-link add to an app, in bytes of brotli.
const LIMIT: u64 = 15_000;

/// The apps of `bench/size`.
const APPS: [(&str, &str); 3] = [
    ("base", "Leptos, gloo-net and serde-wasm-bindgen"),
    ("hook", "and `use_plaid_link`"),
    ("flow", "and `use_link_flow` with `<ConnectBank>`"),
];

/// Both tables. A quick run only checks that the apps can be built.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    if effort.quick {
        let mut check = step::cargo(["build", "--package", "size", "--bins"]);
        check.args(["--target", "wasm32-unknown-unknown"]);
        step::run(check.current_dir(&workspace.root))?;
        return Ok(Vec::new());
    }
    let mut table = Table::new(
        "Size",
        "Apps that use different parts of our libraries: page, script and module in brotli, built like Connect.",
        &["app", "bytes", "added", "goal", ""],
    );
    let mut base = None;
    for (name, title) in APPS {
        let dist = workspace.target.join("xtask/bench-size").join(name);
        let page = workspace
            .root
            .join("bench/size")
            .join(format!("{name}.html"));
        build::bundle(workspace, "size", name, &page, &dist, Packaging::Optimized)?;
        let bytes = size::critical_path(&dist)?;
        let added = bytes.saturating_sub(*base.get_or_insert(bytes));
        let (goal, met) = match name {
            "hook" => (format!("≤ {LIMIT}"), Some(added <= LIMIT)),
            _ => (String::new(), None),
        };
        table.row([
            title.to_owned(),
            bytes.to_string(),
            added.to_string(),
            goal,
            verdict(met),
        ]);
    }
    build::app(workspace, Packaging::Optimized)?;
    let bytes = size::critical_path(&workspace.root.join("dist"))?;
    table.row([
        "Connect, the whole app".to_owned(),
        bytes.to_string(),
        String::new(),
        format!("≤ {}", size::BUDGET),
        verdict(Some(bytes <= size::BUDGET)),
    ]);
    Ok(vec![table, contributions::table(workspace)?])
}
