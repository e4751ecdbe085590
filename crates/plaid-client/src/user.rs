use plaid_types::{Item, ItemId};
use serde::Deserialize;
use serde_json::json;

use crate::{Error, PlaidClient};

impl PlaidClient {
    /// The user at Plaid that stands for one of the app's: the same for the same name.
    ///
    /// Accounts that used this endpoint before 10 December 2025 get a `user_id` that does not begin with `usr_`, and have to
    /// name their users by a token instead, which this client does not do.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn user_create(&self, client_user_id: &str) -> Result<CreatedUser, Error> {
        let request = json!({ "client_user_id": client_user_id });
        self.call("/user/create", &request).await
    }

    /// The Items that a user connected with Link tokens that [named the user](crate::CreateLinkToken::user_id).
    ///
    /// # Errors
    ///
    /// Code `USER_NOT_FOUND` if there is no such user; see [`Error`].
    pub async fn user_items_get(&self, user_id: &str) -> Result<UserItems, Error> {
        self.call("/user/items/get", &json!({ "user_id": user_id }))
            .await
    }

    /// Ends Items of a user, as [`PlaidClient::item_remove`] does, without their access tokens: all of them or, if one is
    /// not the user's, none.
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
    /// Plaid's name for the user, as `usr_9nSp2KuZ2x4JDw`.
    pub user_id: String,
}

/// The Items of a user.
#[derive(Clone, Debug, Deserialize)]
pub struct UserItems {
    /// As `/item/get` shows them.
    pub items: Vec<Item>,
}
