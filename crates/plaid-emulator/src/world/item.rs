//! Items: one login at one institution, and its accounts.

use plaid_types::{
    Account, AccountId, InstitutionId, ItemId, PlaidError, PublicToken, link::LinkAccount,
};
use time::{Duration, OffsetDateTime};

use super::{SandboxInstitution, State, World, ledger::Ledger};
use crate::{
    error::plaid_error,
    seed::{AccountTemplate, TransactionTemplate},
};

/// After so long, a Sandbox Item asks for its user, unless its bank has a consent that ends.
pub(super) const LOGIN: Duration = Duration::days(30);

/// One login at one institution.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) institution_id: InstitutionId,
    /// Whose it is, where the host told.
    pub(crate) user_id: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    /// When the latest webhook was sent, and its code.
    pub(crate) last_webhook: Option<(OffsetDateTime, String)>,
    pub(crate) error: Option<PlaidError>,
    /// When the user was last there.
    pub(crate) logged_in_at: OffsetDateTime,
    /// How long the user's consent lasts, at banks where it ends.
    pub(crate) consent: Option<Duration>,
    /// Every account that the bank holds for this login, shared with the host or not.
    pub(crate) accounts: Vec<BankAccount>,
}

/// An account at the bank.
#[derive(Clone, Debug)]
pub(crate) struct BankAccount {
    pub(crate) account: Account,
    /// Whether the user shared it with the host.
    pub(crate) shared: bool,
    /// All that happens on it, where its user says so; else what always does.
    pub(crate) transactions: Option<Vec<TransactionTemplate>>,
}

/// What it takes to make an Item.
#[derive(Clone, Debug)]
pub(crate) struct NewItem {
    pub(crate) institution_id: InstitutionId,
    pub(crate) user_id: Option<String>,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    /// Every account that the bank holds for this login, and whether the user shares it.
    pub(crate) accounts: Vec<(AccountTemplate, bool)>,
}

/// What a finished Link session hands over.
#[derive(Clone, Debug)]
pub(crate) struct CreatedItem {
    pub(crate) public_token: PublicToken,
    /// The accounts that are shared, as `onSuccess` shows them.
    pub(crate) accounts: Vec<LinkAccount>,
}

impl Item {
    pub(crate) fn consent_expires_at(&self) -> Option<OffsetDateTime> {
        self.consent.map(|consent| self.logged_in_at + consent)
    }

    pub(crate) fn uses(&self, product: &str) -> bool {
        self.products.iter().any(|used| used == product)
    }

    /// The accounts that the host may see.
    pub(crate) fn shared_accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts
            .iter()
            .filter(|held| held.shared)
            .map(|held| &held.account)
    }

    fn shared_ids(&self) -> Vec<AccountId> {
        self.shared_accounts()
            .map(|account| account.account_id.clone())
            .collect()
    }
}

impl World {
    /// Makes an Item and the public token that is exchanged for its access token.
    pub(crate) fn create_item(&self, new: NewItem) -> CreatedItem {
        let now = self.clock.now();
        let bank = self.institutions.by_id(new.institution_id.as_str());
        let mut state = self.state();
        let State {
            ids,
            items,
            ledgers,
            timeline,
            ..
        } = &mut *state;
        let accounts = new
            .accounts
            .into_iter()
            .map(|(mut template, shared)| BankAccount {
                transactions: template.transactions.take(),
                account: template.account(ids.account()),
                shared,
            });
        let accounts = accounts.collect();
        let item = Item {
            id: ids.item(),
            institution_id: new.institution_id,
            user_id: new.user_id,
            created_at: now,
            products: new.products,
            webhook: new.webhook,
            last_webhook: None,
            error: None,
            logged_in_at: now,
            consent: bank.and_then(SandboxInstitution::consent),
            accounts,
        };
        self.plan_login(timeline, &item);
        if item.uses("transactions") {
            ledgers.insert(item.id.clone(), Ledger::new(now.date()));
            self.plan_transactions(timeline, &item.id);
        }
        let id = item.id.clone();
        items.insert(id.clone(), item);
        state.hand_over(&id, now, true)
    }

    /// Update mode ended well: heals the Item, and says which of its accounts are shared from now on.
    ///
    /// `None` leaves the selection as it was. Gives what `onSuccess` hands over; the token cannot be exchanged.
    ///
    /// # Errors
    /// `ITEM_NOT_FOUND` when it was removed meanwhile.
    pub(crate) fn repair_item(
        &self,
        id: &ItemId,
        selected: Option<&[AccountId]>,
    ) -> Result<CreatedItem, PlaidError> {
        let now = self.clock.now();
        let mut state = self.state();
        let State {
            items, timeline, ..
        } = &mut *state;
        let item = items
            .get_mut(id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        item.error = None;
        item.logged_in_at = now;
        self.plan_login(timeline, item);
        if let Some(selected) = selected {
            let before = item.shared_ids();
            for held in &mut item.accounts {
                held.shared = selected.contains(&held.account.account_id);
            }
            self.reselect_transactions(&mut state, id, &before);
        }
        Ok(state.hand_over(id, now, false))
    }

    /// The Item of this id.
    pub(crate) fn item(&self, id: &ItemId) -> Option<Item> {
        self.state().items.get(id).cloned()
    }

    /// The Item fails with this error until it is repaired, and the host hears of it.
    pub(crate) fn break_item(&self, id: &ItemId, error: PlaidError) {
        if let Some(item) = self.state().items.get_mut(id) {
            self.fail(item, error);
        }
    }

    /// Webhooks go to this URL from now on, or nowhere; the URL hears of it. Gives the Item.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn set_webhook(
        &self,
        access_token: &str,
        webhook: Option<String>,
    ) -> Result<Item, PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        let item = state
            .items
            .get_mut(&id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        let more = serde_json::json!({ "new_webhook_url": webhook });
        item.webhook = webhook;
        self.tell(item, "ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED", more);
        Ok(item.clone())
    }
}

impl State {
    /// What `onSuccess` hands over. Update mode's token cannot be exchanged: the host has its access token.
    fn hand_over(&mut self, id: &ItemId, now: OffsetDateTime, exchangeable: bool) -> CreatedItem {
        CreatedItem {
            public_token: self.public_token(id, now, exchangeable),
            accounts: self
                .items
                .get(id)
                .map(|item| item.shared_accounts().map(link_account).collect())
                .unwrap_or_default(),
        }
    }
}

fn link_account(account: &Account) -> LinkAccount {
    LinkAccount {
        id: Some(account.account_id.clone()),
        name: Some(account.name.clone()),
        mask: account.mask.clone(),
        kind: Some(account.kind.clone()),
        subtype: account.subtype.clone(),
        ..LinkAccount::default()
    }
}
