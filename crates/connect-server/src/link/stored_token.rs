//! Link tokens that are stored, to ask Plaid about them later.

use connect_api::CreateLinkToken;
use plaid_client::CreatedLinkToken;
use plaid_types::LinkToken;
use time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::state::AppState;
use crate::store::vault::Place;
use crate::store::{Digest, StoredLinkToken};
use crate::user::UserId;

/// How long a Link token is kept after it expired: a visit may begin at its last moment, and its public token is valid for half
/// an hour after the visit.
pub(super) const KEPT_AFTER_EXPIRY: Duration = Duration::minutes(60);

/// Stores a Link token. When this returns, the token outlives the process.
pub(crate) async fn store_token(
    state: &AppState,
    user: UserId,
    request: CreateLinkToken,
    created: &CreatedLinkToken,
) -> Result<()> {
    let token = created.link_token.as_str();
    let digest = Digest::of(token);
    let place = place(&user, digest);
    let now = Timestamp::now();
    let stored = StoredLinkToken {
        digest,
        user,
        item: request.item_id,
        account_selection: request.account_selection,
        sealed: state.vault.seal_bytes(token.as_bytes(), &place)?,
        created_at: now,
        asked: 0,
        due_at: now + state.config.reconcile_every,
        expires_at: Timestamp::from(created.expiration) + KEPT_AFTER_EXPIRY,
    };
    Ok(state.store.add_link_token(&stored).await?)
}

/// Opens a stored Link token.
pub(crate) fn open_token(state: &AppState, stored: &StoredLinkToken) -> Result<LinkToken> {
    let place = place(&stored.user, stored.digest);
    let token = state.vault.unseal_bytes(&stored.sealed, &place)?;
    Ok(LinkToken::new(String::from_utf8_lossy(&token)))
}

fn place(user: &UserId, link_token: Digest) -> Place {
    Place::LinkToken {
        user: user.clone(),
        link_token,
    }
}
