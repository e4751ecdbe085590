//! Forged webhooks, each with a key id of its own: only Plaid can tell that there is no such key.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::findings::Findings;
use super::genuine::Sender;
use super::users::Users;
use super::{Stage, attacker, during};
use crate::bench::load::Http;

/// The body of a forged webhook.
const BODY: &str = "{}";

/// Its digest.
const BODY_SHA256: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// The endpoint of Plaid that has the keys.
const KEYS: &str = "/webhook_verification_key/get";

/// The measurement of stored webhooks, and its label.
const STORED: &str = "connect_webhooks_total";
const OUTCOME: &str = "outcome=\"stored\"";

/// The lookups that a process may make at once of keys that it sees for the first time.
const NEW_KEYS: u64 = 60;

/// The lookups of all keys that a process may make at once, and in each second afterwards: two shares of 60 a minute.
const LOOKUPS: u64 = 120;
const LOOKUPS_PER_SECOND: u64 = 2;

/// How many requests an attacker sends from an address. An address may send 6000 in a minute.
const REQUESTS_OF_ADDRESS: u64 = 5000;

/// How long the attack may take to have an effect.
const DEADLINE: Duration = Duration::from_secs(20);

/// The pause between two genuine webhooks.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn round(stage: &Stage<'_>) -> Result<Findings> {
    let mut backend = stage.backend()?;
    let to = backend.at;
    let users = Users::who_try_again(to, stage.plaid);
    let plaid = Sender::new(stage.plaid, to)?;
    let webhooks = stage.size(15, 150);
    let flood = Flood::default();
    let begun = Instant::now();

    let attack = |stop: &AtomicBool| flood.send(to, stop);
    let connect = |stop: &AtomicBool| users.connect_until(stop);
    let (stored, lookups, first, accepted) = during(&[&attack, &attack, &connect], || {
        // The lookups of new keys are used up before the first genuine webhook.
        while backend.plaid_calls(KEYS)? < NEW_KEYS {
            if begun.elapsed() > DEADLINE {
                bail!(
                    "the forged webhooks are too unlike Plaid's: the backend does not look up their keys"
                );
            }
            thread::sleep(PAUSE);
        }
        plaid.fire(webhooks, PAUSE)?;
        let first = plaid.accepted_with_retries()?;
        let mut stored = backend.measurement(STORED, OUTCOME)?;
        let mut lookups = backend.plaid_calls(KEYS)?;
        backend.kill()?;
        backend.restart()?;
        plaid.fire(webhooks, PAUSE)?;
        // Without a retry: the backend knows the key.
        let accepted = plaid.accepted()?;
        stored += backend.measurement(STORED, OUTCOME)?;
        lookups += backend.plaid_calls(KEYS)?;
        Ok((stored, lookups, first, accepted))
    })?;

    let mut findings = Findings::new("forged webhooks, with a restart");
    findings.strength("forged webhooks", flood.sent());
    findings.at_most("forged ones accepted", flood.accepted(), 0, "");
    findings.all(
        "genuine ones accepted, if need be at another try",
        first,
        webhooks,
    );
    let after = accepted - first.min(accepted);
    findings.all(
        "genuine ones accepted after a restart, at the first try",
        after,
        plaid.fired() - webhooks,
    );
    findings.at_most(
        "stored ones that are not genuine",
        stored.abs_diff(accepted),
        0,
        "",
    );
    let limit = 2 * LOOKUPS + LOOKUPS_PER_SECOND * (begun.elapsed().as_secs() + 1);
    findings.at_most("lookups of keys at Plaid", lookups, limit, "");
    findings.users(&users);
    Ok(findings)
}

/// Counts forged webhooks.
#[derive(Default)]
pub(super) struct Flood {
    sent: AtomicU64,
    accepted: AtomicU64,
    addresses: AtomicU64,
}

impl Flood {
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Sends forged webhooks as fast as the backend answers.
    pub(super) fn send(&self, to: SocketAddr, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if self.send_from_one_address(to, stop).is_err() {
                // The backend is being restarted.
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    fn send_from_one_address(&self, to: SocketAddr, stop: &AtomicBool) -> Result<()> {
        let address = self.addresses.fetch_add(1, Ordering::Relaxed) % 250;
        let mut http = Http::connect_from(attacker(u16::try_from(address)?), to)?;
        for _ in 0..REQUESTS_OF_ADDRESS {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let signature = format!("Plaid-Verification: {}\r\n", forged_signature());
            let answer = http.send("POST", "/api/webhooks/plaid", &signature, BODY)?;
            self.sent.fetch_add(1, Ordering::Relaxed);
            if answer.is_success() {
                self.accepted.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}

/// A signature like Plaid's, with a key id that nobody has used before.
pub(super) fn forged_signature() -> String {
    let id = format!("{:032x}", rand::random::<u128>());
    let id = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
    let header = json!({ "alg": "ES256", "kid": id, "typ": "JWT" });
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    let claims = json!({ "iat": now, "request_body_sha256": BODY_SHA256 });
    let part = |value: &Value| BASE64.encode(value.to_string());
    let signature = BASE64.encode(rand::random::<[u8; 64]>());
    format!("{}.{}.{signature}", part(&header), part(&claims))
}
