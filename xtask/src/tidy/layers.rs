//! Rules for the imports between the files of a crate: no cycle, and few imports that point up.

use super::assert_none;
use super::graph::Graph;

/// The rules for the files of a crate.
struct Crate {
    name: &'static str,
    /// The top folders and files of `src/`, from the highest layer to the lowest; none, if only cycles are checked.
    layers: &'static [&'static str],
    /// How many imports may point from a lower layer to a higher one.
    upward: usize,
}

const CRATES: [Crate; 11] = [
    cycles_only("connect-api"),
    Crate {
        name: "connect-server",
        layers: &[
            "main",
            "lib",
            "server",
            "commands",
            "http",
            "webhooks",
            "link",
            "items",
            "transactions",
            "cleanup",
            "vault_keys",
            "state",
            "auth",
            "changes",
            "metrics",
            "job",
            "keyed_lock",
            "plaid_budget",
            "error",
            "store",
            "config",
            "user",
            "clock",
        ],
        upward: 15,
    },
    cycles_only("e2e"),
    cycles_only("fake-link"),
    cycles_only("json-struct"),
    cycles_only("leptos-plaid-link"),
    cycles_only("link-flow"),
    cycles_only("plaid-client"),
    cycles_only("plaid-emulator"),
    cycles_only("plaid-link"),
    cycles_only("plaid-types"),
];

const fn cycles_only(name: &'static str) -> Crate {
    Crate {
        name,
        layers: &[],
        upward: 0,
    }
}

#[test]
fn tidy_files_import_each_other_without_a_cycle() {
    let findings = CRATES.iter().flat_map(|one| {
        let cycles = Graph::read(one.name).cycles();
        cycles
            .into_iter()
            .map(|cycle| format!("{}: these files import each other:\n  {cycle}", one.name))
    });
    assert_none(&findings.collect::<Vec<_>>());
}

#[test]
fn tidy_imports_point_to_lower_layers() {
    let layered = CRATES.iter().filter(|one| !one.layers.is_empty());
    let findings = layered.flat_map(|one| {
        let graph = Graph::read(one.name);
        let mut findings = graph.outside_of(one.layers);
        let upward = graph.upward(one.layers);
        if upward.len() > one.upward {
            findings.push(format!(
                "{}: {} imports point up, {} may:\n  {}",
                one.name,
                upward.len(),
                one.upward,
                upward.join("\n  ")
            ));
        }
        findings
    });
    assert_none(&findings.collect::<Vec<_>>());
}
