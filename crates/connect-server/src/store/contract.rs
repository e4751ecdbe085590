//! What every store promises: a trait for each subject.

use std::fmt;

use async_trait::async_trait;
use connect_api::{Item, Transaction};
use plaid_client::WebhookKey;
use plaid_types::{AccountId, InstitutionId, ItemId, PlaidError, TransactionId};

use super::digest::Digest;
use super::error::Result;
use super::vault::{KeyId, Place};
use crate::clock::Timestamp;
use crate::user::UserId;

/// Everything that is stored, in one database.
#[async_trait]
pub trait Store:
    Sessions
    + Items
    + PublicTokens
    + LinkTokens
    + Webhooks
    + Transactions
    + VaultKeys
    + fmt::Debug
    + Send
    + Sync
{
    /// Succeeds if data can be read and written. It is checked at most once every few seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unready`](super::StoreError::Unready) with the reason.
    async fn ping(&self) -> Result<()>;

    /// Waits until nothing can be written any more, so that the process must be restarted.
    async fn failed(&self);

    /// Writes pending data and closes the database.
    async fn close(&self);

    /// Returns a number that changes whenever another process has written.
    async fn external_version(&self) -> Result<i64>;

    /// Returns the rows that wait for a job.
    async fn queues(&self, now: Timestamp) -> Result<Vec<Queue>>;

    /// Deletes sessions and Link tokens that expired before `now`, and webhooks, their keys and public tokens from before `old`.
    async fn delete_expired(&self, now: Timestamp, old: Timestamp) -> Result<()>;

    /// Examines the users that follow `after` in the order of their ids, at most `limit`, and deletes the idle ones with their
    /// sessions and public tokens: those created before a time, without an Item, and without a token of which an Item may come.
    /// Returns the last one that it examined, or `None` at the end.
    async fn delete_idle_users(
        &self,
        created_before: Timestamp,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Option<UserId>>;
}

/// Rows that wait for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name, such as `webhooks`.
    pub name: &'static str,
    /// How many rows wait.
    pub length: i64,
    /// How long the oldest has waited, in seconds.
    pub oldest: i64,
}

/// Users, and the sessions of their browsers.
#[async_trait]
pub trait Sessions {
    /// Creates a session, unless there is one already, and its user if there is none yet.
    async fn create_session(
        &self,
        session: &Digest,
        user: &UserId,
        expires_at: Timestamp,
    ) -> Result<()>;

    /// Returns the state of a session. A session that has ended is known by the visitor whom it made a user.
    async fn session(
        &self,
        session: &Digest,
        visitor: &UserId,
        now: Timestamp,
    ) -> Result<SessionState>;

    /// Ends a session.
    async fn end_session(&self, session: &Digest) -> Result<()>;

    /// Ends every session of a user.
    async fn end_sessions(&self, user: &UserId) -> Result<()>;
}

/// The state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// The session of this user.
    Active(UserId),
    /// Nothing is stored about the session.
    New,
    /// The session has expired, or its user has signed out.
    Ended,
}

/// Items and their access tokens.
#[async_trait]
pub trait Items {
    /// Saves an Item, its sealed access token, the connection of the claimed public token to it, and the time from which its
    /// transactions are to be fetched, if they are: all or nothing.
    ///
    /// An Item that the user already has is replaced. An Item of another user is a [`StoreError::Foreign`](super::StoreError::Foreign).
    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
        sync_at: Option<Timestamp>,
    ) -> Result<()>;

    /// Saves a changed Item, and erases the transactions of its removed accounts. False if the Item has not this version any
    /// more, has no access token, or is not the user's.
    ///
    /// If no account is removed, a power failure within the next moment may undo the change: Plaid can be asked again.
    async fn update_item(
        &self,
        user: &UserId,
        item: &Item,
        version: i64,
        removed_accounts: &[AccountId],
    ) -> Result<bool>;

    /// Returns every Item of a user, newest first.
    async fn items(&self, user: &UserId) -> Result<Vec<Item>>;

    /// Returns an Item of a user.
    async fn item(&self, user: &UserId, id: &ItemId) -> Result<Option<Item>>;

    /// Returns an Item of a user that is to be changed.
    async fn versioned_item(&self, user: &UserId, id: &ItemId) -> Result<Option<VersionedItem>>;

    /// Returns the user whose Item this is.
    async fn owner(&self, id: &ItemId) -> Result<Option<UserId>>;

    /// Returns Items with an access token that were not checked since a time: the oldest first, those that never were before all. They
    /// count as checked at `claimed_at`, so that no other process takes them.
    async fn items_to_check(
        &self,
        before: Timestamp,
        claimed_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OwnedItem>>;

    /// Records when Plaid was asked for the state of an Item.
    ///
    /// A power failure within the next moment may undo it.
    async fn mark_checked(&self, id: &ItemId, at: Timestamp) -> Result<()>;

    /// Returns when an Item was last repaired.
    async fn repairs(&self, id: &ItemId) -> Result<Repairs>;

    /// Records a repair of an Item, and whether its user selected its accounts. Earlier times than the recorded ones have no
    /// effect.
    async fn record_repair(
        &self,
        id: &ItemId,
        at: Timestamp,
        accounts_selected: bool,
    ) -> Result<()>;

    /// Returns the sealed access token of a user's Item, unless it is erased.
    async fn access_token(&self, user: &UserId, id: &ItemId) -> Result<Option<Vec<u8>>>;

    /// Erases the access token, the accounts and the transactions of an Item, and keeps the Item as failing with this error. It
    /// cannot be updated any more.
    async fn erase_access_token(
        &self,
        user: &UserId,
        id: &ItemId,
        error: &PlaidError,
    ) -> Result<()>;

    /// Erases an Item, its access token and its transactions. False if the user has no such Item.
    async fn remove_item(&self, user: &UserId, id: &ItemId) -> Result<bool>;
}

