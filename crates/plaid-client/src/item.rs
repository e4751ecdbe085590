//! The endpoints of Items.

use plaid_types::{Item, ItemId, PublicToken};
use serde::Deserialize;
use serde_json::json;

use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// Exchanges a public token for the access token of a new Item.
    ///
    /// # Errors
    ///
    /// Code `INVALID_PUBLIC_TOKEN` if the token is unknown, expired or used already; see [`Error`].
    pub async fn item_public_token_exchange(
        &self,
        public_token: &PublicToken,
    ) -> Result<Exchanged, Error> {
        let request = json!({ "public_token": public_token });
        self.call("/item/public_token/exchange", &request).await
    }

    /// Returns the state of an Item. If the Item is in an error, this call succeeds and `error` is set.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn item_get(&self, access_token: &AccessToken) -> Result<ItemState, Error> {
        let request = json!({ "access_token": access_token.expose() });
        self.call("/item/get", &request).await
    }

    /// Removes an Item. Its access token becomes invalid.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn item_remove(&self, access_token: &AccessToken) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Removed {}

        let request = json!({ "access_token": access_token.expose() });
        let Removed {} = self.call("/item/remove", &request).await?;
        Ok(())
    }
}

/// A new Item and its access token.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchanged {
    /// The access token. Store it encrypted, and never send it to a browser.
    pub access_token: AccessToken,
    /// The id of the Item.
    pub item_id: ItemId,
}

/// The response of `/item/get`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ItemState {
    /// The Item.
    pub item: Item,
}
