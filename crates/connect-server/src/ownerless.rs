//! Ends Items at Plaid that came to nobody: where the answer to an exchange is lost, nobody has the access token that
//! could end the Item, but Plaid knows of which user it is.

use std::collections::HashSet;
use std::sync::Weak;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use plaid_types::{Item, ItemId};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::{iso, iso_now};
use crate::digest::Digest;
use crate::error::{Result, chain};
use crate::reconcile::{self, AT_ONCE, TRY_AGAIN_AFTER};
use crate::store::Lost;

/// The ids of Plaid's users begin so; an account of the old kind gives others, which Link tokens do not take.
const USER_ID: &str = "usr_";

/// How long Plaid may take to say who a user is: somebody waits for their bank.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long users at Plaid are known without asking, and how many.
pub(crate) const AGE: Duration = Duration::from_secs(600);
pub(crate) const MOST: usize = 10_000;

/// The user at Plaid for whom a new Item is to be, if the settings want one. Nobody is kept from their bank for it.
pub(crate) async fn plaid_user(backend: &Backend, user: &UserId) -> Option<String> {
    if !backend.config.plaid_users {
        return None;
    }
    if let Some(known) = backend.plaid_users.get(user) {
        return known;
    }
    let asked = timeout(PATIENCE, backend.plaid.user_create(user.as_str())).await;
    let plaid_user = match asked {
        Ok(Ok(created)) if created.user_id.starts_with(USER_ID) => Some(created.user_id),
        Ok(Ok(_)) => {
            tracing::warn!(
                "this account at Plaid has users of the old kind: CONNECT_PLAID_USERS does nothing"
            );
            None
        }
        Ok(Err(error)) => {
            tracing::warn!(
                cause = chain(&error),
                "a Link token without a user at Plaid"
            );
            None
        }
        Err(_) => {
            tracing::warn!("a Link token without a user at Plaid: it does not answer");
            None
        }
    };
    backend.plaid_users.keep(user.clone(), plaid_user.clone());
    plaid_user
}

/// Ends what came to nobody, again and again, for as long as the backend lives.
pub(crate) async fn run(backend: Weak<Backend>) {
    loop {
        let (stop, every) = {
            let Some(backend) = backend.upgrade() else {
                return;
            };
            if let Err(error) = end_all(&backend).await {
                tracing::error!(
                    cause = chain(&error),
                    "Items without an owner could not be looked at"
                );
            }
            (backend.stop.clone(), backend.config.reconcile_every)
        };
        tokio::select! {
            () = tokio::time::sleep(every.min(Duration::from_secs(60))) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Ends every Item that came to nobody, unless it is not yet certain that it did.
async fn end_all(backend: &Backend) -> Result<()> {
    let lost = backend.store.ownerless(&iso_now()).await?;
    let by_user = stream::iter(lost.chunk_by(|one, other| one.user == other.user));
    by_user
        .for_each_concurrent(AT_ONCE, async |lost| {
            let user = &lost[0].user;
            let later = match end(backend, user, lost).await {
                Ok(true) => return,
                // Something may come, for hours.
                Ok(false) => backend.config.reconcile_every,
                Err(error) => {
                    tracing::warn!(
                        cause = chain(&error),
                        user = user.as_str(),
                        "an Item without an owner waits for another try"
                    );
                    backend
                        .config
                        .reconcile_every
                        .min(TRY_AGAIN_AFTER.unsigned_abs())
                }
            };
            let later = iso(OffsetDateTime::now_utc() + later);
            if let Err(error) = backend.store.end_later(lost, &later).await {
                tracing::error!(
                    cause = chain(&error),
                    "an Item without an owner is tried at once"
                );
            }
        })
        .await;
    Ok(())
}

/// Ends the Items that a user's lost public tokens left behind; false where that has to wait.
async fn end(backend: &Backend, user: &UserId, lost: &[Lost]) -> Result<bool> {
    let Some(plaid_user) = plaid_user(backend, user).await else {
        return Ok(false);
    };
    // Asked first: what comes to be after this is not touched.
    let items = backend.plaid.user_items_get(&plaid_user).await?.items;
    if something_may_come(backend, user).await? {
        return Ok(false);
    }
    let banks: HashSet<_> = lost
        .iter()
        .filter_map(|lost| lost.ownerless_at.as_ref())
        .collect();
    let mut ownerless: Vec<ItemId> = Vec::new();
    for Item {
        item_id,
        institution_id,
        ..
    } in items
    {
        let is_there = institution_id.is_some_and(|bank| banks.contains(&bank));
        if is_there && backend.store.owner(&item_id).await?.is_none() {
            ownerless.push(item_id);
        }
    }
    if ownerless.is_empty() {
        let user = user.as_str();
        tracing::warn!(
            user,
            ?banks,
            "no Item without an owner is at Plaid for this user"
        );
    } else {
        backend
            .plaid
            .user_items_remove(&plaid_user, &ownerless)
            .await?;
    }
    for item_id in &ownerless {
        tracing::info!(%item_id, user = user.as_str(), "an Item without an owner was ended at Plaid");
    }
    backend.store.no_longer_ownerless(lost).await?;
    Ok(true)
}

/// Whether an Item of the user may be at Plaid already whose public token is on its way to us.
async fn something_may_come(backend: &Backend, user: &UserId) -> Result<bool> {
    if backend.store.is_exchanging(user).await? {
        return Ok(true);
    }
    for kept in backend.store.link_tokens_of(user).await? {
        // Update mode makes no Item.
        if kept.item.is_some() {
            continue;
        }
        let token = reconcile::open(backend, &kept)?;
        let visits = match backend.plaid.link_token_get(&token).await {
            Err(error) if error.code() == Some("INVALID_LINK_TOKEN") => continue,
            state => state?.link_sessions,
        };
        for visit in visits {
            let results = visit.results.unwrap_or_default().item_add_results;
            if visit.finished_at.is_none() {
                return Ok(true);
            }
            for added in results {
                let public_token = Digest::of(added.public_token.as_str());
                if !backend.store.is_settled(&public_token).await? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
