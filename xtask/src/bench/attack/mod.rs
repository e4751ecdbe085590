//! Attacks on the backend from outside, and what its users see meanwhile. Each limit is a promise: a missed one fails the bench.

mod backend;
mod findings;
mod forged;
mod genuine;
mod held;
mod idle;
mod killed;
mod logs;
mod minted;
mod users;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use self::backend::Backend;
use self::findings::Findings;
use super::Effort;
use super::program::{Program, Programs};
use super::report::Table;
use crate::workspace::Workspace;

type Round = fn(&Stage<'_>) -> Result<Findings>;

const ROUNDS: [Round; 8] = [
    idle::from_one_address,
    idle::from_many_addresses,
    forged::round,
    minted::round,
    logs::of_one_session,
    logs::of_many_sessions,
    held::round,
    killed::round,
];

/// All rounds, one after the other, each with a backend of its own.
pub(crate) fn tables(workspace: &Workspace, effort: Effort) -> Result<Vec<Table>> {
    // An attacker has more connections than most systems allow a program at first.
    rlimit::increase_nofile_limit(u64::MAX).context("cannot open many sockets")?;
    let programs = Programs::build(workspace, effort)?;
    let plaid = programs.plaid()?;
    let stage = Stage {
        programs: &programs,
        plaid: &plaid,
        quick: effort.quick,
    };
    let mut table = Table::new(
        "Attacks",
        "Attackers and users share the machine with the backend, and each has an address of its own, behind no proxy. Users connect\n\
         banks meanwhile, without a second try unless the backend is killed. Genuine webhooks are sent by the offline Plaid.",
        &["attack", "figure", "", "limit", ""],
    );
    let mut missed = Vec::new();
    for round in ROUNDS {
        let findings = round(&stage)?;
        missed.extend(findings.missed());
        findings.add_to(&mut table);
    }
    if !missed.is_empty() {
        bail!(
            "the backend does not hold under attack:\n{}\n{}",
            missed.join("\n"),
            table.to_markdown()
        );
    }
    Ok(vec![table])
}

/// What every round needs.
struct Stage<'a> {
    programs: &'a Programs<'a>,
    plaid: &'a Program,
    quick: bool,
}

impl Stage<'_> {
    /// A figure of a quick run, or of a full one.
    fn size<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }

    fn seconds(&self, quick: u64, full: u64) -> Duration {
        Duration::from_secs(self.size(quick, full))
    }

    /// A backend with an empty database, whose system allows as many open files as this machine's.
    fn backend(&self) -> Result<Backend<'_>> {
        Backend::start(self.programs, self.plaid, None)
    }
}

/// Runs attackers and users in threads of their own, and `meanwhile` in this one. They are to end when it has ended.
fn during<T>(
    others: &[&(dyn Fn(&AtomicBool) + Sync)],
    meanwhile: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for other in others {
            scope.spawn(|| other(&stop));
        }
        let done = meanwhile();
        stop.store(true, Ordering::Relaxed);
        done
    })
}

/// The address of an attacker. On Linux, each of 127.0.0.0/8 is this machine's.
fn attacker(number: u16) -> IpAddr {
    let [high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, 0, high, low.saturating_add(2)).into()
}
