//! The access token of an Item, for the moment of a call to Plaid.

use plaid_client::AccessToken;
use plaid_types::ItemId;

use crate::error::Result;
use crate::state::AppState;
use crate::user::UserId;

/// Returns the access token of an Item; `None` if it is erased.
pub(crate) async fn access_token(
    state: &AppState,
    user: &UserId,
    id: &ItemId,
) -> Result<Option<AccessToken>> {
    let sealed = state.store.access_token(user, id).await?;
    Ok(sealed
        .map(|sealed| state.vault.unseal(&sealed, user, id))
        .transpose()?)
}
