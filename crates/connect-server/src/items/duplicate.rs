//! Accounts that are connected already.

use connect_api::Item;
use plaid_types::link::{LinkAccount, SuccessMetadata};
use plaid_types::{Account, ItemId};

use super::state::is_gone;
use crate::error::Result;
use crate::store::Store;
use crate::user::UserId;

/// Returns the user's Item that has all of these accounts already. With a new account, it is another login or more of the same
/// bank, and the user may add it.
pub(crate) async fn find_duplicate(
    store: &dyn Store,
    user: &UserId,
    metadata: &SuccessMetadata,
) -> Result<Option<ItemId>> {
    let institution = metadata.institution.as_ref();
    let Some(institution) = institution.and_then(|known| known.institution_id.as_ref()) else {
        return Ok(None);
    };
    if metadata.accounts.is_empty() {
        return Ok(None);
    }
    let has = |item: &Item, new: &LinkAccount| {
        let mut accounts = item.accounts.iter();
        accounts.any(|known| is_same(known, new))
    };
    let items = store.items(user).await?;
    let duplicate = items.into_iter().find(|item| {
        let error = item.error.as_ref();
        item.institution_id.as_ref() == Some(institution)
            && error.is_none_or(|error| !is_gone(&error.error_code))
            && metadata.accounts.iter().all(|new| has(item, new))
    });
    Ok(duplicate.map(|item| item.id))
}

/// Whether neither the names nor the masks of two accounts differ. A missing name or mask differs from none.
fn is_same(known: &Account, new: &LinkAccount) -> bool {
    let differ = |known: Option<&String>, new: Option<&String>| {
        known.zip(new).is_some_and(|(known, new)| known != new)
    };
    !differ(Some(&known.name), new.name.as_ref()) && !differ(known.mask.as_ref(), new.mask.as_ref())
}
