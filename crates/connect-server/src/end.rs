//! Ends an Item at Plaid.

use plaid_client::AccessToken;
use plaid_types::ItemId;

use crate::backend::Backend;
use crate::error::Result;

/// What Plaid says of an Item that no access token reaches any more.
const GONE: [&str; 3] = [
    "ITEM_NOT_FOUND",
    "INVALID_ACCESS_TOKEN",
    "USER_PERMISSION_REVOKED",
];

/// Ends an Item at Plaid, unless it ended there already.
///
/// After any other answer the access token has to be kept: nobody else can end the Item.
pub(crate) async fn end(backend: &Backend, token: &AccessToken, id: &ItemId) -> Result<()> {
    match backend.plaid.item_remove(token).await {
        Err(error) if error.code().is_some_and(is_gone) => {
            tracing::info!(item_id = %id, "gone at Plaid already");
            Ok(())
        }
        ended => Ok(ended?),
    }
}

/// Whether an error code says that the Item is gone at Plaid.
pub(crate) fn is_gone(code: &str) -> bool {
    GONE.contains(&code)
}
