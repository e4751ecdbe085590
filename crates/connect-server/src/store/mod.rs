//! What must outlive a restart: one trait, an engine per file, one contract that both are tested against.

mod sqlite;

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use connect_api::{Item, Transaction};
use plaid_types::{AccountId, InstitutionId, ItemId, TransactionId};

use crate::auth::UserId;
use crate::digest::Digest;

pub use sqlite::Sqlite;

/// All that is kept, in one database.
#[async_trait]
pub trait Store: Sessions + Items + LostTokens + LinkTokens + Webhooks + Transactions {
    /// Answers if the database does.
    async fn ping(&self) -> Result<()>;

    /// Writes out what is pending and lets go of the database.
    async fn close(&self);

    /// A number that is another one each time after another process has written.
    async fn written_elsewhere(&self) -> Result<i64>;

    /// The text that tells whether the vault's key is the one that this database was written with.
    async fn vault_check(&self) -> Result<Option<Vec<u8>>>;

    /// Keeps the first such text; later ones are ignored.
    async fn set_vault_check(&self, sealed: &[u8]) -> Result<()>;

    /// Forgets what has served: sessions that expired before `now`, webhooks that came and public tokens that were
    /// claimed before `old`.
    async fn tidy(&self, now: &str, old: &str) -> Result<()>;
}

/// Users and the browsers they are signed in with.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync {
    /// Signs a user in, who may be new.
    async fn create_session(&self, session: &Digest, user: &UserId, expires: &str) -> Result<()>;

    /// Who is signed in, unless the session has expired.
    async fn session_user(&self, session: &Digest, now: &str) -> Result<Option<UserId>>;
}

