//! An Item and its accounts.

use plaid_types::{
    Account, AccountId, InstitutionId, ItemId, PlaidError, PublicToken, link::LinkAccount,
};
use time::{Duration, OffsetDateTime};

use crate::seed::{AccountTemplate, TransactionTemplate};

/// An Item: one login at one institution.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) institution_id: InstitutionId,
    /// The id of the user that its Link token named.
    pub(crate) user_id: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    /// When the latest webhook was sent, and its code.
    pub(crate) last_webhook: Option<(OffsetDateTime, String)>,
    pub(crate) error: Option<PlaidError>,
    /// The time of the user's last sign-in.
    pub(crate) logged_in_at: OffsetDateTime,
    /// The lifetime of the user's consent, if it expires.
    pub(crate) consent: Option<Duration>,
    /// Every account of this login, shared with the host or not.
    pub(crate) accounts: Vec<BankAccount>,
}

/// An account at the bank.
#[derive(Clone, Debug)]
pub(crate) struct BankAccount {
    pub(crate) account: Account,
    /// Whether the user shared it with the host.
    pub(crate) shared: bool,
    /// The transactions of a custom user; `None` for the usual ones.
    pub(crate) transactions: Option<Vec<TransactionTemplate>>,
}

/// The input of `World::create_item`.
#[derive(Clone, Debug)]
pub(crate) struct NewItem {
    pub(crate) institution_id: InstitutionId,
    pub(crate) user_id: Option<String>,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    /// Every account of this login, and whether the user shares it.
    pub(crate) accounts: Vec<(AccountTemplate, bool)>,
}

/// The result of a successful Link session.
#[derive(Clone, Debug)]
pub(crate) struct CreatedItem {
    pub(crate) public_token: PublicToken,
    /// The shared accounts, as `onSuccess` reports them.
    pub(crate) accounts: Vec<LinkAccount>,
}

impl Item {
    pub(crate) fn consent_expires_at(&self) -> Option<OffsetDateTime> {
        self.consent.map(|consent| self.logged_in_at + consent)
    }

    pub(crate) fn uses(&self, product: &str) -> bool {
        self.products.iter().any(|used| used == product)
    }

    /// Returns the accounts that the user shares with the host.
    pub(crate) fn shared_accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts
            .iter()
            .filter(|account| account.shared)
            .map(|account| &account.account)
    }

    pub(super) fn belongs_to(&self, user_id: &str) -> bool {
        self.user_id.as_deref() == Some(user_id)
    }

    pub(super) fn shared_ids(&self) -> Vec<AccountId> {
        self.shared_accounts()
            .map(|account| account.account_id.clone())
            .collect()
    }
}
