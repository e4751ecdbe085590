//! Accounts that are connected already.

use plaid_types::link::{LinkAccount, SuccessMetadata};
use plaid_types::{Account, ItemId};

use crate::auth::UserId;
use crate::backend::Backend;
use crate::error::Result;

/// The Item that has one of these accounts already. The institution alone does not tell: a person may have two logins.
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
    let same = |known: &Account, new: &LinkAccount| {
        known.mask.is_some() && known.mask == new.mask && Some(&known.name) == new.name.as_ref()
    };
    let items = backend.store.items(user).await?;
    let duplicate = items.into_iter().find(|item| {
        item.institution_id.as_ref() == Some(institution)
            && item
                .accounts
                .iter()
                .any(|known| metadata.accounts.iter().any(|new| same(known, new)))
    });
    Ok(duplicate.map(|item| item.id))
}