/// Items, and the public tokens that became them.
#[async_trait]
pub trait Items {
    /// Takes hold of a public token for a user before it is exchanged, unless another of the user's is being exchanged.
    /// The claim outlives the process; a loss of power a moment later.
    async fn claim(&self, user: &UserId, exchange: &Exchange<'_>) -> Result<Claim>;

    /// Keeps hold of a public token that the user claimed before, also of a declined one, and for as long as it says.
    async fn keep_claim(&self, user: &UserId, exchange: &Exchange<'_>) -> Result<()>;

    /// The exchanges that nobody is at since `now`.
    async fn exchanges_to_resume(&self, now: &str) -> Result<Vec<Interrupted>>;

    /// Notes that a claimed token is not to be exchanged unless its user asks again.
    async fn decline(&self, user: &UserId, public_token: &Digest) -> Result<()>;

    /// Whether a claimed token was claimed once more.
    async fn is_begun(&self, public_token: &Digest) -> Result<bool>;

    /// Gives up a claim whose token turned out to be worth nothing. A claim with an Item stays, and so does one that was
    /// claimed once more meanwhile: false then, for somebody else is at it.
    async fn release(&self, user: &UserId, public_token: &Digest) -> Result<bool>;

    /// Saves an Item, its sealed access token, that the claimed public token became it, and from when on its
    /// transactions are wanted, if they are: all or nothing.
    ///
    /// An Item that its user already has is replaced; one of another user is a [`StoreError::Foreign`].
    async fn add_item(
        &self,
        user: &UserId,
        public_token: &Digest,
        item: &Item,
        access_token: &[u8],
        sync_at: Option<&str>,
    ) -> Result<()>;

    /// Saves what changed of an Item, and erases the transactions of accounts that are gone; false if the user has no
    /// such Item. Where none are gone, it outlives a loss of power a moment later.
    async fn update_item(&self, user: &UserId, item: &Item, gone: &[AccountId]) -> Result<bool>;

    /// Every Item of a user, newest first.
    async fn items(&self, user: &UserId) -> Result<Vec<Item>>;

    /// An Item of a user.
    async fn item(&self, user: &UserId, id: &ItemId) -> Result<Option<Item>>;

    /// Whose an Item is.
    async fn owner(&self, id: &ItemId) -> Result<Option<UserId>>;

    /// When an Item's user was last in Link for it.
    async fn repairs(&self, id: &ItemId) -> Result<Repairs>;

    /// Notes that an Item's user was in Link for it, and whether they chose its accounts anew. No time goes back.
    async fn note_repair(&self, id: &ItemId, at: &str, accounts_chosen: bool) -> Result<()>;

    /// The sealed access token of an Item of a user, unless it was forgotten.
    async fn access_token(&self, user: &UserId, id: &ItemId) -> Result<Option<Vec<u8>>>;

    /// Erases the access token of an Item and its transactions, and keeps the rest.
    async fn forget_access_token(&self, user: &UserId, id: &ItemId) -> Result<()>;

    /// Erases an Item, its access token and its transactions; false if the user has no such Item.
    async fn remove_item(&self, user: &UserId, id: &ItemId) -> Result<bool>;
}

/// Public tokens that came to nobody, and the Items that they left behind.
#[async_trait]
pub trait LostTokens {
    /// Notes that a claimed token was exchanged, and the answer went to nobody.
    async fn lose(&self, lost: &Lost) -> Result<()>;

    /// Notes that nobody brought a token while it lived. One that is claimed is left as it is.
    async fn expire(&self, lost: &Lost, now: &str) -> Result<()>;

    /// The tokens that left an Item at a bank which may be ended now, user by user.
    async fn ownerless(&self, now: &str) -> Result<Vec<Lost>>;

    /// Notes that these are not to be ended before then.
    async fn end_later(&self, lost: &[Lost], at: &str) -> Result<()>;

    /// Notes that nothing is left of these to be ended.
    async fn no_longer_ownerless(&self, lost: &[Lost]) -> Result<()>;

    /// Whether nothing can come of a public token any more: it became an Item, is lost, or has expired.
    async fn is_settled(&self, public_token: &Digest) -> Result<bool>;

    /// Whether a public token of this user is being exchanged.
    async fn is_exchanging(&self, user: &UserId) -> Result<bool>;
}

/// Link tokens that were handed out, of which something may yet come.
#[async_trait]
pub trait LinkTokens {
    /// Keeps a Link token; one that is known is left as it is. It outlives the process; a loss of power a moment later.
    async fn add_link_token(&self, token: &KeptLinkToken) -> Result<()>;

    /// Those of a user.
    async fn link_tokens_of(&self, user: &UserId) -> Result<Vec<KeptLinkToken>>;

    /// A Link token by its digest.
    async fn link_token(&self, digest: &Digest) -> Result<Option<KeptLinkToken>>;

    /// Those to ask about now, and from then on not before `ask_next`.
    async fn link_tokens_to_ask(&self, now: &str, ask_next: &str) -> Result<Vec<KeptLinkToken>>;

    /// Has a Link token asked about at another time than was said.
    async fn ask_link_token_at(&self, digest: &Digest, at: &str) -> Result<()>;

    /// Nothing comes of it any more.
    async fn drop_link_token(&self, digest: &Digest) -> Result<()>;
}

/// Webhooks, from when they come until they are applied.
#[async_trait]
pub trait Webhooks {
    /// Keeps webhooks, and notes that others are applied, all or nothing. One with a signature that is known is left
    /// out.
    async fn keep_webhooks(&self, received: &[ReceivedWebhook], applied: &[i64]) -> Result<()>;

    /// The oldest that are to be applied now. Unless they are noted as applied, they come again at `again_at`.
    async fn webhooks_to_apply(
        &self,
        now: &str,
        again_at: &str,
        limit: usize,
    ) -> Result<Vec<PendingWebhook>>;
}

/// The transactions of Items, and how far they are fetched.
#[async_trait]
pub trait Transactions {
    /// Notes that an Item's transactions are to be fetched; nothing if there is no such Item, or no token for it.
    async fn want_sync(&self, item: &ItemId, at: &str) -> Result<()>;

    /// The Items whose transactions are to be fetched now. Unless they are noted as done, they come again at
    /// `again_at`.
    async fn syncs_to_do(&self, now: &str, again_at: &str, limit: usize) -> Result<Vec<DueSync>>;

    /// Where the next page of an Item's transactions begins.
    async fn sync_cursor(&self, item: &ItemId) -> Result<Option<String>>;

    /// Saves a page and where the next one begins: all or nothing. False if that is not where this page began, since
    /// somebody else was faster, or the Item is gone.
    async fn keep_page(&self, user: &UserId, item: &ItemId, page: &SyncPage) -> Result<bool>;

    /// Plaid took a run of pages back before its last one: forgets what it added, and begins it again.
    async fn restart_sync(&self, item: &ItemId) -> Result<()>;

    /// Notes that a sync is done, unless it was wanted again meanwhile.
    async fn sync_done(&self, due: &DueSync) -> Result<()>;

    /// A user's transactions, newest first.
    async fn transactions(
        &self,
        user: &UserId,
        filter: &TransactionFilter,
        limit: usize,
    ) -> Result<Vec<Transaction>>;
}

/// An Item whose transactions are to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueSync {
    /// Which.
    pub item: ItemId,
    /// Whose it is.
    pub user: UserId,
    /// When somebody else takes it up.
    pub again_at: String,
}

/// What changed of an Item's transactions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncPage {
    /// Where it begins.
    pub cursor: String,
    /// Where the next one begins.
    pub next_cursor: String,
    /// Whether the next one is of the same run.
    pub has_more: bool,
    /// Those that are new or different.
    pub kept: Vec<Transaction>,
    /// Those that are gone.
    pub gone: Vec<TransactionId>,
}

