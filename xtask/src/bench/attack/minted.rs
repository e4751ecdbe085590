//! One address whose visitors never come back: pages without a cookie, then Link tokens of many new sessions.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result};

use super::findings::Findings;
use super::users::Users;
use super::{Stage, attacker, during};
use crate::bench::load::Http;

/// What a visitor without a cookie requests: a session is offered, but must not be stored.
const PATHS: [&str; 3] = ["/", "/wp-login", "/api/session"];

const VISITORS: u64 = 24;
const TOKENS_OF_VISITOR: u64 = 50;

/// The growth of the database that does not depend on the number of visitors, in kB.
const GROWTH: u64 = 64;

/// The Link tokens that one address may ask of Plaid in a minute, and how many more in each second afterwards:
/// a quarter of `CONNECT_PLAID_RATE_LIMIT`.
const TOKENS: u64 = 300;
const TOKENS_PER_SECOND: u64 = 5;

pub(super) fn round(stage: &Stage<'_>) -> Result<Findings> {
    let backend = stage.backend()?;
    let pages = stage.size(2000, 6000);
    let before = backend.database_size();
    let mut http = Http::connect_from(attacker(0), backend.at)?;
    for path in PATHS.iter().cycle().take(pages) {
        http.send("GET", path, "", "")?;
    }
    let grown = backend.database_size().saturating_sub(before) / 1000;

    let users = Users::new(backend.at, stage.plaid);
    let begun = Instant::now();
    let connect = |stop: &AtomicBool| users.connect_until(stop);
    during(&[&connect, &connect], || {
        // An address of its own: the pages have used up the requests of the first.
        let mut http = Http::connect_from(attacker(1), backend.at)?;
        for _ in 0..VISITORS {
            let session = http.call("GET", "/", "", "")?;
            let cookie = session.cookie.context("a visitor gets a session")?;
            let cookie = format!("Cookie: {cookie}\r\n");
            for _ in 0..TOKENS_OF_VISITOR {
                http.send("POST", "/api/link/tokens", &cookie, "{}")?;
            }
        }
        // Users come after the attack, too.
        users.connect_one();
        Ok(())
    })?;
    let asked = backend.plaid_calls("/link/token/create")?;

    let mut findings = Findings::new("visitors without a cookie, and Link tokens of new visitors");
    findings.strength("requests without a cookie", pages as u64);
    findings.at_most("growth of the database", grown, GROWTH, "kB");
    findings.strength("Link tokens requested", VISITORS * TOKENS_OF_VISITOR);
    let limit = TOKENS + TOKENS_PER_SECOND * (begun.elapsed().as_secs() + 1);
    findings.at_most("Link tokens created at Plaid", asked, limit, "");
    findings.users(&users);
    Ok(findings)
}
