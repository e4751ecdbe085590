//! A public token becomes an Item, once: whoever asks again, at the same time or later, gets the same Item.
//!
//! It is claimed in the database before it is exchanged, so that no two processes are at it, and that one that dies
//! leaves behind what the next one needs to go on.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ChangeKind, CreateItem, Item};
use futures_util::{StreamExt, stream};
use plaid_client::Exchanged;
use plaid_types::{ErrorType, ItemId};
use time::OffsetDateTime;
use tracing::Instrument;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::{iso, iso_now};
use crate::digest::Digest;
use crate::duplicate::duplicate;
use crate::error::{Error, Result, chain};
use crate::new_item::{complete_later, save};
use crate::store::{Claim, Exchange, Interrupted, Lost};

/// No public token is longer, and no name of an institution.
pub(crate) const MAX_TEXT: usize = 256;

/// What the sealed requests are about, for the vault.
const ABOUT: &str = "exchange";

/// How many interrupted exchanges are taken up at the same time.
const AT_ONCE: usize = 8;

/// How often Plaid is asked when it does not answer.
const ATTEMPTS: usize = 3;

/// How much longer a claim holds than Plaid may take to answer.
const TO_SAVE: Duration = Duration::from_secs(10);

/// How often to look whether another process is done, and how long after Plaid answered it.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const OTHERS_SAVE: Duration = Duration::from_secs(5);

/// Plaid does not know the token, or not any more.
const INVALID: &str = "INVALID_PUBLIC_TOKEN";

/// The Item, and whether it is new.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) item: Item,
    pub(crate) new: bool,
}

/// Exchanges a public token, unless it became an Item before.
///
/// Goes on to the end when the browser does not wait for it: between Plaid's answer and the database nothing may be lost.
pub(crate) async fn connect(
    backend: Arc<Backend>,
    user: UserId,
    request: CreateItem,
) -> Result<Connected> {
    if request.public_token.as_str().is_empty() || request.public_token.as_str().len() > MAX_TEXT {
        return Err(Error::PublicTokenInvalid(None));
    }
    let hurried = backend.clone();
    let _waiting = hurried.rush.join();
    spawned(backend, user, request, Origin::Browser).await
}

/// Exchanges a public token that Plaid says is there, but no browser brought. What a browser was told is a duplicate is
/// left to its user.
pub(crate) async fn connect_unreported(
    backend: Arc<Backend>,
    user: UserId,
    request: CreateItem,
) -> Result<()> {
    spawned(backend, user, request, Origin::Plaid)
        .await
        .map(|_| ())
}

/// Goes on with the exchanges that nobody is at any more since then.
pub(crate) async fn resume(backend: &Arc<Backend>, since: &str) -> Result<()> {
    let interrupted = backend.store.exchanges_to_resume(since).await?;
    let all = stream::iter(interrupted);
    all.for_each_concurrent(AT_ONCE, async |interrupted| {
        match go_on(backend, interrupted).await {
            Ok(connected) => {
                let item_id = &connected.item.id;
                tracing::info!(%item_id, "an interrupted exchange was brought to its end");
            }
            Err(error) => {
                tracing::warn!(cause = chain(&error), "an interrupted exchange has no Item");
            }
        }
    })
    .await;
    Ok(())
}

async fn go_on(backend: &Arc<Backend>, interrupted: Interrupted) -> Result<Connected> {
    let request = backend.vault.unseal_bytes(&interrupted.sealed, ABOUT)?;
    let request = serde_json::from_slice(&request).map_err(|_| Error::Malformed)?;
    spawned(backend.clone(), interrupted.user, request, Origin::Browser).await
}

/// Who brings a public token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Browser,
    Plaid,
}

async fn spawned(
    backend: Arc<Backend>,
    user: UserId,
    request: CreateItem,
    origin: Origin,
) -> Result<Connected> {
    let tasks = backend.tasks.clone();
    let work = async move {
        let sealed = serde_json::to_vec(&request).map_err(|_| Error::Malformed)?;
        let work = Work {
            token: Digest::of(request.public_token.as_str()),
            sealed: backend.vault.seal_bytes(&sealed, ABOUT)?,
            backend: &backend,
            user: &user,
            request: &request,
        };
        work.connect(origin).await
    };
    tasks
        .spawn(work.in_current_span())
        .await
        .map_err(|_| Error::Panicked)?
}

/// A public token on its way to an Item.
struct Work<'a> {
    backend: &'a Arc<Backend>,
    user: &'a UserId,
    request: &'a CreateItem,
    token: Digest,
    /// The request, for whoever has to go on with it.
    sealed: Vec<u8>,
}

