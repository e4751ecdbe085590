//! The operations on public tokens and access tokens.

use std::collections::HashMap;

use plaid_types::{ItemId, PlaidError, PublicToken};
use time::{Duration, OffsetDateTime};

use super::{
    item::Item,
    public_token::PublicTokenRecord,
    state::{State, World},
};
use crate::error::{plaid_error, plaid_error_with_message};

/// The lifetime of a public token.
const LIFETIME: Duration = Duration::minutes(30);

impl World {
    /// Returns the Item of an access token, in an error or not.
    ///
    /// # Errors
    /// `INVALID_ACCESS_TOKEN` when the token is unknown, `ITEM_NOT_FOUND` when its Item was removed.
    pub(crate) fn item_of(&self, access_token: &str) -> Result<Item, PlaidError> {
        let state = self.state();
        let id = state.item_id(access_token)?;
        state
            .items
            .get(id)
            .cloned()
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))
    }

    /// Returns the Item of an access token, if it is not in an error.
    ///
    /// # Errors
    /// As [`World::item_of`], and the Item's own error.
    pub(crate) fn healthy_item_of(&self, access_token: &str) -> Result<Item, PlaidError> {
        let item = self.item_of(access_token)?;
        match item.error {
            Some(error) => Err(error),
            None => Ok(item),
        }
    }

    /// Exchanges a public token for an access token. A public token is exchanged once, unless `answer_again` is set.
    ///
    /// # Errors
    /// `INVALID_PUBLIC_TOKEN` when it is unknown, used, expired, or of update mode.
    pub(crate) fn exchange(&self, public_token: &str) -> Result<(ItemId, String), PlaidError> {
        if !public_token.starts_with("public-sandbox-") {
            return Err(malformed("INVALID_PUBLIC_TOKEN", "public"));
        }
        let now = self.clock.now();
        let mut state = self.state();
        let token = PublicToken::from(public_token);
        let record = state
            .public_tokens
            .remove(&token)
            .filter(|record| record.exchangeable)
            .ok_or_else(|| plaid_error("INVALID_PUBLIC_TOKEN"))?;
        if record.expires_at <= now {
            let message = "the public token has expired: it lives 30 minutes";
            return Err(plaid_error_with_message("INVALID_PUBLIC_TOKEN", message));
        }
        let access_token = match &record.exchanged {
            Some(access_token) => access_token.clone(),
            None => state.access_token(&record.item_id),
        };
        let item_id = record.item_id.clone();
        if state.answer_again {
            let exchanged = Some(access_token.clone());
            let record = PublicTokenRecord {
                exchanged,
                ..record
            };
            state.public_tokens.insert(token, record);
        }
        Ok((item_id, access_token))
    }

    /// Sets whether a public token can be exchanged again, for the same access token, until it expires.
    pub(crate) fn set_answer_again(&self, answer_again: bool) {
        self.state().answer_again = answer_again;
    }

    /// Returns the number of access tokens of each Item.
    pub(crate) fn access_token_counts(&self) -> HashMap<ItemId, usize> {
        let state = self.state();
        let mut counts: HashMap<_, _> = state.items.keys().map(|id| (id.clone(), 0)).collect();
        for id in state.access_tokens.values() {
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        counts
    }

    /// Replaces an access token with a new one. The old one becomes invalid.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn replace_access_token(&self, access_token: &str) -> Result<String, PlaidError> {
        let id = self.item_of(access_token)?.id;
        let mut state = self.state();
        state.access_tokens.remove(access_token);
        Ok(state.access_token(&id))
    }

    /// Removes the Item of an access token.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn remove_item(&self, access_token: &str) -> Result<(), PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        if state.remove(&id) {
            Ok(())
        } else {
            Err(plaid_error("ITEM_NOT_FOUND"))
        }
    }
}

impl State {
    /// Removes an Item; returns false if there is no such Item.
    pub(super) fn remove(&mut self, id: &ItemId) -> bool {
        self.ledgers.remove(id);
        self.items.remove(id).is_some()
    }

    pub(super) fn item_id(&self, access_token: &str) -> Result<&ItemId, PlaidError> {
        self.access_tokens.get(access_token).ok_or_else(|| {
            if access_token.starts_with("access-sandbox-") {
                plaid_error("INVALID_ACCESS_TOKEN")
            } else {
                malformed("INVALID_ACCESS_TOKEN", "access")
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
            exchanged: None,
        };
        self.public_tokens.insert(token.clone(), record);
        token
    }

    fn access_token(&mut self, item_id: &ItemId) -> String {
        let token = self.ids.token("access");
        self.access_tokens.insert(token.clone(), item_id.clone());
        token
    }
}

fn malformed(code: &str, kind: &str) -> PlaidError {
    plaid_error_with_message(
        code,
        format!("a token of this environment looks like {kind}-sandbox-<identifier>"),
    )
}
