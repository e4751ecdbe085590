//! The endpoints of accounts.

use plaid_types::{Account, AccountId, Item};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::list::Lenient;
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
    /// Capital One (`ins_128026`) has no current balances of cards and loans, and requires the time of the oldest balance that is
    /// acceptable. All other institutions ignore it.
    ///
    /// # Errors
    ///
    /// Codes such as `ITEM_LOGIN_REQUIRED` if the Item is in an error, `LAST_UPDATED_DATETIME_OUT_OF_RANGE` if all balances are older; see
    /// [`Error`].
    pub async fn accounts_balance_get(
        &self,
        access_token: &AccessToken,
        oldest: Option<OffsetDateTime>,
    ) -> Result<Accounts, Error> {
        let mut request = json!({ "access_token": access_token.expose() });
        let oldest = oldest.map(|time| time.truncate_to_second().format(&Rfc3339));
        if let Some(Ok(oldest)) = oldest {
            request["options"] = json!({ "min_last_updated_datetime": oldest });
        }
        self.call("/accounts/balance/get", &request).await
    }
}

/// The accounts of an Item.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "RawAccounts")]
pub struct Accounts {
    /// The accounts that the user shares.
    pub accounts: Vec<Account>,
    /// The ids of shared accounts that cannot be read; `None` where not even the id can.
    pub unreadable: Vec<Option<AccountId>>,
    /// The Item of the accounts.
    pub item: Item,
}

#[derive(Deserialize)]
struct RawAccounts {
    accounts: Lenient<Account>,
    item: Item,
}

impl From<RawAccounts> for Accounts {
    fn from(raw: RawAccounts) -> Self {
        let unreadable = raw.accounts.unreadable.into_iter();
        Self {
            accounts: raw.accounts.readable,
            unreadable: unreadable.map(|id| id.map(AccountId::new)).collect(),
            item: raw.item,
        }
    }
}
