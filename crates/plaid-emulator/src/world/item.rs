//! Items: one login at one institution, its accounts, and the tokens that open it.

use plaid_types::{
    Account, AccountId, InstitutionId, ItemId, PlaidError, PublicToken, link::LinkAccount,
};
use time::{Duration, OffsetDateTime};

use super::{SandboxInstitution, State, World};
use crate::{
    error::{plaid_error, plaid_error_saying},
    seed::AccountTemplate,
};

const PUBLIC_TOKEN: Duration = Duration::minutes(30);
/// After so long, a Sandbox Item asks for its user.
const LOGIN: Duration = Duration::days(30);

/// One login at one institution.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) institution_id: InstitutionId,
    pub(crate) username: String,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    pub(crate) error: Option<PlaidError>,
    /// When the user was last there.
    pub(crate) logged_in_at: OffsetDateTime,
    /// How long the user's consent lasts, at banks where it ends.
    pub(crate) consent: Option<Duration>,
    /// Every account that the bank holds for this login, shared with the host or not.
    pub(crate) accounts: Vec<BankAccount>,
}

/// An account at the bank.
#[derive(Clone, Debug)]
pub(crate) struct BankAccount {
    pub(crate) account: Account,
    /// Whether the user shared it with the host.
    pub(crate) shared: bool,
}

/// What it takes to make an Item.
#[derive(Clone, Debug)]
pub(crate) struct NewItem {
    pub(crate) institution_id: InstitutionId,
    pub(crate) username: String,
    pub(crate) products: Vec<String>,
    pub(crate) webhook: Option<String>,
    /// Every account that the bank holds for this login, and whether the user shares it.
    pub(crate) accounts: Vec<(AccountTemplate, bool)>,
}

/// What a finished Link session hands over.
#[derive(Clone, Debug)]
pub(crate) struct CreatedItem {
    pub(crate) item_id: ItemId,
    pub(crate) public_token: PublicToken,
    /// The accounts that are shared, as `onSuccess` shows them.
    pub(crate) accounts: Vec<LinkAccount>,
}

#[derive(Debug)]
pub(super) struct PublicTokenRecord {
    item_id: ItemId,
    expires_at: OffsetDateTime,
    /// Update mode's token opens nothing: there is nothing to exchange.
    exchangeable: bool,
}

impl Item {
    /// The Item as it is at that time.
    fn at(&self, now: OffsetDateTime) -> Self {
        let mut item = self.clone();
        if item.error.is_none() && item.logged_in_at + LOGIN <= now {
            item.error = Some(plaid_error("ITEM_LOGIN_REQUIRED"));
        }
        item
    }

    pub(crate) fn consent_expires_at(&self) -> Option<OffsetDateTime> {
        self.consent.map(|consent| self.logged_in_at + consent)
    }

    /// The accounts that the host may see.
    pub(crate) fn shared_accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts
            .iter()
            .filter(|held| held.shared)
            .map(|held| &held.account)
    }

    /// The same, as `onSuccess` shows them.
    pub(crate) fn link_accounts(&self) -> Vec<LinkAccount> {
        self.shared_accounts().map(link_account).collect()
    }
}

impl World {
    /// Makes an Item and the public token that is exchanged for its access token.
    pub(crate) fn create_item(&self, new: NewItem) -> CreatedItem {
        let now = self.clock.now();
        let consent = self
            .institutions
            .by_id(new.institution_id.as_str())
            .and_then(SandboxInstitution::consent);
        let mut state = self.state();
        let item_id = ItemId::new(state.ids.object());
        let accounts = new
            .accounts
            .into_iter()
            .map(|(template, shared)| BankAccount {
                account: template.account(AccountId::new(state.ids.object())),
                shared,
            })
            .collect();
        let item = Item {
            id: item_id.clone(),
            institution_id: new.institution_id,
            username: new.username,
            created_at: now,
            products: new.products,
            webhook: new.webhook,
            error: None,
            logged_in_at: now,
            consent,
            accounts,
        };
        let accounts = item.link_accounts();
        state.items.insert(item_id.clone(), item);
        drop(state);
        let public_token = self.public_token(&item_id, true);
        CreatedItem {
            item_id,
            public_token,
            accounts,
        }
    }

