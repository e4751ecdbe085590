//! Changes of one Item, one at a time.

use std::sync::Arc;

use connect_api::{ChangeKind, Item};
use plaid_types::{AccountId, ItemId};
use tokio::sync::OwnedMutexGuard;

use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::keyed_lock::KeyedLock;
use crate::store::Store;
use crate::user::UserId;

/// Gives out Items for editing.
#[derive(Debug)]
pub(crate) struct Edits {
    locks: KeyedLock<ItemId>,
    store: Arc<dyn Store>,
    changes: Arc<Changes>,
}

/// The exclusive right to edit an Item.
pub(crate) type EditLock = OwnedMutexGuard<()>;

/// An Item that is being edited: nobody else edits it meanwhile, and nothing is stored unless it is saved.
pub(crate) struct ItemEdit<'a> {
    pub(crate) item: Item,
    before: Item,
    user: &'a UserId,
    edits: &'a Edits,
    _lock: EditLock,
}

impl Edits {
    /// Creates the locks for the Items of a store.
    pub(crate) fn new(store: Arc<dyn Store>, changes: Arc<Changes>) -> Self {
        Self {
            locks: KeyedLock::default(),
            store,
            changes,
        }
    }

    /// Waits for an Item.
    pub(crate) async fn lock(&self, id: &ItemId) -> EditLock {
        self.locks.lock(id.clone()).await
    }

    /// Waits for an Item of a user, and reads it. Nobody waits for another user's Item, or holds it up.
    pub(crate) async fn begin<'a>(&'a self, user: &'a UserId, id: &ItemId) -> Result<ItemEdit<'a>> {
        self.read(user, id).await?;
        let lock = self.lock(id).await;
        let item = self.read(user, id).await?;
        Ok(self.edit(user, item, lock))
    }

    async fn read(&self, user: &UserId, id: &ItemId) -> Result<Item> {
        let item = self.store.item(user, id).await?;
        item.ok_or(Error::NotFound)
    }

    /// Edits an Item that was saved under this lock.
    pub(crate) fn edit<'a>(&'a self, user: &'a UserId, item: Item, lock: EditLock) -> ItemEdit<'a> {
        ItemEdit {
            before: item.clone(),
            item,
            user,
            edits: self,
            _lock: lock,
        }
    }
}

impl ItemEdit<'_> {
    /// Saves what changed, erases the data of removed accounts, and notifies the user's open pages.
    pub(crate) async fn save(self) -> Result<Item> {
        self.store_changes().await?;
        Ok(self.item)
    }

    /// Saves what changed, and records a repair.
    pub(crate) async fn save_repaired(
        self,
        at: Timestamp,
        accounts_selected: bool,
    ) -> Result<Item> {
        self.store_changes().await?;
        let store = &self.edits.store;
        store
            .record_repair(&self.item.id, at, accounts_selected)
            .await?;
        Ok(self.item)
    }

    async fn store_changes(&self) -> Result<()> {
        if self.item == self.before {
            return Ok(());
        }
        let Edits { store, changes, .. } = self.edits;
        let removed = self.removed_accounts();
        if !store.update_item(self.user, &self.item, &removed).await? {
            return Err(Error::NotFound);
        }
        changes.notify(self.user, &self.item.id, ChangeKind::Changed);
        Ok(())
    }

    fn removed_accounts(&self) -> Vec<AccountId> {
        let has = |id: &AccountId| self.item.accounts.iter().any(|left| left.account_id == *id);
        let before = self.before.accounts.iter();
        before
            .map(|account| account.account_id.clone())
            .filter(|id| !has(id))
            .collect()
    }
}