/// Public tokens, from the claim before their exchange to their end.
#[async_trait]
pub trait PublicTokens {
    /// Claims a public token for a user before it is exchanged. Only one public token of a user is exchanged at a time.
    ///
    /// The claim outlives the process. A power failure within the next moment may undo it.
    async fn claim(&self, user: &UserId, request: &ClaimRequest<'_>) -> Result<Claim>;

    /// Extends the user's claim to another time, also that of a declined token.
    async fn extend_claim(&self, user: &UserId, request: &ClaimRequest<'_>) -> Result<()>;

    /// Returns the exchanges whose claim expired before a time; every exchange that has not ended, without one.
    async fn interrupted_exchanges(
        &self,
        expired_before: Option<Timestamp>,
    ) -> Result<Vec<InterruptedExchange>>;

    /// Marks a claimed token as declined: it is exchanged only if its user asks again.
    async fn decline(&self, user: &UserId, public_token: &Digest) -> Result<()>;

    /// Returns whether a claimed token was claimed a second time.
    async fn is_retried(&self, public_token: &Digest) -> Result<bool>;

    /// Deletes the claim of a token that proved to be invalid. False if the token was claimed a second time or has ended: then
    /// the claim stays.
    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<bool>;

    /// Marks a claimed token as lost: it was exchanged, but nobody received the access token.
    async fn mark_lost(&self, token: &LostToken) -> Result<()>;

    /// Marks a token as expired: nobody submitted it in time. A claimed token is left as it is.
    async fn mark_expired(&self, token: &LostToken, now: Timestamp) -> Result<()>;

    /// Returns the tokens with an orphaned Item that may be removed now, ordered by user.
    async fn orphans(&self, now: Timestamp) -> Result<Vec<LostToken>>;

    /// Postpones the removal of orphaned Items.
    async fn postpone_removal(&self, tokens: &[LostToken], until: Timestamp) -> Result<()>;

    /// Records that these tokens have no orphaned Item any more.
    async fn orphans_removed(&self, tokens: &[LostToken]) -> Result<()>;

    /// Returns whether a public token has ended: it became an Item, is lost, or has expired.
    async fn is_settled(&self, public_token: &Digest) -> Result<bool>;

    /// Returns whether a public token of this user is being exchanged.
    async fn is_exchanging(&self, user: &UserId) -> Result<bool>;
}

/// Link tokens that were created, until nothing can come of them.
#[async_trait]
pub trait LinkTokens {
    /// Stores a Link token, unless it is stored already. Of the tokens of a user, the newest [`LINK_TOKENS_OF_USER`] are kept.
    ///
    /// It outlives the process. A power failure within the next moment may lose it.
    async fn add_link_token(&self, token: &StoredLinkToken) -> Result<()>;

    /// Returns the Link tokens of a user.
    async fn link_tokens_of(&self, user: &UserId) -> Result<Vec<StoredLinkToken>>;

    /// Returns a Link token by its digest.
    async fn link_token(&self, digest: &Digest) -> Result<Option<StoredLinkToken>>;

    /// Returns the Link tokens that are due before a time, or all without one, and makes them due again at `next`.
    async fn due_link_tokens(
        &self,
        due_before: Option<Timestamp>,
        next: Timestamp,
    ) -> Result<Vec<StoredLinkToken>>;

    /// Makes a Link token due at another time.
    async fn reschedule_link_token(&self, digest: &Digest, at: Timestamp) -> Result<()>;

    /// Deletes a Link token.
    async fn delete_link_token(&self, digest: &Digest) -> Result<()>;
}

/// Webhooks, from their receipt until they are applied.
#[async_trait]
pub trait Webhooks {
    /// Stores received webhooks and marks others as applied: all or nothing.
    ///
    /// A webhook is skipped if one with the same signature was never returned as due: that one covers both. After that it may be
    /// another event of the same second, and is stored, up to 16 times.
    async fn store_webhooks(&self, received: &[ReceivedWebhook], applied: &[i64]) -> Result<()>;

    /// Returns the oldest webhooks that are due, in the order of their receipt. Those that are not marked as applied are due
    /// again at `retry_at`.
    async fn due_webhooks(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingWebhook>>;

    /// Returns the keys with which Plaid signs webhooks, as far as they are known.
    async fn webhook_keys(&self) -> Result<Vec<WebhookKey>>;

    /// Stores a key, or replaces it.
    ///
    /// A power failure within the next moment may undo it: Plaid can be asked again.
    async fn save_webhook_key(&self, key: &WebhookKey) -> Result<()>;

    /// Deletes a key.
    async fn delete_webhook_key(&self, kid: &str) -> Result<()>;
}

/// The transactions of Items, and how far they are fetched.
#[async_trait]
pub trait Transactions {
    /// Schedules a sync of an Item's transactions. Nothing happens if there is no such Item, or no access token for it.
    async fn schedule_sync(&self, item: &ItemId, at: Timestamp) -> Result<()>;

    /// Returns Items whose sync is due. Those whose sync is not finished are due again at `retry_at`.
    async fn due_syncs(
        &self,
        now: Timestamp,
        retry_at: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueSync>>;

    /// Returns how far an Item's transactions are fetched.
    async fn sync_position(&self, item: &ItemId) -> Result<Option<SyncPosition>>;

    /// Saves a page and the next cursor: all or nothing. False if the page does not begin at the stored cursor, because another
    /// process was faster, accounts were removed, or the Item is gone.
    ///
    /// The last page of a rebuild replaces all transactions of the Item by those of the rebuild.
    async fn save_page(&self, user: &UserId, item: &ItemId, page: &SyncPage) -> Result<bool>;

    /// Deletes what the unfinished run of pages has added, and goes back to its first cursor.
    async fn restart_sync(&self, item: &ItemId) -> Result<()>;

    /// Begins to fetch all transactions once more, without a cursor. Those that are shown stay until the rebuild is complete.
    async fn rebuild(&self, item: &ItemId) -> Result<()>;

    /// Makes a sync due at another time, unless another one was scheduled meanwhile.
    async fn postpone_sync(&self, sync: &DueSync, until: Timestamp) -> Result<()>;

    /// Marks a sync as finished, unless another one was scheduled meanwhile.
    async fn finish_sync(&self, sync: &DueSync) -> Result<()>;

    /// Returns a user's transactions, newest first.
    async fn transactions(
        &self,
        user: &UserId,
        filter: &TransactionFilter,
        limit: usize,
    ) -> Result<Vec<Transaction>>;
}

/// The keys of the vault, and the values that each has sealed.
#[async_trait]
pub trait VaultKeys {
    /// Returns the keys that sealed values may have, oldest first.
    async fn vault_keys(&self) -> Result<Vec<VaultKey>>;

    /// Adds a key, unless there is one with its number. Only after that a value that it sealed can be stored.
    async fn add_vault_key(&self, key: &VaultKey) -> Result<()>;

    /// Removes a key if no stored value has it, and returns how many have it.
    async fn remove_vault_key(&self, id: KeyId) -> Result<u64>;

    /// Returns values that an older key than this one has sealed.
    async fn values_of_older_keys(&self, newest: KeyId, limit: usize) -> Result<Vec<SealedValue>>;

    /// Replaces sealed values by others of the same place. A value that has changed meanwhile is left as it is.
    async fn replace_sealed(&self, replacements: &[Replacement]) -> Result<()>;
}

/// A key of the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultKey {
    /// Its number.
    pub id: KeyId,
    /// A known text that it sealed: identifies it.
    pub check: Vec<u8>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// A sealed value and its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// The row.
    pub place: Place,
    /// The value.
    pub sealed: Vec<u8>,
}

/// A sealed value that replaces another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The value that is stored.
    pub old: SealedValue,
    /// What it is replaced by.
    pub new: Vec<u8>,
}

/// An Item that is to be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionedItem {
    /// The Item.
    pub item: Item,
    /// The number of its changes.
    pub version: i64,
    /// Whether it has an access token: without one it is not updated any more.
    pub has_access_token: bool,
}

/// An Item and its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedItem {
    /// The Item.
    pub item: ItemId,
    /// Its user.
    pub user: UserId,
}

