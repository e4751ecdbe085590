//! The webhooks of `/sandbox/item/fire_webhook`, with the change of the Item that each reports.

use plaid_types::PlaidError;
use serde_json::json;

use super::{
    item::BankAccount,
    state::{State, World},
};
use crate::{
    error::{plaid_error, plaid_error_with_message},
    seed,
};

impl World {
    /// Changes the Item as the webhook reports, and sends the webhook.
    ///
    /// # Errors
    /// `SANDBOX_WEBHOOK_INVALID` when the Item has no webhook URL or the webhook is unknown,
    /// `SANDBOX_PRODUCT_NOT_ENABLED` when the webhook is about a product that the Item does not use.
    pub(crate) fn fire_webhook(
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
            return Err(plaid_error_with_message(
                "SANDBOX_WEBHOOK_INVALID",
                "the item has no webhook",
            ));
        }
        match (kind, code) {
            ("ITEM", "ERROR") => self.fail(item, plaid_error("ITEM_LOGIN_REQUIRED")),
            ("ITEM", "USER_PERMISSION_REVOKED") => self.fail(item, plaid_error(code)),
            ("ITEM", "LOGIN_REPAIRED") => {
                item.error = None;
                self.send_webhook(item, kind, code, json!({}));
            }
            ("ITEM", "PENDING_DISCONNECT") => self.announce_disconnect(timeline, item),
            ("ITEM", "NEW_ACCOUNTS_AVAILABLE") => {
                let new_account = seed::new_account();
                if !item
                    .accounts
                    .iter()
                    .any(|account| account.account.mask == new_account.mask)
                {
                    let account = new_account.account(ids.account());
                    item.accounts.push(BankAccount {
                        account,
                        shared: false,
                        transactions: None,
                    });
                }
                self.send_webhook(item, kind, code, json!({}));
            }
            ("ITEM", "USER_ACCOUNT_REVOKED") => {
                let revoked =
                    item.accounts
                        .iter_mut()
                        .find(|account| account.shared)
                        .map(|account| {
                            account.shared = false;
                            account.account.account_id.clone()
                        });
                self.send_webhook(item, kind, code, json!({ "account_id": revoked }));
            }
            ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE" | "DEFAULT_UPDATE") => {
                let ledger = ledgers.get(&id).filter(|_| item.uses("transactions"));
                let update = ledger
                    .ok_or_else(|| plaid_error("SANDBOX_PRODUCT_NOT_ENABLED"))?
                    .update;
                if code == "DEFAULT_UPDATE" {
                    self.send_webhook(item, kind, code, json!({ "new_transactions": 1 }));
                } else {
                    self.send_transactions_webhook(item, update);
                }
                self.simulate_activity(&mut state, &id);
            }
            ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE") if item.uses("transactions") => {
                let accounts: Vec<_> = item
                    .shared_accounts()
                    .map(|account| account.account_id.clone())
                    .collect();
                self.send_webhook(item, kind, code, json!({ "account_ids": accounts }));
            }
            ("TRANSACTIONS", "RECURRING_TRANSACTIONS_UPDATE") => {
                return Err(plaid_error("SANDBOX_PRODUCT_NOT_ENABLED"));
            }
            _ => return Err(plaid_error("SANDBOX_WEBHOOK_INVALID")),
        }
        Ok(())
    }
}
