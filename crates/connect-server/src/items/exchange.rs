//! The exchange of a public token for an Item: once, however often the token is submitted.
//!
//! A token is claimed in the database before it is exchanged. The claim keeps two processes from exchanging it at the same time,
//! and holds what another process needs to continue after a crash.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ChangeKind, CreateItem, Item};
use plaid_client::Exchanged;
use plaid_types::{ErrorType, ItemId};
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::duplicate::find_duplicate;
use super::lost::{claim_expiry, lost_token};
use super::new;
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::state::AppState;
use crate::store::vault::Place;
use crate::store::{Claim, ClaimRequest, Digest};
use crate::user::UserId;

/// The longest public token, in bytes.
const MAX_PUBLIC_TOKEN: usize = 256;

/// How often Plaid is asked when it does not answer.
const ATTEMPTS: usize = 3;

/// How often the claim of another process is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How long another process may take to save the answer that it has received.
const SAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// Plaid's code for a public token that is unknown, expired or used.
const INVALID: &str = "INVALID_PUBLIC_TOKEN";

/// The Item that a public token became.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) item: Item,
    /// Whether this request created it.
    pub(crate) is_new: bool,
}

/// Where a public token comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A browser submitted it, now or before a crash.
    Browser,
    /// Plaid reported it. If its accounts are connected already, a browser has shown that to the user, who decides.
    Plaid,
}

/// Exchanges a public token that a browser submits, unless it became an Item before.
pub(crate) async fn connect(
    state: Arc<AppState>,
    user: UserId,
    request: CreateItem,
) -> Result<Connected> {
    let token = request.public_token.as_str();
    if token.is_empty() || token.len() > MAX_PUBLIC_TOKEN {
        return Err(Error::PublicTokenInvalid(None));
    }
    state.plaid_budget.person()?;
    let counted = state.clone();
    let _in_flight = counted.exchanges.enter();
    exchange(state, user, request, Source::Browser).await
}

/// Exchanges a public token, unless it became an Item before.
///
/// The exchange continues when its caller has gone: nothing may be lost between Plaid's answer and the database.
pub(crate) async fn exchange(
    state: Arc<AppState>,
    user: UserId,
    request: CreateItem,
    source: Source,
) -> Result<Connected> {
    let (tasks, metrics) = (state.tasks.clone(), state.metrics.clone());
    let exchange = async move {
        let token = Digest::of(request.public_token.as_str());
        let place = Place::Exchange {
            user: user.clone(),
            public_token: token,
        };
        let sealed = serde_json::to_vec(&request).map_err(|_| Error::Malformed)?;
        let exchange = Exchange {
            token,
            sealed_request: state.vault.seal_bytes(&sealed, &place)?,
            state: &state,
            user: &user,
            request: &request,
        };
        exchange.run(source).await
    };
    let exchanged = tasks.spawn(exchange.in_current_span()).await;
    let exchanged = exchanged.map_err(|_| Error::Panicked).flatten();
    metrics.exchange(outcome(&exchanged));
    exchanged
}

/// Returns what became of a public token, as a label.
fn outcome(exchanged: &Result<Connected>) -> &'static str {
    match exchanged {
        Ok(Connected { is_new: true, .. }) => "connected",
        Ok(Connected { is_new: false, .. }) => "known",
        Err(Error::Duplicate(_)) => "duplicate",
        Err(Error::PublicTokenInvalid(_)) => "invalid",
        Err(Error::AnswerLost(_)) => "lost",
        Err(_) => "failed",
    }
}

/// A public token on its way to an Item.
struct Exchange<'a> {
    state: &'a Arc<AppState>,
    user: &'a UserId,
    request: &'a CreateItem,
    token: Digest,
    sealed_request: Vec<u8>,
}

/// The result of asking Plaid.
enum Answer {
    /// Plaid answered this process.
    Exchanged(Exchanged),
    /// Plaid answered another process, which saved the Item.
    Connected(ItemId),
}