impl Work<'_> {
    async fn connect(&self, origin: Origin) -> Result<Connected> {
        let Self { backend, user, .. } = *self;
        // One at a time: two tabs that connect the same bank must see each other.
        let _alone = backend.exchanges.lock(user.clone()).await;
        let claim = self.claim().await?;
        match &claim {
            Claim::Foreign => return Err(Error::PublicTokenInvalid(None)),
            Claim::Became(id) => return self.became(id).await,
            Claim::Lost => return Err(Error::AnswerLost(None)),
            Claim::Expired => return Err(Error::PublicTokenInvalid(None)),
            Claim::Declined if origin == Origin::Plaid => {
                return Err(Error::PublicTokenInvalid(None));
            }
            Claim::Declined | Claim::Taken | Claim::Begun | Claim::Wait => {}
        }
        if !self.request.allow_duplicate
            && let Some(duplicate) = duplicate(backend, user, &self.request.metadata).await?
        {
            backend.store.decline(user, &self.token).await?;
            return Err(Error::Duplicate(duplicate));
        }
        if claim == Claim::Declined {
            // Not any more.
            self.hold(&self.until()).await?;
        }
        let exchanged = match self.exchange(claim == Claim::Begun).await? {
            Given::Here(exchanged) => exchanged,
            Given::Elsewhere(id) => return self.became(&id).await,
        };
        // Plaid may tell of the Item at once.
        let undisturbed = backend.edits.lock(exchanged.item_id.clone()).await;
        let item = save(backend, user, &self.token, &exchanged, self.request).await?;
        tracing::info!(item_id = %item.id, "connected");
        backend.changes.tell(user, &item.id, ChangeKind::Connected);
        complete_later(
            backend,
            user,
            item.clone(),
            exchanged.access_token,
            undisturbed,
        );
        Ok(Connected { item, new: true })
    }

    async fn became(&self, id: &ItemId) -> Result<Connected> {
        let item = self.backend.store.item(self.user, id).await?;
        let item = item.ok_or(Error::PublicTokenInvalid(None))?;
        Ok(Connected { item, new: false })
    }

    /// Claims the token, once no other of the user's is being exchanged, in whatever process.
    async fn claim(&self) -> Result<Claim> {
        loop {
            let (now, until) = (iso_now(), self.until());
            let exchange = self.claimed(&now, &until);
            match self.backend.store.claim(self.user, &exchange).await? {
                Claim::Wait => tokio::time::sleep(LOOK_EVERY).await,
                claim => return Ok(claim),
            }
        }
    }

    /// Asks Plaid, and asks again when it does not answer: it may know the token yet, and give the same answer.
    async fn exchange(&self, begun: bool) -> Result<Given> {
        let Backend { store, plaid, .. } = &**self.backend;
        let mut unanswered = begun;
        let mut attempt = 1;
        loop {
            let token = &self.request.public_token;
            let error = match plaid.item_public_token_exchange(token).await {
                Ok(exchanged) => return Ok(Given::Here(exchanged)),
                Err(error) => error,
            };
            if error
                .plaid()
                .is_none_or(|said| said.error_type == ErrorType::ApiError)
            {
                // It may have made an Item nevertheless.
                unanswered = true;
                if attempt < ATTEMPTS {
                    attempt += 1;
                    self.hold(&self.until()).await?;
                    continue;
                }
            }
            // Whoever else came with the token meanwhile may have been faster.
            let others = begun
                || if unanswered {
                    store.is_begun(&self.token).await?
                } else {
                    !store.release(self.user, &self.token).await?
                };
            if others || unanswered {
                if error.code() == Some(INVALID) {
                    return self.answered_elsewhere(others, error).await;
                }
                // Somebody goes on with it soon.
                self.hold(&iso_now()).await?;
            }
            return Err(match error.code() {
                Some(INVALID) => Error::PublicTokenInvalid(Some(error)),
                _ => error.into(),
            });
        }
    }

    /// Plaid gave its answer before: to another process, which saves it now, or to nobody.
    async fn answered_elsewhere(&self, others: bool, error: plaid_client::Error) -> Result<Given> {
        let patience = tokio::time::Instant::now() + OTHERS_SAVE;
        while others && tokio::time::Instant::now() < patience {
            if let Claim::Became(id) = self.claim().await? {
                return Ok(Given::Elsewhere(id));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let metadata = &self.request.metadata;
        let institution = metadata.institution.as_ref();
        tracing::error!(
            link_session_id = metadata.link_session_id.as_ref().map(|id| id.as_str()),
            institution_id = institution
                .and_then(|institution| institution.institution_id.as_ref())
                .map(|id| id.as_str()),
            user = self.user.as_str(),
            cause = chain(&error),
            "Plaid's answer to an exchange is lost: an Item without an owner may be left at Plaid, which its support can end, \
             or CONNECT_PLAID_USERS",
        );
        let lost = lost(self.backend, self.user, self.request);
        self.backend.store.lose(&lost).await?;
        Err(Error::AnswerLost(Some(error)))
    }

    /// Keeps hold of the token.
    async fn hold(&self, until: &str) -> Result<()> {
        let exchange = self.claimed(until, until);
        Ok(self.backend.store.keep_claim(self.user, &exchange).await?)
    }

    fn claimed<'a>(&'a self, now: &'a str, until: &'a str) -> Exchange<'a> {
        Exchange {
            public_token: self.token,
            sealed: &self.sealed,
            now,
            until,
        }
    }

    /// When whoever claims the token now is done, or dead.
    fn until(&self) -> String {
        iso(OffsetDateTime::now_utc() + self.backend.config.plaid.deadline + TO_SAVE)
    }
}

/// The public token of this request, as one that came to nobody.
pub(crate) fn lost(backend: &Backend, user: &UserId, request: &CreateItem) -> Lost {
    let institution = request.metadata.institution.as_ref();
    let bank = institution.and_then(|institution| institution.institution_id.clone());
    Lost {
        user: user.clone(),
        public_token: Digest::of(request.public_token.as_str()),
        ownerless_at: bank.filter(|_| backend.config.plaid_users),
        end_from: iso(OffsetDateTime::now_utc() + backend.config.plaid.deadline + TO_SAVE),
    }
}

/// What an exchange gave.
enum Given {
    /// To us.
    Here(Exchanged),
    /// To another process, which made an Item of it.
    Elsewhere(ItemId),
}
