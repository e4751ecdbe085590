use plaid_types::{Item, ItemId, PublicToken};
use serde::Deserialize;
use serde_json::json;

use crate::{AccessToken, Error, PlaidClient};

impl PlaidClient {
    /// Turns what Link handed over into the access token of a new Item.
    ///
    /// # Errors
    ///
    /// Code `INVALID_PUBLIC_TOKEN` if the token is unknown, expired or used up; see [`Error`].
    pub async fn item_public_token_exchange(
        &self,
        public_token: &PublicToken,
    ) -> Result<Exchanged, Error> {
        let request = json!({ "public_token": public_token });
        self.call("/item/public_token/exchange", &request).await
    }

    /// How an Item is. Answers even when the Item is broken: its `error` says so.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn item_get(&self, access_token: &AccessToken) -> Result<ItemState, Error> {
        let request = json!({ "access_token": access_token.expose() });
        self.call("/item/get", &request).await
    }

    /// Ends an Item: its access token is dead afterwards.
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

/// A new Item and the token that opens it.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchanged {
    /// Opens the Item: keep it encrypted, and never send it to a browser.
    pub access_token: AccessToken,
    /// Plaid's name for the Item.
    pub item_id: ItemId,
}

/// An Item as `/item/get` answers it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ItemState {
    /// The Item.
    pub item: Item,
}