/// An Item whose transactions are to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueSync {
    /// The Item.
    pub item: ItemId,
    /// Its user.
    pub user: UserId,
    /// When the sync is due again unless it is finished.
    pub retry_at: Timestamp,
}

/// How far an Item's transactions are fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncPosition {
    /// The cursor of the next page.
    pub cursor: String,
    /// How often accounts of the Item were removed.
    pub removals: i64,
    /// Whether pages of the present run are saved already.
    pub is_within_run: bool,
    /// Whether the run fetches all transactions once more.
    pub is_rebuild: bool,
}

/// A page of changes to an Item's transactions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncPage {
    /// Where the page begins.
    pub begin: SyncPosition,
    /// The cursor of the next page.
    pub next_cursor: String,
    /// Whether the next page belongs to the same run.
    pub has_more: bool,
    /// New and changed transactions.
    pub updated: Vec<Transaction>,
    /// Removed transactions.
    pub removed: Vec<TransactionId>,
}

/// A selection of transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// Only those of this Item.
    pub item: Option<ItemId>,
    /// Only those of this account.
    pub account: Option<AccountId>,
    /// Only those after this one in the order of the list: its date and id.
    pub before: Option<(String, TransactionId)>,
}

/// The last repairs of an Item in update mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// When the Item was last repaired.
    pub repaired_at: Option<Timestamp>,
    /// When its user last selected its accounts.
    pub accounts_selected_at: Option<Timestamp>,
}

