//! Job: removes orphaned Items.
//!
//! If Plaid's answer to an exchange is lost, nobody has the access token that could remove the Item. Plaid can remove it by its
//! user.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use plaid_types::{Item, ItemId};

use super::plaid_user::plaid_user;
use super::reconcile::{CONCURRENCY, RETRY_DELAY};
use super::stored_token::open_token;
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::vault::VaultError;
use crate::store::{Digest, LostToken};
use crate::user::UserId;

/// Removes orphaned Items until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        if let Err(error) = remove_all(&state).await {
            tracing::error!(cause = chain(&error), "looking for orphaned Items failed");
        }
    }
}

/// Removes every orphaned Item that is due.
async fn remove_all(state: &AppState) -> Result<()> {
    let tokens = state.store.orphans(Timestamp::now()).await?;
    let by_user = stream::iter(tokens.chunk_by(|one, other| one.user == other.user));
    by_user
        .for_each_concurrent(CONCURRENCY, async |tokens| {
            let user = &tokens[0].user;
            let interval = state.config.reconcile_every;
            let delay = match remove(state, user, tokens).await {
                Ok(Removal::Done) => return,
                Ok(Removal::TooEarly) => interval,
                Err(error) => {
                    tracing::warn!(
                        cause = chain(&error),
                        user = user.as_str(),
                        "removing orphaned Items failed"
                    );
                    interval.min(RETRY_DELAY)
                }
            };
            let postponed = state
                .store
                .postpone_removal(tokens, Timestamp::now() + delay);
            if let Err(error) = postponed.await {
                let cause = chain(&error);
                tracing::error!(cause, "postponing the removal of orphaned Items failed");
            }
        })
        .await;
    Ok(())
}

enum Removal {
    /// The orphaned Items are removed, or there are none.
    Done,
    /// An Item of the user may not be an orphan: its public token may still arrive, for hours.
    TooEarly,
}

/// Removes the Items that a user's lost public tokens left at Plaid.
async fn remove(state: &AppState, user: &UserId, tokens: &[LostToken]) -> Result<Removal> {
    let Some(plaid_user) = plaid_user(state, user).await else {
        return Ok(Removal::TooEarly);
    };
    state.plaid_budget.job().await;
    // Fetched first, so that an Item that is created after the check below is not removed.
    let items = state.plaid.user_items_get(&plaid_user).await?.items;
    if may_receive_token(state, user).await? {
        return Ok(Removal::TooEarly);
    }
    let institutions: HashSet<_> = tokens
        .iter()
        .filter_map(|token| token.orphan_institution.as_ref())
        .collect();
    let orphans = orphaned(state, items, &institutions).await?;
    if orphans.is_empty() {
        let user = user.as_str();
        tracing::warn!(
            user,
            ?institutions,
            "Plaid has no orphaned Item of the user"
        );
    } else {
        state.plaid.user_items_remove(&plaid_user, &orphans).await?;
    }
    for item_id in &orphans {
        tracing::info!(%item_id, user = user.as_str(), "orphaned Item removed at Plaid");
    }
    state.store.orphans_removed(tokens).await?;
    Ok(Removal::Done)
}

/// Returns the Items at these institutions that are not stored.
async fn orphaned(
    state: &AppState,
    items: Vec<Item>,
    institutions: &HashSet<&plaid_types::InstitutionId>,
) -> Result<Vec<ItemId>> {
    let mut orphans = Vec::new();
    for item in items {
        let institution = item.institution_id.as_ref();
        if institution.is_some_and(|institution| institutions.contains(institution))
            && state.store.owner(&item.item_id).await?.is_none()
        {
            orphans.push(item.item_id);
        }
    }
    Ok(orphans)
}

/// Returns whether a public token of the user may still arrive, so that its Item at Plaid is not an orphan.
async fn may_receive_token(state: &AppState, user: &UserId) -> Result<bool> {
    if state.store.is_exchanging(user).await? {
        return Ok(true);
    }
    for stored in state.store.link_tokens_of(user).await? {
        // Update mode creates no Item.
        if stored.item.is_some() {
            continue;
        }
        let token = match open_token(state, &stored) {
            // Damaged: nobody can ask about it.
            Err(Error::Vault(VaultError::Corrupt)) => continue,
            token => token?,
        };
        state.plaid_budget.job().await;
        let state_of_token = match state.plaid.link_token_get(&token).await {
            Err(error) if error.code() == Some("INVALID_LINK_TOKEN") => continue,
            answer => answer?,
        };
        if state_of_token.is_incomplete {
            return Ok(true);
        }
        for session in state_of_token.link_sessions {
            if session.finished_at.is_none() {
                return Ok(true);
            }
            for added in session.results.unwrap_or_default().item_add_results {
                let public_token = Digest::of(added.public_token.as_str());
                if !state.store.is_settled(&public_token).await? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
