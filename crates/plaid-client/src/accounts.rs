use plaid_types::{Account, Item};
use serde::Deserialize;
use serde_json::json;

use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// The accounts of an Item, with the balances that Plaid last saw.
    ///
    /// # Errors
    ///
    /// Code `ITEM_LOGIN_REQUIRED` and its relatives if the Item is broken; see [`Error`].
    pub async fn accounts_get(&self, access_token: &AccessToken) -> Result<Accounts, Error> {
        let request = json!({ "access_token": access_token.expose() });
        self.call("/accounts/get", &request).await
    }

    /// The accounts of an Item, with balances fetched from the bank now. Slow: seconds, at times many.
    ///
    /// # Errors
    ///
    /// Code `ITEM_LOGIN_REQUIRED` and its relatives if the Item is broken; see [`Error`].
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
    /// Those that the user chose to share.
    pub accounts: Vec<Account>,
    /// The Item they belong to.
    pub item: Item,
}
