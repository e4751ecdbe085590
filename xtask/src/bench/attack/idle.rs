//! Sockets that send nothing, or half of a request's head: as many as the backend's system allows open files.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::backend::Backend;
use super::findings::Findings;
use super::users::Users;
use super::{Stage, attacker, during};
use crate::bench::load::stream_from;

/// The most files that the backend may open.
pub(super) const OPEN_FILES: u32 = 1024;

/// All but a few of them.
const SOCKETS: u16 = 1015;

/// How often an attacker looks for closed sockets.
const PAUSE: Duration = Duration::from_millis(100);

/// The pause after each new socket. Without it, the system's queue of new connections is full, and each waits for a second.
const BETWEEN_SOCKETS: Duration = Duration::from_micros(500);

/// How long an attack may take to have its full effect.
const DEADLINE: Duration = Duration::from_secs(20);

pub(super) fn from_one_address(stage: &Stage<'_>) -> Result<Findings> {
    round(stage, "one address", 1, 190)
}

pub(super) fn from_many_addresses(stage: &Stage<'_>) -> Result<Findings> {
    round(stage, "100 addresses", 100, 760)
}

/// `connections`: almost as many as the attackers are allowed, a quarter of three quarters of the files for an address.
fn round(stage: &Stage<'_>, attackers: &str, addresses: u16, connections: u64) -> Result<Findings> {
    let backend = Backend::start(stage.programs, stage.plaid, Some(OPEN_FILES))?;
    let users = Users::new(backend.at, stage.plaid);
    let lasting = stage.seconds(2, 20);
    let mut asked = 1;
    let mut ready = u64::from(backend.is_ready());
    let attack = |stop: &AtomicBool| hold_sockets(backend.at, addresses, stop);
    let connect = |stop: &AtomicBool| users.connect_until(stop);
    during(&[&attack, &connect, &connect], || {
        let begun = Instant::now();
        while backend.connections()? < connections {
            if begun.elapsed() > DEADLINE {
                bail!("the attackers do not reach {connections} connections");
            }
            thread::sleep(PAUSE);
        }
        let begun = Instant::now();
        while begun.elapsed() < lasting {
            asked += 1;
            ready += u64::from(backend.is_ready());
            thread::sleep(PAUSE);
        }
        Ok(())
    })?;
    asked += 1;
    ready += u64::from(backend.is_ready());
    let after = Users::new(backend.at, stage.plaid);
    after.connect_one();

    let mut findings = Findings::new(format!(
        "{SOCKETS} idle sockets of {attackers}, {OPEN_FILES} files"
    ));
    findings.users(&users);
    findings.all("`/readyz` answers", ready, asked);
    let connected = after.seen().connected.len() as u64;
    findings.all("banks connected afterwards", connected, 1);
    Ok(findings)
}

/// Keeps sockets open that send nothing.
pub(super) fn hold_sockets(to: SocketAddr, addresses: u16, stop: &AtomicBool) {
    keep_open(SOCKETS, stop, |number| open(to, number, addresses));
}

/// Keeps this number of sockets open, and opens those again that the backend has closed or answered.
pub(super) fn keep_open(count: u16, stop: &AtomicBool, open: impl Fn(u16) -> Result<TcpStream>) {
    let mut sockets: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
    while !stop.load(Ordering::Relaxed) {
        for (number, socket) in (0..).zip(&mut sockets) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if !socket.as_mut().is_some_and(is_open) {
                *socket = open(number).ok();
                thread::sleep(BETWEEN_SOCKETS);
            }
        }
        thread::sleep(PAUSE);
    }
}

fn open(to: SocketAddr, number: u16, addresses: u16) -> Result<TcpStream> {
    let mut socket = stream_from(attacker(number % addresses), to)?;
    if number.is_multiple_of(2) {
        socket.write_all(b"GET / HTTP/1.1\r\nHost: connect\r\n")?;
    }
    Ok(socket)
}

fn is_open(socket: &mut TcpStream) -> bool {
    let waits = |error: io::Error| error.kind() == ErrorKind::WouldBlock;
    socket.set_nonblocking(true).is_ok() && socket.read(&mut [0]).is_err_and(waits)
}
