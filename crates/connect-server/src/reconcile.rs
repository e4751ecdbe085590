//! Finds what browsers never reported: Plaid knows what became of a Link token, also when the tab that held it died.

use std::sync::{Arc, Weak};

use connect_api::{CreateItem, CreateLinkToken};
use futures_util::{StreamExt, stream};
use plaid_client::ItemAddResult;
use plaid_types::link::SuccessMetadata;
use plaid_types::{ErrorType, ItemId, LinkToken};
use time::{Duration, OffsetDateTime};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::{iso, iso_now, read};
use crate::digest::Digest;
use crate::error::{Error, Result, chain};
use crate::exchange;
use crate::refresh;
use crate::store::KeptLinkToken;

/// What the sealed Link tokens are about, for the vault.
const ABOUT: &str = "Link token";

/// A visit may begin at the last moment of its token, and its public token lives half an hour from its end.
const AFTER_EXPIRY: Duration = Duration::minutes(60);

/// When Plaid is asked again that did not answer.
pub(crate) const TRY_AGAIN_AFTER: Duration = Duration::seconds(60);

/// How long webhooks and used public tokens are kept.
const OLD: Duration = Duration::days(30);

/// So many are asked about at the same time.
pub(crate) const AT_ONCE: usize = 8;

/// Remembers a Link token, to ask about it later; when this returns, it outlives the process.
pub(crate) async fn remember(
    backend: &Backend,
    user: UserId,
    wish: CreateLinkToken,
    token: &LinkToken,
    expires: OffsetDateTime,
) -> Result<()> {
    let ask_at = OffsetDateTime::now_utc() + backend.config.reconcile_every;
    let kept = KeptLinkToken {
        digest: Digest::of(token.as_str()),
        user,
        item: wish.item_id,
        account_selection: wish.account_selection,
        sealed: backend.vault.seal_bytes(token.as_str().as_bytes(), ABOUT)?,
        ask_at: iso(ask_at),
        settles_at: iso(expires + AFTER_EXPIRY),
    };
    Ok(backend.store.add_link_token(&kept).await?)
}

/// Asks about every Link token of which something may have come, again and again, for as long as the backend lives.
pub(crate) async fn run(backend: Weak<Backend>) {
    // What an earlier process left behind is asked about at once.
    let mut until = "9".to_owned();
    loop {
        let (stop, every) = {
            let Some(backend) = backend.upgrade() else {
                return;
            };
            let (resumed, asked) = tokio::join!(
                exchange::resume(&backend, &until),
                ask_about_all(&backend, &until)
            );
            if let Err(error) = resumed {
                tracing::error!(cause = chain(&error), "exchanges could not be looked at");
            }
            if let Err(error) = asked {
                tracing::error!(cause = chain(&error), "Link tokens could not be looked at");
            }
            (backend.stop.clone(), backend.config.reconcile_every)
        };
        tokio::select! {
            () = tokio::time::sleep(every.min(std::time::Duration::from_secs(60))) => {}
            () = stop.cancelled() => return,
        }
        until = iso_now();
    }
}

/// Asks Plaid what became of a Link token, and takes in what did: a new Item, or a repaired one.
pub(crate) async fn ask_about(backend: &Arc<Backend>, token: &LinkToken) -> Result<()> {
    match backend
        .store
        .link_token(&Digest::of(token.as_str()))
        .await?
    {
        Some(kept) => ask(backend, &kept, token).await,
        // Not ours, or settled.
        None => Ok(()),
    }
}

