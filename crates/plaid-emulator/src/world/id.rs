//! Ids and tokens in Plaid's formats.

use std::sync::atomic::{AtomicU64, Ordering};

use plaid_types::{AccountId, ItemId, RequestId};
use rand::{RngExt as _, SeedableRng as _, distr::Alphanumeric, rngs::StdRng};

/// A generator of ids, deterministic from its seed.
#[derive(Debug)]
pub(super) struct Ids(StdRng);

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub(super) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.0.random())
            .into_uuid()
            .to_string()
    }

    /// Creates a token such as `link-sandbox-<uuid>`.
    pub(super) fn token(&mut self, kind: &str) -> String {
        format!("{kind}-sandbox-{}", self.uuid())
    }

    pub(super) fn item(&mut self) -> ItemId {
        ItemId::new(self.long_id())
    }

    pub(super) fn account(&mut self) -> AccountId {
        AccountId::new(self.long_id())
    }

    pub(super) fn transaction(&mut self) -> String {
        self.long_id()
    }

    /// Creates `usr_` and 14 letters and digits.
    pub(super) fn user(&mut self) -> String {
        format!("usr_{}", self.alphanumeric(14))
    }

    /// Creates 37 letters and digits.
    fn long_id(&mut self) -> String {
        self.alphanumeric(37)
    }

    fn alphanumeric(&mut self, number: usize) -> String {
        (&mut self.0)
            .sample_iter(Alphanumeric)
            .take(number)
            .map(char::from)
            .collect()
    }
}

/// A generator of request ids. Every response has one, so it needs no lock.
#[derive(Debug)]
pub(super) struct RequestIds {
    seed: u64,
    created: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            created: AtomicU64::new(0),
        }
    }

    pub(super) fn reset(&self) {
        self.created.store(0, Ordering::Relaxed);
    }

    /// Creates 15 letters and digits.
    pub(super) fn next(&self) -> RequestId {
        let number = self.created.fetch_add(1, Ordering::Relaxed);
        let low = scrambled(self.seed ^ scrambled(number));
        let high = scrambled(low);
        let mut bits = u128::from(high) << 64 | u128::from(low);
        let id: String = (0..15)
            .map(|_| {
                let digit = (bits % 62) as usize;
                bits /= 62;
                char::from(DIGITS[digit])
            })
            .collect();
        RequestId::new(id)
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The output function of the generator `SplitMix64`, a bijection.
fn scrambled(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
