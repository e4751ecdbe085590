//! The tokens that lead to an Item: a public token, once, and then an access token until it is taken back.

use std::collections::HashMap;

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
    /// What it was exchanged for, where it may be exchanged again.
    exchanged: Option<String>,
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

    /// Gives the access token for a public token, which is used up by that, unless it was said to answer again.
    ///
    /// # Errors
    /// `INVALID_PUBLIC_TOKEN` when it is unknown, used, expired, or of update mode.
    pub(crate) fn exchange(&self, public_token: &str) -> Result<(ItemId, String), PlaidError> {
        if !public_token.starts_with("public-sandbox-") {
            return Err(misshapen("INVALID_PUBLIC_TOKEN", "public"));
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
            return Err(plaid_error_saying("INVALID_PUBLIC_TOKEN", message));
        }
        let access_token = match &record.exchanged {
            Some(before) => before.clone(),
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

    /// Whether a public token that was exchanged gives the same access token again, for as long as it lives.
    pub(crate) fn set_answer_again(&self, answer_again: bool) {
        self.state().answer_again = answer_again;
    }

    /// Every Item that is not removed, and how many access tokens open it.
    pub(crate) fn access_tokens(&self) -> HashMap<ItemId, usize> {
        let state = self.state();
        let mut counts: HashMap<_, _> = state.items.keys().map(|id| (id.clone(), 0)).collect();
        for id in state.access.values() {
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        counts
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
        if state.remove(&id) {
            Ok(())
        } else {
            Err(plaid_error("ITEM_NOT_FOUND"))
        }
    }
}

impl State {
    /// The Item is gone; false when it was gone before.
    pub(super) fn remove(&mut self, id: &ItemId) -> bool {
        self.ledgers.remove(id);
        self.items.remove(id).is_some()
    }

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
            exchanged: None,
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
