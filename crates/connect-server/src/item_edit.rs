use connect_api::{ChangeKind, Item};
use plaid_types::{AccountId, ItemId};
use tokio::sync::OwnedMutexGuard;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::error::{Error, Result};

/// An Item while it is being changed: nobody else changes it meanwhile, and nothing is kept unless it is saved.
pub(crate) struct ItemEdit<'a> {
    pub(crate) item: Item,
    before: Item,
    user: &'a UserId,
    backend: &'a Backend,
    _alone: OwnedMutexGuard<()>,
}

impl<'a> ItemEdit<'a> {
    /// Waits for the Item, and reads it.
    pub(crate) async fn begin(backend: &'a Backend, user: &'a UserId, id: &ItemId) -> Result<Self> {
        let alone = backend.edits.lock(id.clone()).await;
        let item = backend.store.item(user, id).await?.ok_or(Error::NotFound)?;
        Ok(Self::of(backend, user, item, alone))
    }

    /// An Item as it was saved by who has it for themselves since before.
    pub(crate) fn of(
        backend: &'a Backend,
        user: &'a UserId,
        item: Item,
        alone: OwnedMutexGuard<()>,
    ) -> Self {
        Self {
            before: item.clone(),
            item,
            user,
            backend,
            _alone: alone,
        }
    }

    /// Keeps what changed, erases what is known of accounts that are gone, and tells the user's open pages.
    pub(crate) async fn save(self) -> Result<Item> {
        self.keep().await?;
        Ok(self.item)
    }

    /// The same after its user was in Link for it, or the bank healed it by itself.
    pub(crate) async fn save_repaired(self, at: &str, accounts_chosen: bool) -> Result<Item> {
        self.keep().await?;
        let store = &self.backend.store;
        store
            .note_repair(&self.item.id, at, accounts_chosen)
            .await?;
        Ok(self.item)
    }

    async fn keep(&self) -> Result<()> {
        if self.item != self.before {
            let store = &self.backend.store;
            if !store
                .update_item(self.user, &self.item, &self.gone())
                .await?
            {
                return Err(Error::NotFound);
            }
            self.backend
                .changes
                .tell(self.user, &self.item.id, ChangeKind::Changed);
        }
        Ok(())
    }

    /// The accounts that it had before.
    fn gone(&self) -> Vec<AccountId> {
        let has = |id: &AccountId| self.item.accounts.iter().any(|left| left.account_id == *id);
        let before = self.before.accounts.iter();
        before
            .map(|account| account.account_id.clone())
            .filter(|id| !has(id))
            .collect()
    }
}
