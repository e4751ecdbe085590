//! Job: asks Plaid about Link tokens, and finds results that no browser reported, such as those of a closed tab.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use connect_api::CreateItem;
use futures_util::{StreamExt, stream};
use plaid_client::ItemAddResult;
use plaid_types::link::SuccessMetadata;
use plaid_types::{ErrorType, ItemId, LinkSessionId, LinkToken};

use super::stored_token::{KEPT_AFTER_EXPIRY, open_token};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::{Error, Result, chain};
use crate::items::exchange::{Source, exchange};
use crate::items::lost::lost_token;
use crate::items::refresh;
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::{Digest, StoredLinkToken};

/// When Plaid is asked again after it did not answer. A public token is valid for half an hour only.
pub(crate) const RETRY_DELAY: Duration = Duration::from_secs(60);

/// How long after a Link token expired Plaid is asked about it for the last time: a visit that began at its last moment has ended, and
/// its public token is still valid.
const LAST_VISIT: Duration = Duration::from_secs(25 * 60);

/// How many Link tokens Plaid is asked about at the same time.
pub(crate) const CONCURRENCY: usize = 8;

/// Asks about Link tokens until the backend stops. At first these are all tokens of an earlier process.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut is_first = true;
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        let due_before = (!mem::take(&mut is_first)).then(Timestamp::now);
        if let Err(error) = ask_about_due_tokens(&state, due_before).await {
            tracing::error!(cause = chain(&error), "looking for Link tokens failed");
        }
    }
}

/// Asks Plaid what became of a Link token, and saves the result: a new Item, or a repaired one.
pub(crate) async fn ask_about(state: &Arc<AppState>, token: &LinkToken) -> Result<()> {
    let digest = Digest::of(token.as_str());
    match state.store.link_token(&digest).await? {
        Some(stored) => ask(state, &stored, token).await.map(drop),
        // It is not ours, or has expired.
        None => Ok(()),
    }
}

async fn ask_about_due_tokens(state: &Arc<AppState>, due_before: Option<Timestamp>) -> Result<()> {
    let now = Timestamp::now();
    let next = now + state.config.reconcile_every;
    let retry_at = next.min(now + RETRY_DELAY);
    let tokens = state.store.due_link_tokens(due_before, next).await?;
    stream::iter(tokens)
        .for_each_concurrent(CONCURRENCY, async |stored| {
            let asked = open_and_ask(state, &stored).await;
            if let Err(error) = &asked {
                tracing::warn!(cause = chain(error), "asking about a Link token failed");
            }
            let at = match &asked {
                Ok(visit) => next_ask(&state.config, &stored, *visit),
                Err(error) if is_temporary(error) => retry_at,
                Err(_) => return,
            };
            if let Err(error) = state.store.reschedule_link_token(&stored.digest, at).await {
                tracing::error!(cause = chain(&error), "rescheduling a Link token failed");
            }
        })
        .await;
    Ok(())
}

async fn open_and_ask(state: &Arc<AppState>, stored: &StoredLinkToken) -> Result<Visit> {
    ask(state, stored, &open_token(state, stored)?).await
}

/// Returns when Plaid is asked again. A webhook announces the end of a visit, so that a few times are enough. During a visit, and without
/// webhooks, Plaid is asked as often as public tokens are valid.
fn next_ask(config: &Config, stored: &StoredLinkToken, visit: Visit) -> Timestamp {
    let now = Timestamp::now();
    if visit == Visit::Open || config.webhook_url().is_none() {
        return now + config.reconcile_every;
    }
    let last = stored.expires_at - KEPT_AFTER_EXPIRY + LAST_VISIT;
    match stored.asked {
        ..=1 => now + 2 * config.reconcile_every,
        _ if now < last => last,
        _ => stored.expires_at,
    }
}

/// Returns whether Plaid may answer in a moment.
fn is_temporary(error: &Error) -> bool {
    let is_temporary =
        |kind: &ErrorType| matches!(kind, ErrorType::ApiError | ErrorType::RateLimitExceeded);
    match error {
        Error::Plaid(error) => {
            let said = error.plaid();
            said.is_none_or(|said| is_temporary(&said.error_type))
        }
        _ => false,
    }
}

/// Whether somebody is in Link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Open,
    None,
}

async fn ask(state: &Arc<AppState>, stored: &StoredLinkToken, token: &LinkToken) -> Result<Visit> {
    state.plaid_budget.job().await;
    let answer = match state.plaid.link_token_get(token).await {
        Err(error) if error.code() == Some("INVALID_LINK_TOKEN") => {
            state.store.delete_link_token(&stored.digest).await?;
            return Ok(Visit::None);
        }
        answer => answer?,
    };
    let mut visit = Visit::None;
    for session in answer.link_sessions {
        if session.finished_at.is_none() {
            visit = Visit::Open;
        }
        let added = session.results.unwrap_or_default().item_add_results;
        if let (Some(item), false) = (&stored.item, added.is_empty()) {
            save_repair(state, stored, item, session.finished_at.as_deref()).await?;
        } else {
            for added in added {
                save_item(state, stored, added, &session.link_session_id).await?;
            }
        }
    }
    Ok(visit)
}

/// Saves the result of a successful visit in update mode, unless it is known already.
async fn save_repair(
    state: &AppState,
    stored: &StoredLinkToken,
    item: &ItemId,
    finished_at: Option<&str>,
) -> Result<()> {
    let now = Timestamp::now();
    let finished_at = finished_at.and_then(|text| text.parse::<Timestamp>().ok());
    let finished_at = finished_at.map_or(now, |finished_at| finished_at.min(now));
    let repairs = state.store.repairs(item).await?;
    let known = if stored.account_selection {
        repairs.accounts_selected_at
    } else {
        repairs.repaired_at
    };
    if known.is_some_and(|known| finished_at <= known) {
        return Ok(());
    }
    let (user, selection) = (&stored.user, stored.account_selection);
    match refresh::repaired(state, user, item, selection, finished_at).await {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Exchanges the public token, as if a browser had submitted it. Nothing happens if one has, or if its accounts are connected
/// already.
async fn save_item(
    state: &Arc<AppState>,
    stored: &StoredLinkToken,
    added: ItemAddResult,
    session: &LinkSessionId,
) -> Result<()> {
    let request = CreateItem {
        public_token: added.public_token,
        metadata: SuccessMetadata {
            institution: added.institution,
            accounts: added.accounts,
            link_session_id: Some(session.clone()),
            ..SuccessMetadata::default()
        },
        allow_duplicate: false,
    };
    let lost = lost_token(state, &stored.user, &request);
    match exchange(state.clone(), stored.user.clone(), request, Source::Plaid).await {
        Err(Error::PublicTokenInvalid(Some(_))) => {
            // Marked, so that it is logged only once.
            state.store.mark_expired(&lost, Timestamp::now()).await?;
            tracing::error!(
                link_session_id = session.as_str(),
                user = stored.user.as_str(),
                "a connected Item is lost: its public token expired before anyone exchanged it",
            );
            Ok(())
        }
        Ok(_) | Err(Error::PublicTokenInvalid(_) | Error::AnswerLost(_) | Error::Duplicate(_)) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}