    /// Update mode ended well: heals the Item, and says which of its accounts are shared from now on.
    ///
    /// `None` leaves the selection as it was. Gives what `onSuccess` hands over; the token cannot be exchanged.
    pub(crate) fn repair_item(
        &self,
        id: &ItemId,
        selected: Option<&[AccountId]>,
    ) -> Result<CreatedItem, PlaidError> {
        let now = self.clock.now();
        let mut state = self.state();
        let item = state
            .items
            .get_mut(id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        item.error = None;
        item.logged_in_at = now;
        if let Some(selected) = selected {
            for held in &mut item.accounts {
                held.shared = selected.contains(&held.account.account_id);
            }
        }
        let accounts = item.link_accounts();
        drop(state);
        let public_token = self.public_token(id, false);
        Ok(CreatedItem {
            item_id: id.clone(),
            public_token,
            accounts,
        })
    }

    /// The Item of this id.
    pub(crate) fn item(&self, id: &ItemId) -> Option<Item> {
        let now = self.clock.now();
        self.state().items.get(id).map(|item| item.at(now))
    }

    /// The Item that an access token opens, broken or not.
    ///
    /// # Errors
    /// `INVALID_ACCESS_TOKEN` when nothing was ever opened by it, `ITEM_NOT_FOUND` when the Item was removed.
    pub(crate) fn item_of(&self, access_token: &str) -> Result<Item, PlaidError> {
        let now = self.clock.now();
        let state = self.state();
        let id = state.item_id(access_token)?;
        let item = state
            .items
            .get(id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        Ok(item.at(now))
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
            return Err(plaid_error_saying(
                "INVALID_PUBLIC_TOKEN",
                "a public token of this environment looks like public-sandbox-<identifier>",
            ));
        }
        let now = self.clock.now();
        let mut state = self.state();
        let record = state
            .public_tokens
            .remove(&PublicToken::from(public_token))
            .filter(|record| record.exchangeable)
            .ok_or_else(|| plaid_error("INVALID_PUBLIC_TOKEN"))?;
        if record.expires_at <= now {
            return Err(plaid_error_saying(
                "INVALID_PUBLIC_TOKEN",
                "the public token has expired: it lives 30 minutes",
            ));
        }
        let access_token = state.ids.token("access");
        state
            .access
            .insert(access_token.clone(), record.item_id.clone());
        Ok((record.item_id, access_token))
    }

    /// The Item is gone; its access token finds nothing from now on.
    ///
    /// # Errors
    /// As [`World::item_of`].
    pub(crate) fn remove_item(&self, access_token: &str) -> Result<(), PlaidError> {
        let mut state = self.state();
        let id = state.item_id(access_token)?.clone();
        let removed = state.items.remove(&id);
        removed
            .map(drop)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))
    }

    /// The Item fails with this error until it is repaired.
    pub(crate) fn break_item(&self, id: &ItemId, error: PlaidError) {
        if let Some(item) = self.state().items.get_mut(id) {
            item.error = Some(error);
        }
    }

    fn public_token(&self, item_id: &ItemId, exchangeable: bool) -> PublicToken {
        let expires_at = self.clock.now() + PUBLIC_TOKEN;
        let mut state = self.state();
        let token = PublicToken::new(state.ids.token("public"));
        let record = PublicTokenRecord {
            item_id: item_id.clone(),
            expires_at,
            exchangeable,
        };
        state.public_tokens.insert(token.clone(), record);
        token
    }
}

impl State {
    fn item_id(&self, access_token: &str) -> Result<&ItemId, PlaidError> {
        self.access.get(access_token).ok_or_else(|| {
            if access_token.starts_with("access-sandbox-") {
                plaid_error("INVALID_ACCESS_TOKEN")
            } else {
                plaid_error_saying(
                    "INVALID_ACCESS_TOKEN",
                    "an access token of this environment looks like access-sandbox-<identifier>",
                )
            }
        })
    }
}

fn link_account(account: &Account) -> LinkAccount {
    LinkAccount {
        id: Some(account.account_id.clone()),
        name: Some(account.name.clone()),
        mask: account.mask.clone(),
        kind: Some(account.kind.clone()),
        subtype: account.subtype.clone(),
        ..LinkAccount::default()
    }
}
