//! Webhooks whose last byte never comes: the backend must not keep their bodies in memory.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Result;

use super::findings::Findings;
use super::forged::forged_signature;
use super::genuine::Sender;
use super::idle::{hold_sockets, keep_open};
use super::users::Users;
use super::{Stage, attacker, during};
use crate::bench::load::stream_from;

const CONNECTIONS: u16 = 300;

/// What is sent of each body: almost the most that a webhook may have, 512 KiB.
const SENT: usize = 511 * 1024;

/// By how much the memory may grow, in MB.
const GROWTH: u64 = 64;

/// How long a stop may take, in milliseconds: ten seconds for requests under way, and two to close the database.
const STOP_MS: u64 = 12_000;

/// How long an attacker waits for the backend to read.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause between two genuine webhooks.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn round(stage: &Stage<'_>) -> Result<Findings> {
    let mut backend = stage.backend()?;
    let to = backend.at;
    let users = Users::new(to, stage.plaid);
    users.connect_one();
    let plaid = Sender::new(stage.plaid, to)?;
    // With the first one the backend learns the key.
    plaid.fire(1, PAUSE)?;
    plaid.accepted_with_retries()?;
    let webhooks = stage.size(30, 150);

    let before = backend.memory()?;
    let bodies = |stop: &AtomicBool| hold_bodies(to, stop);
    let sockets = |stop: &AtomicBool| hold_sockets(to, 1, stop);
    let (peak, accepted, stopped) = during(&[&bodies, &sockets], || {
        let connect = |stop: &AtomicBool| users.connect_until(stop);
        let (peak, accepted) = during(&[&connect], || {
            let mut peak = before;
            for _ in 0..webhooks {
                plaid.fire(1, PAUSE)?;
                peak = peak.max(backend.memory()?);
            }
            Ok((peak, plaid.accepted()?))
        })?;
        Ok((peak, accepted, backend.stop()))
    })?;

    let mut findings = Findings::new(format!(
        "{CONNECTIONS} webhooks of {} KiB without their last byte",
        SENT / 1024
    ));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "memory in MB"
    )]
    let grown = (peak - before).ceil() as u64;
    findings.at_most("growth of the memory", grown, GROWTH, "MB");
    findings.all("genuine ones accepted", accepted, plaid.fired());
    findings.users(&users);
    let stopped = u64::try_from(stopped.as_millis())?;
    findings.at_most("time to stop meanwhile", stopped, STOP_MS, "ms");
    Ok(findings)
}

/// Keeps bodies under way, and begins those again that the backend has ended.
pub(super) fn hold_bodies(to: SocketAddr, stop: &AtomicBool) {
    let part = vec![b' '; SENT];
    keep_open(CONNECTIONS, stop, |_| begin_body(to, &part));
}

fn begin_body(to: SocketAddr, part: &[u8]) -> Result<TcpStream> {
    let mut socket = stream_from(attacker(1), to)?;
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    let head = format!(
        "POST /api/webhooks/plaid HTTP/1.1\r\nHost: connect\r\nPlaid-Verification: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        forged_signature(),
        part.len() + 1
    );
    socket.write_all(head.as_bytes())?;
    socket.write_all(part)?;
    Ok(socket)
}
