//! The operations on Items: creation, repair, failure, and the URL of their webhooks.

use plaid_types::{Account, AccountId, ItemId, PlaidError, link::LinkAccount};
use time::OffsetDateTime;

use super::{
    item::{BankAccount, CreatedItem, Item, NewItem},
    ledger::Ledger,
    state::{State, World},
};
use crate::{error::plaid_error, seed::SandboxInstitution};

impl World {
    /// Creates an Item and the public token that is exchanged for its access token.
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
        self.schedule_login_expiry(timeline, &item);
        if item.uses("transactions") {
            ledgers.insert(item.id.clone(), Ledger::new(now.date()));
            self.schedule_transactions(timeline, &item.id);
        }
        let id = item.id.clone();
        items.insert(id.clone(), item);
        state.created_item(&id, now, true)
    }

    /// Completes update mode: clears the Item's error, and shares the selected accounts instead of the present ones.
    ///
    /// `None` keeps the selection. The public token of the result cannot be exchanged.
    ///
    /// # Errors
    /// `ITEM_NOT_FOUND` when the Item was removed.
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
        self.schedule_login_expiry(timeline, item);
        if let Some(selected) = selected {
            let before = item.shared_ids();
            for account in &mut item.accounts {
                account.shared = selected.contains(&account.account.account_id);
            }
            self.reselect_transactions(&mut state, id, &before);
        }
        Ok(state.created_item(id, now, false))
    }

    /// Returns the Item with this id.
    pub(crate) fn item(&self, id: &ItemId) -> Option<Item> {
        self.state().items.get(id).cloned()
    }

    /// Puts the Item into this error until it is repaired, and notifies the host.
    pub(crate) fn break_item(&self, id: &ItemId, error: PlaidError) {
        if let Some(item) = self.state().items.get_mut(id) {
            self.fail(item, error);
        }
    }

    /// Replaces the URL of the Item's webhooks, or removes it, and sends an acknowledgement to the new URL.
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
        self.send_webhook(item, "ITEM", "WEBHOOK_UPDATE_ACKNOWLEDGED", more);
        Ok(item.clone())
    }
}

impl State {
    /// Creates the result of a Link session. In update mode the public token is not exchangeable.
    fn created_item(
        &mut self,
        id: &ItemId,
        now: OffsetDateTime,
        exchangeable: bool,
    ) -> CreatedItem {
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
