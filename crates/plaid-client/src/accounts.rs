//! The endpoints of accounts.

use plaid_types::{Account, Item};
use serde::Deserialize;
use serde_json::json;

use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// Returns the accounts of an Item, with cached balances.
    ///
    /// # Errors
    ///
    /// Codes such as `ITEM_LOGIN_REQUIRED` if the Item is in an error; see [`Error`].
    pub async fn accounts_get(&self, access_token: &AccessToken) -> Result<Accounts, Error> {
        let request = json!({ "access_token": access_token.expose() });
        self.call("/accounts/get", &request).await
    }

    /// Returns the accounts of an Item, with balances from the bank. This takes seconds, sometimes many.
    ///
    /// # Errors
    ///
    /// Codes such as `ITEM_LOGIN_REQUIRED` if the Item is in an error; see [`Error`].
    pub async fn accounts_balance_get(
        &self,
        access_token: &AccessToken,
    ) -> Result<Accounts, Error> {
        let request = json!({ "access_token": access_token.expose() });
        self.call("/accounts/balance/get", &request).await
    }
}

/// The accounts of an Item.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Accounts {
    /// The accounts that the user shares.
    pub accounts: Vec<Account>,
    /// The Item of the accounts.
    pub item: Item,
}
