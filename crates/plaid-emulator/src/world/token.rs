//! The tokens that lead to an Item: a public token, once, and then an access token until it is taken back.

use plaid_types::{ItemId, PlaidError, PublicToken};
use time::{Duration, OffsetDateTime};

use super::{Item, State, World};
use crate::error::{plaid_error, plaid_error_saying};

const LIFETIME: Duration = Duration::minutes(30);

#[derive(Debug)]
pub(super) struct PublicTokenRecord {
    item_id: ItemId,
    expires_at: OffsetDateTime,
    exchangeable: bool,
}

impl World {
    /// The Item that an access token opens, broken or not.
    ///
    /// # Errors
    /// `INVALID_ACCESS_TOKEN` when it opens nothing, `ITEM_NOT_FOUND` when its Item was removed.
    pub(crate) fn item_of(&self, access_token: &str) -> Result<Item, PlaidError> {
        let state = self.state();
        let id = state.item_id(access_token)?;
        state
            .items
            .get(id)
            .cloned()
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))
    }

    /// The Item that an access token opens.
    ///
    /// # Errors
    /// As [`World::item_of`], and the Item's own error when it is broken.
    pub(crate) fn healthy_item_of(&self, access_token: &str) -> Result<Item, PlaidError> {
        let item = self.item_of(access_token)?;
        match item.error {
            Some(error) => Err(error),
            None => Ok(item),
        }
    }

    /// Gives the access token for a public token, which is used up by that.
    ///
    /// # Errors
    /// `INVALID_PUBLIC_TOKEN` when it is unknown, used, expired, or of update mode.
    pub(crate) fn exchange(&self, public_token: &str) -> Result<(ItemId, String), PlaidError> {
        if !public_token.starts_with("public-sandbox-") {
            return Err(misshapen("INVALID_PUBLIC_TOKEN", "public"));
        }
        let now = self.clock.now();
        let mut state = self.state();
        let record = state
            .public_tokens
            .remove(&PublicToken::from(public_token))
            .filter(|record| record.exchangeable)
            .ok_or_else(|| plaid_error("INVALID_PUBLIC_TOKEN"))?;
        if record.expires_at <= now {
            let message = "the public token has expired: it lives 30 minutes";
            return Err(plaid_error_saying("INVALID_PUBLIC_TOKEN", message));
        }
        let access_token = state.access_token(&record.item_id);
        Ok((record.item_id, access_token))
    }

    /// Gives a new access token for an old one, which is dead from now on.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn invalidate(&self, access_token: &str) -> Result<String, PlaidError> {
        let id = self.item_of(access_token)?.id;
        let mut state = self.state();
        state.access.remove(access_token);
        Ok(state.access_token(&id))
    }

    /// The Item is gone; its access token finds nothing from now on.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn remove_item(&self, access_token: &str) -> Result<(), PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        state.ledgers.remove(&id);
        let removed = state.items.remove(&id);
        removed
            .map(drop)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))
    }
}

impl State {
    pub(super) fn item_id(&self, access_token: &str) -> Result<&ItemId, PlaidError> {
        self.access.get(access_token).ok_or_else(|| {
            if access_token.starts_with("access-sandbox-") {
                plaid_error("INVALID_ACCESS_TOKEN")
            } else {
                misshapen("INVALID_ACCESS_TOKEN", "access")
            }
        })
    }

    pub(super) fn public_token(
        &mut self,
        item_id: &ItemId,
        now: OffsetDateTime,
        exchangeable: bool,
    ) -> PublicToken {
        let token = PublicToken::new(self.ids.token("public"));
        let record = PublicTokenRecord {
            item_id: item_id.clone(),
            expires_at: now + LIFETIME,
            exchangeable,
        };
        self.public_tokens.insert(token.clone(), record);
        token
    }

    fn access_token(&mut self, item_id: &ItemId) -> String {
        let token = self.ids.token("access");
        self.access.insert(token.clone(), item_id.clone());
        token
    }
}

fn misshapen(code: &str, kind: &str) -> PlaidError {
    plaid_error_saying(
        code,
        format!("a token of this environment looks like {kind}-sandbox-<identifier>"),
    )
}