/// Which transactions are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// Those of this Item.
    pub item: Option<ItemId>,
    /// Those of this account.
    pub account: Option<AccountId>,
    /// Those that come after this one, by its date and its id.
    pub before: Option<(String, TransactionId)>,
}

/// When an Item's user was last in Link for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// The last time.
    pub repaired_at: Option<String>,
    /// The last time that they chose its accounts anew.
    pub accounts_chosen_at: Option<String>,
}

/// A Link token and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLinkToken {
    /// Finds it again.
    pub digest: Digest,
    /// For whom it was made.
    pub user: UserId,
    /// The Item to repair, in update mode.
    pub item: Option<ItemId>,
    /// Whether its user may choose the Item's accounts anew.
    pub account_selection: bool,
    /// The token, sealed.
    pub sealed: Vec<u8>,
    /// When to ask Plaid about it.
    pub ask_at: String,
    /// From when on nothing can come of it.
    pub settles_at: String,
}

/// A webhook that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedWebhook {
    /// Tells a copy.
    pub signature: Digest,
    /// Tells a copy that was signed anew: the same body, told since then.
    pub body: Digest,
    /// The time that it means.
    pub copied_since: String,
    /// The body, sealed.
    pub sealed: Vec<u8>,
    /// When it came.
    pub received_at: String,
}

/// A webhook that is to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingWebhook {
    /// Its place in the order of arrival.
    pub id: i64,
    /// When the first copy of it came.
    pub told_at: String,
    /// The body, sealed.
    pub sealed: Vec<u8>,
}

/// A public token that is about to be exchanged.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The public token's.
    pub public_token: Digest,
    /// What the browser sent, sealed.
    pub sealed: &'a [u8],
    /// The time now.
    pub now: &'a str,
    /// Who claims it is done by then, or dead.
    pub until: &'a str,
}

/// An exchange that ended half-way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// Whose it is.
    pub user: UserId,
    /// What the browser sent, sealed.
    pub sealed: Vec<u8>,
}

/// A public token that came to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Whose it was.
    pub user: UserId,
    /// The public token's.
    pub public_token: Digest,
    /// The bank at which it left an Item that is to be ended, if it is.
    pub ownerless_at: Option<InstitutionId>,
    /// Whoever else may have its Item has saved it by then.
    pub end_from: String,
}

/// What came of claiming a public token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's to exchange.
    Taken,
    /// It is the caller's to exchange, and somebody began to: Plaid's answer may be on its way to them, or lost.
    Begun,
    /// Another public token of the user is being exchanged.
    Wait,
    /// It is the caller's, but was [declined](Items::decline) before.
    Declined,
    /// It was the caller's, and is [lost](LostTokens::lose).
    Lost,
    /// Nobody brought it [while it lived](LostTokens::expire).
    Expired,
    /// It became this Item before.
    Became(ItemId),
    /// Another user holds it.
    Foreign,
}

/// The engine that a database URL names.
///
/// # Errors
///
/// [`StoreError`] with a sentence that says what to do.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    if url.starts_with("sqlite:") {
        Ok(Arc::new(Sqlite::open(url).await?))
    } else {
        Err(StoreError::Scheme)
    }
}

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Not a database that this version knows.
    #[error("CONNECT_DATABASE_URL must begin with `sqlite:`, as in `sqlite:connect.db`")]
    Scheme,
    /// A database that would be gone with the process.
    #[error(
        "CONNECT_DATABASE_URL must name a file: an in-memory database would forget every access token"
    )]
    InMemory,
    /// No database can be there.
    #[error("the database file {} cannot be opened: {source}", path.display())]
    Unopenable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database is of tomorrow.
    #[error(
        "the database was written by a newer version of Connect (migration {0} is not known here): run that version"
    )]
    Newer(i64),
    /// Another user's Item.
    #[error("the Item belongs to another user")]
    Foreign,
    /// A value in the database is not what this version wrote.
    #[error("the database holds {0} that cannot be read")]
    Corrupt(&'static str),
    /// The database failed.
    #[error("the database failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}
