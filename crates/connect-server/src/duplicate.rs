//! Accounts that are connected already.

use connect_api::Item;
use plaid_types::link::{LinkAccount, SuccessMetadata};
use plaid_types::{Account, ItemId};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::end::is_gone;
use crate::error::Result;

/// The Item that has all of these accounts already. One that is new makes it another login, or more of the same bank:
/// both are the person's to add.
pub(crate) async fn duplicate(
    backend: &Backend,
    user: &UserId,
    metadata: &SuccessMetadata,
) -> Result<Option<ItemId>> {
    let Some(institution) = metadata
        .institution
        .as_ref()
        .and_then(|institution| institution.institution_id.as_ref())
    else {
        return Ok(None);
    };
    if metadata.accounts.is_empty() {
        return Ok(None);
    }
    let has = |item: &Item, new: &LinkAccount| item.accounts.iter().any(|known| same(known, new));
    let items = backend.store.items(user).await?;
    let duplicate = items.into_iter().find(|item| {
        let error = item.error.as_ref();
        item.institution_id.as_ref() == Some(institution)
            && error.is_none_or(|error| !is_gone(&error.error_code))
            && metadata.accounts.iter().all(|new| has(item, new))
    });
    Ok(duplicate.map(|item| item.id))
}

/// Whether nothing tells them apart. Where the bank gives no mask the name has to do, and without a name the bank.
fn same(known: &Account, new: &LinkAccount) -> bool {
    let differ = |known: Option<&String>, new: Option<&String>| {
        known.zip(new).is_some_and(|(known, new)| known != new)
    };
    !differ(Some(&known.name), new.name.as_ref()) && !differ(known.mask.as_ref(), new.mask.as_ref())
}
