//! Webhooks that the offline Plaid signs and sends.

use std::cell::Cell;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::program::{Program, to_plaid};

/// How long webhooks may take to arrive.
const DEADLINE: Duration = Duration::from_secs(30);

/// An Item at Plaid that has news for the backend.
pub(super) struct Sender<'a> {
    plaid: &'a Program,
    access_token: String,
    fired: Cell<u64>,
}

impl<'a> Sender<'a> {
    pub(super) fn new(plaid: &'a Program, backend: SocketAddr) -> Result<Self> {
        let item = format!(
            "\"institution_id\":\"ins_109508\",\"initial_products\":[\"auth\"],\
             \"options\":{{\"webhook\":\"http://{backend}/api/webhooks/plaid\"}}"
        );
        let made = ask(plaid, "/sandbox/public_token/create", &item)?;
        let public_token = format!("\"public_token\":{}", made["public_token"]);
        let exchanged = ask(plaid, "/item/public_token/exchange", &public_token)?;
        let access_token = exchanged["access_token"].as_str();
        Ok(Self {
            plaid,
            access_token: access_token.context("an access token")?.to_owned(),
            fired: Cell::new(0),
        })
    }

    /// Sends webhooks, each after the one before and a pause.
    pub(super) fn fire(&self, count: u64, pause: Duration) -> Result<()> {
        for _ in 0..count {
            let code = match self.fired.get() % 2 {
                0 => "ERROR",
                _ => "LOGIN_REPAIRED",
            };
            let fields = format!(
                "\"access_token\":\"{}\",\"webhook_code\":\"{code}\"",
                self.access_token
            );
            ask(self.plaid, "/sandbox/item/fire_webhook", &fields)?;
            self.fired.set(self.fired.get() + 1);
            thread::sleep(pause);
        }
        Ok(())
    }

    /// How many webhooks were sent.
    pub(super) fn fired(&self) -> u64 {
        self.fired.get()
    }

    /// How many webhooks the backend has accepted. Those that are under way are waited for.
    pub(super) fn accepted(&self) -> Result<u64> {
        let asked = Instant::now();
        loop {
            let (attempted, accepted) = self.attempts()?;
            if attempted >= self.fired.get() {
                return Ok(accepted);
            }
            if asked.elapsed() > DEADLINE {
                bail!(
                    "the offline Plaid sent {attempted} of {} webhooks",
                    self.fired.get()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the backend has accepted every webhook, and moves Plaid's clock to the next retry if it has refused one.
    /// Returns how many it has accepted.
    pub(super) fn accepted_with_retries(&self) -> Result<u64> {
        let asked = Instant::now();
        loop {
            let accepted = self.accepted()?;
            if accepted >= self.fired.get() || asked.elapsed() > DEADLINE {
                return Ok(accepted);
            }
            let minute = json!({ "seconds": 60 }).to_string();
            self.plaid
                .call("POST", "/emulator/clock/advance", "", &minute)?;
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// How many webhooks were attempted for the first time, and how many were accepted at any time.
    fn attempts(&self) -> Result<(u64, u64)> {
        let answer = self.plaid.call("GET", "/emulator/webhooks", "", "")?;
        let answer: Value = serde_json::from_str(&answer.body)?;
        let attempts = answer["attempts"].as_array().context("a list")?;
        let count = |name: &str, value: u64| {
            let attempts = attempts.iter().filter(|attempt| attempt[name] == value);
            attempts.count() as u64
        };
        Ok((count("attempt", 1), count("status", 200)))
    }
}

fn ask(plaid: &Program, path: &str, fields: &str) -> Result<Value> {
    let answer = plaid.call("POST", path, "", &to_plaid(fields))?;
    Ok(serde_json::from_str(&answer.body)?)
}