/// How many Link tokens of a user are kept.
pub const LINK_TOKENS_OF_USER: usize = 30;

/// A Link token and its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLinkToken {
    /// The token's digest.
    pub digest: Digest,
    /// The user it was created for.
    pub user: UserId,
    /// The Item to repair, in update mode.
    pub item: Option<ItemId>,
    /// Whether its user may select the Item's accounts.
    pub account_selection: bool,
    /// The sealed token.
    pub sealed: Vec<u8>,
    /// When it was created.
    pub created_at: Timestamp,
    /// How often Plaid was asked about it because it was due.
    pub asked: u32,
    /// When Plaid is to be asked about it.
    pub due_at: Timestamp,
    /// When it is deleted.
    pub expires_at: Timestamp,
}

/// A verified webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedWebhook {
    /// The digest of its signature: an event of the same second may have the same one.
    pub signature: Digest,
    /// The digest of its body: identifies a copy with another signature.
    pub body: Digest,
    /// How far back an equal body counts as a copy.
    pub copies_since: Timestamp,
    /// The sealed body.
    pub sealed: Vec<u8>,
    /// When it was received.
    pub received_at: Timestamp,
}

/// A webhook that is to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingWebhook {
    /// Its number in the order of receipt.
    pub id: i64,
    /// When its first copy was received.
    pub first_received_at: Timestamp,
    /// The digest of its body.
    pub body: Digest,
    /// The sealed body.
    pub sealed: Vec<u8>,
}

/// A claim of a public token that is about to be exchanged.
#[derive(Clone, Copy, Debug)]
pub struct ClaimRequest<'a> {
    /// The token's digest.
    pub public_token: Digest,
    /// The sealed request of the browser, with which another process can continue.
    pub sealed_request: &'a [u8],
    /// The current time.
    pub now: Timestamp,
    /// When the claim expires.
    pub expires_at: Timestamp,
}

/// An exchange that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterruptedExchange {
    /// Its user.
    pub user: UserId,
    /// The digest of its public token.
    pub public_token: Digest,
    /// The sealed request of the browser.
    pub sealed_request: Vec<u8>,
}

/// A public token that was lost or has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostToken {
    /// Its user.
    pub user: UserId,
    /// The token's digest.
    pub public_token: Digest,
    /// The institution of the orphaned Item that is to be removed at Plaid, if one is.
    pub orphan_institution: Option<InstitutionId>,
    /// The earliest time for the removal: another process that may have the Item has saved it by then.
    pub removable_from: Timestamp,
}

/// The result of claiming a public token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The token is the caller's to exchange.
    Acquired,
    /// The token is the caller's to exchange, for at least the second time: Plaid's answer to an earlier exchange may still
    /// arrive elsewhere, or be lost.
    Retried,
    /// Another public token of the user is being exchanged.
    Busy,
    /// The token is the caller's, but was [declined](PublicTokens::decline) before.
    Declined,
    /// The token is the caller's, but is [lost](PublicTokens::mark_lost).
    Lost,
    /// The token has [expired](PublicTokens::mark_expired).
    Expired,
    /// The token became this Item.
    Connected(ItemId),
    /// The token is another user's.
    Foreign,
}
