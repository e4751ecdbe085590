//! What Plaid says of an Item's accounts, taken over into the Item.

use connect_api::{Item, ItemStatus};
use plaid_client::Accounts;
use plaid_types::PlaidError;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::iso_now;
use crate::error::{Error, Result, chain};

/// The balances as the bank has them now.
///
/// An Item that needs its user is no failure: the Item says so itself.
pub(crate) async fn refresh(backend: &Backend, user: &UserId, mut item: Item) -> Result<Item> {
    let sealed = backend
        .store
        .access_token(user, &item.id)
        .await?
        .ok_or(Error::NotFound)?;
    let token = backend.vault.unseal(&sealed, user, &item.id)?;
    match backend.plaid.accounts_balance_get(&token).await {
        Ok(answer) => take_accounts(&mut item, answer),
        Err(error) => match error.plaid().filter(|said| is_about_item(said)) {
            Some(said) => take_error(&mut item, said.clone()),
            None => return Err(error.into()),
        },
    }
    if item.institution_color.is_none() {
        take_institution(backend, &mut item).await;
    }
    let kept = backend.store.update_item(user, &item).await?;
    kept.then_some(item).ok_or(Error::NotFound)
}

/// The accounts and their balances, fetched now.
pub(crate) fn take_accounts(item: &mut Item, answer: Accounts) {
    item.accounts = answer.accounts;
    item.institution_id = answer.item.institution_id.or(item.institution_id.take());
    if let Some(name) = answer.item.institution_name {
        item.institution_name = name;
    }
    item.refreshed_at = iso_now();
    match answer.item.error {
        Some(error) => take_error(item, error),
        None => {
            item.status = ItemStatus::Healthy;
            item.error = None;
        }
    }
}

/// What is wrong with the Item.
pub(crate) fn take_error(item: &mut Item, error: PlaidError) {
    item.status = match &*error.error_code {
        "ITEM_LOGIN_REQUIRED" => ItemStatus::LoginRequired,
        _ => ItemStatus::Failing,
    };
    item.error = Some(error);
}

/// The institution's name and colour. They are for the eye: the Item is as good without.
pub(crate) async fn take_institution(backend: &Backend, item: &mut Item) {
    let Some(id) = &item.institution_id else {
        return;
    };
    let countries = &backend.config.link.country_codes;
    match backend.plaid.institutions_get_by_id(id, countries).await {
        Ok(institution) => {
            item.institution_name = institution.name;
            item.institution_color = institution.primary_color;
        }
        Err(error) => {
            tracing::warn!(institution_id = %id, cause = chain(&error), "no institution");
        }
    }
}

/// Whether the error tells of the Item rather than of the request or of the hour.
fn is_about_item(error: &PlaidError) -> bool {
    error.error_type == plaid_types::ErrorType::ItemError
}
