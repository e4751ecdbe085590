//! Users who connect banks while the backend is attacked, each from an address of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::backend::{PUBLIC_TOKEN, to_exchange};
use crate::bench::load::Http;
use crate::bench::program::{Program, to_plaid};

/// The pause after each user.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a user tries again, if at all.
const DEADLINE: Duration = Duration::from_secs(60);

/// The first address of users: 127.1.0.1.
const FIRST: u32 = 0x7f01_0001;

pub(super) struct Users<'a> {
    backend: SocketAddr,
    plaid: &'a Program,
    /// Whether a failed request is sent again, as the app does.
    tries_again: bool,
    count: AtomicU32,
    seen: Mutex<Seen>,
}

/// What users have seen.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) tried: u64,
    pub(super) connected: Vec<Connected>,
    pub(super) slowest: Duration,
    /// The first failure.
    pub(super) failure: Option<String>,
}

/// A user whose bank the backend has acknowledged.
pub(super) struct Connected {
    pub(super) cookie: String,
    pub(super) item: String,
}

impl<'a> Users<'a> {
    pub(super) fn new(backend: SocketAddr, plaid: &'a Program) -> Self {
        Self {
            backend,
            plaid,
            tries_again: false,
            count: AtomicU32::new(0),
            seen: Mutex::default(),
        }
    }

    /// Users who send a failed request again until it succeeds.
    pub(super) fn who_try_again(backend: SocketAddr, plaid: &'a Program) -> Self {
        Self {
            tries_again: true,
            ..Self::new(backend, plaid)
        }
    }

    /// Connects banks of one user after the other.
    pub(super) fn connect_until(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            self.connect_one();
            thread::sleep(PAUSE);
        }
    }

    /// Connects a bank of a new user.
    pub(super) fn connect_one(&self) {
        let begun = Instant::now();
        let connected = self.connect();
        let took = begun.elapsed();
        let mut seen = self.seen();
        seen.tried += 1;
        seen.slowest = seen.slowest.max(took);
        match connected {
            Ok(connected) => seen.connected.push(connected),
            Err(error) => {
                seen.failure.get_or_insert(format!("{error:#}"));
            }
        }
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Connected> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let from = IpAddr::from(Ipv4Addr::from(FIRST + number));
        let until = Instant::now() + DEADLINE;
        let call = |method, path, cookie: &str, body: &str| loop {
            let http = Http::connect_from(from, self.backend);
            match http.and_then(|mut http| http.call(method, path, cookie, body)) {
                Err(_) if self.tries_again && Instant::now() < until => thread::sleep(PAUSE),
                answer => return answer,
            }
        };
        let session = call("GET", "/", "", "")?;
        let cookie = session.cookie.context("a visitor gets a session")?;
        let body = to_plaid(PUBLIC_TOKEN);
        let made = self
            .plaid
            .call("POST", "/sandbox/public_token/create", "", &body)?;
        let made: Value = serde_json::from_str(&made.body)?;
        let exchange = to_exchange(&made["public_token"]);
        let item = call("POST", "/api/items", &cookie, &exchange)?;
        let item: Value = serde_json::from_str(&item.body)?;
        let item = item["id"].as_str().context("an Item has an id")?.to_owned();
        Ok(Connected { cookie, item })
    }
}
