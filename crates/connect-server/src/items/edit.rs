//! Changes of one Item. In this process they are made one at a time; a change by another process is noticed when this one is saved.

use std::sync::Arc;

use connect_api::{ChangeKind, Item};
use plaid_types::{AccountId, ItemId, PlaidError};
use tokio::sync::OwnedMutexGuard;

use super::merge::merge;
use crate::changes::Changes;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::keyed_lock::KeyedLock;
use crate::store::{Store, VersionedItem};
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

/// An Item that is being edited: nothing else in this process edits it meanwhile, and nothing is stored unless it is saved.
pub(crate) struct ItemEdit<'a> {
    pub(crate) item: Item,
    before: Item,
    version: i64,
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
        self.begin_locked(user, id, lock).await
    }

    /// Reads an Item under its lock.
    pub(crate) async fn begin_locked<'a>(
        &'a self,
        user: &'a UserId,
        id: &ItemId,
        lock: EditLock,
    ) -> Result<ItemEdit<'a>> {
        let VersionedItem { item, version, .. } = self.read(user, id).await?;
        Ok(ItemEdit {
            before: item.clone(),
            item,
            version,
            user,
            edits: self,
            _lock: lock,
        })
    }

    async fn read(&self, user: &UserId, id: &ItemId) -> Result<VersionedItem> {
        let item = self.store.versioned_item(user, id).await?;
        item.ok_or(Error::NotFound)
    }
}

impl ItemEdit<'_> {
    /// Saves what changed, erases the data of removed accounts, and notifies the user's open pages. An Item whose access token
    /// another process has erased is left as it is.
    pub(crate) async fn save(mut self) -> Result<Item> {
        self.store_changes().await?;
        Ok(self.item)
    }

    /// Saves what changed, and records a repair.
    pub(crate) async fn save_repaired(
        mut self,
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

    /// Erases the access token and the data of an Item that is gone at Plaid, for the reason that the error says.
    pub(crate) async fn erase(self, error: &PlaidError) -> Result<()> {
        let Edits { store, changes, .. } = self.edits;
        store
            .erase_access_token(self.user, &self.item.id, error)
            .await?;
        changes.notify(self.user, &self.item.id, ChangeKind::Changed);
        Ok(())
    }

    /// Saves the changes. If another process has changed the Item meanwhile, they are merged with its changes.
    async fn store_changes(&mut self) -> Result<()> {
        let Edits { store, changes, .. } = self.edits;
        while self.item != self.before {
            let removed = self.removed_accounts();
            let saved = store.update_item(self.user, &self.item, self.version, &removed);
            if saved.await? {
                changes.notify(self.user, &self.item.id, ChangeKind::Changed);
                return Ok(());
            }
            let current = self.edits.read(self.user, &self.item.id).await?;
            self.item = if current.has_access_token {
                merge(&self.before, &self.item, &current.item)
            } else {
                current.item.clone()
            };
            (self.before, self.version) = (current.item, current.version);
        }
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
