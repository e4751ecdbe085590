//! Floods of log lines: one address reports events of Link, another one sends requests as fast as it can.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;

use super::findings::Findings;
use super::users::Users;
use super::{Stage, attacker, during};
use crate::bench::load::Http;

/// The most events in a report.
const EVENTS: usize = 200;

/// The requests that both addresses may send at once, and in each second afterwards: 6000 a minute each.
const REQUESTS: u64 = 12_000;
const REQUESTS_PER_SECOND: u64 = 200;

/// What may be logged for each of them on average, in kB.
const LOGGED: u64 = 1;

/// The sessions of the address that reports events.
#[derive(Clone, Copy, PartialEq)]
enum Sessions {
    One,
    NewEachTime,
}

pub(super) fn of_one_session(stage: &Stage<'_>) -> Result<Findings> {
    round(stage, "events of Link and requests", Sessions::One)
}

pub(super) fn of_many_sessions(stage: &Stage<'_>) -> Result<Findings> {
    let attack = "events of Link, each report in a new session, and requests";
    round(stage, attack, Sessions::NewEachTime)
}

fn round(stage: &Stage<'_>, attack: &str, sessions: Sessions) -> Result<Findings> {
    let backend = stage.backend()?;
    let users = Users::new(backend.at, stage.plaid);
    let lasting = stage.seconds(3, 60);
    let before = backend.log_size()?;
    let (reports, requests) = (AtomicU64::new(0), AtomicU64::new(0));
    let report = |stop: &AtomicBool| {
        let _ = report_events(backend.at, sessions, &reports, stop);
    };
    let request = |stop: &AtomicBool| {
        let _ = send_requests(backend.at, &requests, stop);
    };
    let connect = |stop: &AtomicBool| users.connect_until(stop);
    let begun = Instant::now();
    during(&[&report, &request, &connect], || {
        thread::sleep(lasting);
        Ok(())
    })?;
    let logged = (backend.log_size()? - before) / 1000;
    let seconds = begun.elapsed().as_secs() + 1;

    let mut findings = Findings::new(attack);
    let events = reports.load(Ordering::Relaxed) * EVENTS as u64;
    findings.strength("events reported", events);
    findings.strength("requests", requests.load(Ordering::Relaxed));
    let limit = LOGGED * (REQUESTS + REQUESTS_PER_SECOND * seconds);
    let name = format!("log of {} s", lasting.as_secs());
    findings.at_most(&name, logged, limit, "kB");
    findings.users(&users);
    Ok(findings)
}

fn report_events(
    to: SocketAddr,
    sessions: Sessions,
    reports: &AtomicU64,
    stop: &AtomicBool,
) -> Result<()> {
    // As long as a body of 64 KiB allows.
    let long = "x".repeat(64);
    let event =
        json!({ "event_name": long, "metadata": { "view_name": long, "request_id": long } });
    let body = json!({ "events": vec![event; EVENTS] }).to_string();
    let mut http = Http::connect_from(attacker(0), to)?;
    let mut cookie = String::new();
    while !stop.load(Ordering::Relaxed) {
        if cookie.is_empty() || sessions == Sessions::NewEachTime {
            let session = http.send("GET", "/", "", "")?;
            let Some(new) = session.cookie else {
                // The address has used up its requests.
                continue;
            };
            cookie = format!("Cookie: {new}\r\n");
        }
        http.send("POST", "/api/link/events", &cookie, &body)
            .context("an answer to events")?;
        reports.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn send_requests(to: SocketAddr, requests: &AtomicU64, stop: &AtomicBool) -> Result<()> {
    let mut http = Http::connect_from(attacker(1), to)?;
    while !stop.load(Ordering::Relaxed) {
        http.send("GET", "/api/items", "", "")?;
        requests.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