impl Exchange<'_> {
    async fn run(&self, source: Source) -> Result<Connected> {
        let Self { state, user, .. } = *self;
        // One at a time, so that two tabs that connect the same bank notice the duplicate.
        let _lock = state.exchanges.lock(user).await;
        let claim = self.claim().await?;
        match &claim {
            Claim::Foreign | Claim::Expired => return Err(Error::PublicTokenInvalid(None)),
            Claim::Connected(id) => return self.connected(id).await,
            Claim::Lost => return Err(Error::AnswerLost(None)),
            Claim::Declined if source == Source::Plaid => {
                return Err(Error::PublicTokenInvalid(None));
            }
            Claim::Declined | Claim::Acquired | Claim::Retried | Claim::Busy => {}
        }
        if !self.request.allow_duplicate {
            self.refuse_duplicate().await?;
        }
        if claim == Claim::Declined {
            self.extend_claim(claim_expiry(state)).await?;
        }
        match self.ask_plaid(claim == Claim::Retried).await? {
            Answer::Exchanged(exchanged) => self.save(exchanged).await,
            Answer::Connected(id) => self.connected(&id).await,
        }
    }

    /// Declines the token if its accounts are connected already.
    async fn refuse_duplicate(&self) -> Result<()> {
        let store = &self.state.store;
        let duplicate = find_duplicate(&**store, self.user, &self.request.metadata).await?;
        let Some(duplicate) = duplicate else {
            return Ok(());
        };
        store.decline(self.user, &self.token).await?;
        Err(Error::Duplicate(duplicate))
    }

    async fn save(&self, exchanged: Exchanged) -> Result<Connected> {
        let Self { state, user, .. } = *self;
        // Plaid may send webhooks about the Item at once: they wait until it is complete.
        let lock = state.edits.lock(&exchanged.item_id).await;
        let item = new::save(state, user, &self.token, &exchanged, self.request).await?;
        tracing::info!(item_id = %item.id, "Item connected");
        state.changes.notify(user, &item.id, ChangeKind::Connected);
        new::complete_later(state, user, item.id.clone(), exchanged.access_token, lock);
        Ok(Connected { item, is_new: true })
    }

    async fn connected(&self, id: &ItemId) -> Result<Connected> {
        let item = self.state.store.item(self.user, id).await?;
        let item = item.ok_or(Error::PublicTokenInvalid(None))?;
        Ok(Connected {
            item,
            is_new: false,
        })
    }

    /// Claims the token, once no other token of the user is being exchanged in any process.
    async fn claim(&self) -> Result<Claim> {
        loop {
            let request = self.claim_request(claim_expiry(self.state));
            match self.state.store.claim(self.user, &request).await? {
                Claim::Busy => sleep(POLL_INTERVAL).await,
                claim => return Ok(claim),
            }
        }
    }

    /// Asks Plaid, and asks again when it does not answer: it may still know the token, and repeat its answer.
    async fn ask_plaid(&self, retried: bool) -> Result<Answer> {
        let AppState { store, plaid, .. } = &**self.state;
        // Plaid may have created an Item although no answer arrived.
        let mut unanswered = retried;
        let mut attempt = 1;
        loop {
            let token = &self.request.public_token;
            let error = match plaid.item_public_token_exchange(token).await {
                Ok(exchanged) => return Ok(Answer::Exchanged(exchanged)),
                Err(error) => error,
            };
            if is_no_answer(&error) {
                unanswered = true;
                if attempt < ATTEMPTS {
                    attempt += 1;
                    self.extend_claim(claim_expiry(self.state)).await?;
                    continue;
                }
            }
            let others_may_have_it = retried
                || if unanswered {
                    store.is_retried(&self.token).await?
                } else {
                    !store.release(self.user, &self.token).await?
                };
            if others_may_have_it || unanswered {
                if error.code() == Some(INVALID) {
                    return self.find_answer(others_may_have_it, error).await;
                }
                // The claim expires at once, so that the exchange is resumed soon.
                self.extend_claim(Timestamp::now()).await?;
            }
            return Err(match error.code() {
                Some(INVALID) => Error::PublicTokenInvalid(Some(error)),
                _ => error.into(),
            });
        }
    }

    /// Plaid has answered before: another process, which saves the Item now, or nobody.
    async fn find_answer(
        &self,
        others_may_have_it: bool,
        error: plaid_client::Error,
    ) -> Result<Answer> {
        let deadline = Instant::now() + SAVE_TIMEOUT;
        while others_may_have_it && Instant::now() < deadline {
            if let Claim::Connected(id) = self.claim().await? {
                return Ok(Answer::Connected(id));
            }
            sleep(POLL_INTERVAL).await;
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
            "Plaid's answer to an exchange is lost: an orphaned Item may remain at Plaid; remove it with the help of Plaid's \
             support, or set CONNECT_PLAID_USERS",
        );
        let lost = lost_token(self.state, self.user, self.request);
        self.state.store.mark_lost(&lost).await?;
        Err(Error::AnswerLost(Some(error)))
    }

    async fn extend_claim(&self, expires_at: Timestamp) -> Result<()> {
        let request = self.claim_request(expires_at);
        Ok(self.state.store.extend_claim(self.user, &request).await?)
    }

    fn claim_request(&self, expires_at: Timestamp) -> ClaimRequest<'_> {
        ClaimRequest {
            public_token: self.token,
            sealed_request: &self.sealed_request,
            now: Timestamp::now(),
            expires_at,
        }
    }
}

/// Whether Plaid did not answer, or failed: then it may have created an Item.
fn is_no_answer(error: &plaid_client::Error) -> bool {
    let said = error.plaid();
    said.is_none_or(|said| said.error_type == ErrorType::ApiError)
}
