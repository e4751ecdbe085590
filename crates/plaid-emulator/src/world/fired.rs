//! Webhooks that `/sandbox/item/fire_webhook` asks for. They come true: the Item is afterwards as they say.

use plaid_types::PlaidError;
use serde_json::json;

use super::{BankAccount, State, World};
use crate::{
    error::{plaid_error, plaid_error_saying},
    seed,
};

impl World {
    /// Lets the Item become what the webhook says, and sends it.
    ///
    /// # Errors
    /// `SANDBOX_WEBHOOK_INVALID` when the Item has no URL for webhooks or there is no such webhook,
    /// `SANDBOX_PRODUCT_NOT_ENABLED` when it is about a product that the Item does not use.
    pub(crate) fn fire(
        &self,
        access_token: &str,
        kind: &str,
        code: &str,
    ) -> Result<(), PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        let State {
            ids,
            items,
            ledgers,
            timeline,
            ..
        } = &mut *state;
        let item = items
            .get_mut(&id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        if item.webhook.is_none() {
            return Err(plaid_error_saying(
                "SANDBOX_WEBHOOK_INVALID",
                "the item has no webhook",
            ));
        }
        match (kind, code) {
            ("ITEM", "ERROR") => self.fail(item, plaid_error("ITEM_LOGIN_REQUIRED")),
            ("ITEM", "USER_PERMISSION_REVOKED") => self.fail(item, plaid_error(code)),
            ("ITEM", "LOGIN_REPAIRED") => {
                item.error = None;
                self.tell(item, kind, code, json!({}));
            }
            ("ITEM", "PENDING_DISCONNECT") => self.announce_disconnect(timeline, item),
            ("ITEM", "NEW_ACCOUNTS_AVAILABLE") => {
                let opened = seed::account_opened_later();
                if !item
                    .accounts
                    .iter()
                    .any(|held| held.account.mask == opened.mask)
                {
                    let account = opened.account(ids.account());
                    item.accounts.push(BankAccount {
                        account,
                        shared: false,
                        transactions: None,
                    });
                }
                self.tell(item, kind, code, json!({}));
            }
            ("ITEM", "USER_ACCOUNT_REVOKED") => {
                let revoked = item
                    .accounts
                    .iter_mut()
                    .find(|held| held.shared)
                    .map(|held| {
                        held.shared = false;
                        held.account.account_id.clone()
                    });
                self.tell(item, kind, code, json!({ "account_id": revoked }));
            }
            ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE" | "DEFAULT_UPDATE") => {
                let ledger = ledgers.get(&id).filter(|_| item.uses("transactions"));
                let update = ledger
                    .ok_or_else(|| plaid_error("SANDBOX_PRODUCT_NOT_ENABLED"))?
                    .update;
                if code == "DEFAULT_UPDATE" {
                    self.tell(item, kind, code, json!({ "new_transactions": 1 }));
                } else {
                    self.tell_of_transactions(item, update);
                }
                self.new_activity(&mut state, &id);
            }
            ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE") if item.uses("transactions") => {
                let accounts: Vec<_> = item
                    .shared_accounts()
                    .map(|account| account.account_id.clone())
                    .collect();
                self.tell(item, kind, code, json!({ "account_ids": accounts }));
            }
            ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE") => {
                return Err(plaid_error("SANDBOX_PRODUCT_NOT_ENABLED"));
            }
            _ => return Err(plaid_error("SANDBOX_WEBHOOK_INVALID")),
        }
        Ok(())
    }
}