async fn ask_about_all(backend: &Arc<Backend>, until: &str) -> Result<()> {
    let now = OffsetDateTime::now_utc();
    let next = iso(now + backend.config.reconcile_every);
    let tokens = stream::iter(backend.store.link_tokens_to_ask(until, &next).await?);
    tokens
        .for_each_concurrent(AT_ONCE, async |kept| {
            if let Err(error) = open_and_ask(backend, &kept).await {
                tracing::warn!(cause = chain(&error), "a Link token waits for another try");
                // Sooner than the others: what comes of it lives half an hour.
                let again = iso(now + TRY_AGAIN_AFTER);
                if is_passing(&error)
                    && again < next
                    && let Err(error) = backend.store.ask_link_token_at(&kept.digest, &again).await
                {
                    tracing::error!(cause = chain(&error), "a Link token waits longer");
                }
            }
        })
        .await;
    Ok(backend.store.tidy(&iso(now), &iso(now - OLD)).await?)
}

/// Whether Plaid may answer in a moment.
fn is_passing(error: &Error) -> bool {
    let passes =
        |kind: &ErrorType| matches!(kind, ErrorType::ApiError | ErrorType::RateLimitExceeded);
    match error {
        Error::Plaid(error) => error.plaid().is_none_or(|said| passes(&said.error_type)),
        _ => false,
    }
}

async fn open_and_ask(backend: &Arc<Backend>, kept: &KeptLinkToken) -> Result<()> {
    ask(backend, kept, &open(backend, kept)?).await
}

/// The Link token itself.
pub(crate) fn open(backend: &Backend, kept: &KeptLinkToken) -> Result<LinkToken> {
    let token = backend.vault.unseal_bytes(&kept.sealed, ABOUT)?;
    Ok(LinkToken::new(String::from_utf8_lossy(&token)))
}

async fn ask(backend: &Arc<Backend>, kept: &KeptLinkToken, token: &LinkToken) -> Result<()> {
    let state = match backend.plaid.link_token_get(token).await {
        Err(error) if error.code() == Some("INVALID_LINK_TOKEN") => {
            return Ok(backend.store.drop_link_token(&kept.digest).await?);
        }
        state => state?,
    };
    for session in state.link_sessions {
        let added = session
            .results
            .map(|results| results.item_add_results)
            .unwrap_or_default();
        if let (Some(item), false) = (&kept.item, added.is_empty()) {
            take_repair(backend, kept, item, session.finished_at.as_deref()).await?;
        } else {
            for added in added {
                take_in(backend, kept, added, &session.link_session_id).await?;
            }
        }
    }
    Ok(())
}

/// A visit in update mode went well, unless a browser reported that, or this did before.
async fn take_repair(
    backend: &Backend,
    kept: &KeptLinkToken,
    item: &ItemId,
    finished_at: Option<&str>,
) -> Result<()> {
    let now = OffsetDateTime::now_utc();
    let ended_at = finished_at.and_then(read).map_or(now, |end| end.min(now));
    let ended_at = iso(ended_at);
    let repairs = backend.store.repairs(item).await?;
    let known = if kept.account_selection {
        repairs.accounts_chosen_at
    } else {
        repairs.repaired_at
    };
    if known.is_some_and(|known| ended_at <= known) {
        return Ok(());
    }
    let user = &kept.user;
    match refresh::repaired(backend, user, item, kept.account_selection, &ended_at).await {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// As if the browser had brought it; where the browser was first, or was told no, nothing happens.
async fn take_in(
    backend: &Arc<Backend>,
    kept: &KeptLinkToken,
    added: ItemAddResult,
    session: &plaid_types::LinkSessionId,
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
    let lost = exchange::lost(backend, &kept.user, &request);
    match exchange::connect_unreported(backend.clone(), kept.user.clone(), request).await {
        Err(Error::PublicTokenInvalid(Some(_))) => {
            // It is told once.
            backend.store.expire(&lost, &iso_now()).await?;
            tracing::error!(
                link_session_id = session.as_str(),
                user = kept.user.as_str(),
                "an Item was connected, and came to nobody: its public token is worth nothing any more",
            );
            Ok(())
        }
        Ok(()) | Err(Error::PublicTokenInvalid(_) | Error::AnswerLost(_) | Error::Duplicate(_)) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}
