//! Identifiers and tokens in the shapes that Plaid gives them.

use rand::{RngExt as _, SeedableRng as _, distr::Alphanumeric, rngs::StdRng};

/// One seed, one sequence.
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

    /// `link-sandbox-<uuid>` and its relatives.
    pub(super) fn token(&mut self, kind: &str) -> String {
        format!("{kind}-sandbox-{}", self.uuid())
    }

    /// An Item's or an account's id: 37 letters and digits.
    pub(super) fn object(&mut self) -> String {
        self.letters(37)
    }

    /// A transaction's id and others of their length.
    pub(super) fn letters(&mut self, count: usize) -> String {
        (&mut self.0)
            .sample_iter(Alphanumeric)
            .take(count)
            .map(char::from)
            .collect()
    }
}
