//! A backend that is killed at random moments while it is attacked: no acknowledged bank is lost, and none exists twice.

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::backend::Backend;
use super::findings::Findings;
use super::forged::Flood;
use super::held::hold_bodies;
use super::idle::{OPEN_FILES, hold_sockets};
use super::users::{Connected, Users};
use super::{Stage, during};
use crate::bench::load::Http;
use crate::bench::program::Program;

/// The longest time between a start and the next kill, and between a kill and the next start, in milliseconds.
const ALIVE_MS: u64 = 1500;
const DEAD_MS: u64 = 200;

pub(super) fn round(stage: &Stage<'_>) -> Result<Findings> {
    let mut backend = Backend::start(stage.programs, stage.plaid, Some(OPEN_FILES))?;
    let to = backend.at;
    let users = Users::who_try_again(to, stage.plaid);
    let kills: u64 = stage.size(5, 40);
    let flood = Flood::default();
    let sockets = |stop: &AtomicBool| hold_sockets(to, 1, stop);
    let forge = |stop: &AtomicBool| flood.send(to, stop);
    let bodies = |stop: &AtomicBool| hold_bodies(to, stop);
    let connect = |stop: &AtomicBool| users.connect_until(stop);
    // The users end first: the last of them try again while the attackers are still there.
    during(&[&sockets, &forge, &bodies], || {
        during(&[&connect, &connect, &connect], || {
            for _ in 0..kills {
                thread::sleep(random_up_to(ALIVE_MS));
                backend.kill()?;
                thread::sleep(random_up_to(DEAD_MS));
                backend.restart()?;
            }
            Ok(())
        })
    })?;

    let (mut kept, mut twice) = (0, items_with_two_tokens(stage.plaid)?);
    for connected in &users.seen().connected {
        let items = items(&backend, connected)?;
        kept += u64::from(items.contains(&connected.item));
        twice += u64::from(items.len() > 1);
    }
    let mut findings = Findings::new("all of these, and `kill -9` at random");
    findings.strength("kills", kills);
    let acknowledged = users.seen().connected.len() as u64;
    findings.all("acknowledged banks there at the end", kept, acknowledged);
    findings.at_most("banks that exist twice", twice, 0, "");
    findings.at_most("forged webhooks accepted", flood.accepted(), 0, "");
    findings.users(&users);
    Ok(findings)
}

fn random_up_to(milliseconds: u64) -> Duration {
    Duration::from_millis(rand::random_range(0..milliseconds))
}

/// The ids of a user's Items.
fn items(backend: &Backend<'_>, user: &Connected) -> Result<Vec<String>> {
    let list = Http::connect(backend.at)?.call("GET", "/api/items", &user.cookie, "")?;
    let list: Value = serde_json::from_str(&list.body)?;
    let items = list["items"].as_array().context("a list of Items")?;
    let ids = items.iter().filter_map(|item| item["id"].as_str());
    Ok(ids.map(str::to_owned).collect())
}

/// How many Items at Plaid have more than one access token.
fn items_with_two_tokens(plaid: &Program) -> Result<u64> {
    let answer = plaid.call("GET", "/emulator/items", "", "")?;
    let answer: Value = serde_json::from_str(&answer.body)?;
    let items = answer["items"].as_array().context("a list of Items")?;
    let twice = items
        .iter()
        .filter(|item| item["access_tokens"].as_u64() > Some(1));
    Ok(twice.count() as u64)
}
