//! Items: one login at one institution, its accounts, and the tokens that open it.

use plaid_types::{
    Account, AccountId, InstitutionId, ItemId, LinkToken, PlaidError, PublicToken,
    link::LinkAccount,
};
use time::{Duration, OffsetDateTime};

use super::World;
use crate::{error::plaid_error, seed::AccountTemplate};

const PUBLIC_TOKEN: Duration = Duration::minutes(30);

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
    /// The Link token that it came by, unless it was made by `/sandbox/public_token/create`.
    pub(crate) link_token: Option<LinkToken>,
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
        let mut state = self.state();
        let item = state
            .items
            .get_mut(id)
            .ok_or_else(|| plaid_error("ITEM_NOT_FOUND"))?;
        item.error = None;
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
        self.state().items.get(id).cloned()
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
