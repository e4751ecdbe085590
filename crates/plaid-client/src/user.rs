//! The endpoints of Plaid's users.

use plaid_types::{Item, ItemId};
use serde::Deserialize;
use serde_json::json;

use crate::list::readable;
use crate::{Error, PlaidClient};

impl PlaidClient {
    /// Creates the Plaid user of an app's user, or returns the existing one.
    ///
    /// Plaid accounts that used this endpoint before 10 December 2025 get a `user_id` without the prefix `usr_`. They must use
    /// user tokens, which this client does not support.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn user_create(&self, client_user_id: &str) -> Result<CreatedUser, Error> {
        let request = json!({ "client_user_id": client_user_id });
        self.call("/user/create", &request).await
    }

    /// Returns the Items of a user: those of Link tokens with this [`user_id`](crate::CreateLinkToken::user_id).
    ///
    /// # Errors
    ///
    /// Code `USER_NOT_FOUND` if there is no such user; see [`Error`].
    pub async fn user_items_get(&self, user_id: &str) -> Result<UserItems, Error> {
        self.call("/user/items/get", &json!({ "user_id": user_id }))
            .await
    }

    /// Removes Items of a user, as [`PlaidClient::item_remove`] does, without their access tokens.
    ///
    /// It removes all of them, or none if one is not the user's.
    ///
    /// # Errors
    ///
    /// Code `USER_NOT_FOUND` if there is no such user; see [`Error`].
    pub async fn user_items_remove(&self, user_id: &str, item_ids: &[ItemId]) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Removed {}

        let request = json!({ "user_id": user_id, "item_ids": item_ids });
        let Removed {} = self.call("/user/items/remove", &request).await?;
        Ok(())
    }
}

/// A user at Plaid.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatedUser {
    /// Plaid's id of the user, such as `usr_9nSp2KuZ2x4JDw`.
    pub user_id: String,
}

/// The Items of a user.
#[derive(Clone, Debug, Deserialize)]
pub struct UserItems {
    /// The Items, as in `/item/get`.
    #[serde(deserialize_with = "readable")]
    pub items: Vec<Item>,
}
