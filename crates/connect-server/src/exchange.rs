//! A public token becomes an Item, once: whoever asks again, at the same time or later, gets the same Item.

use std::sync::Arc;

use connect_api::{ChangeKind, CreateItem, Item, ItemStatus};
use plaid_client::Exchanged;
use plaid_types::link::{LinkAccount, SuccessMetadata};
use plaid_types::{Account, Balances, ItemId};
use tracing::Instrument;

use crate::auth::UserId;
use crate::backend::Backend;
use crate::clock::iso_now;
use crate::digest::Digest;
use crate::error::{Error, Result, chain};
use crate::refresh::{take_accounts, take_error, take_institution};
use crate::store::{Claim, StoreError};
use crate::sync;

/// No public token is longer, and no name of an institution.
const MAX_TEXT: usize = 256;

/// The Item, and whether it is new.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) item: Item,
    pub(crate) new: bool,
}

/// Exchanges a public token, unless it became an Item before.
///
/// Goes on to the end when the browser does not wait for it: between Plaid's answer and the database nothing may be lost.
pub(crate) async fn connect(
    backend: Arc<Backend>,
    user: UserId,
    request: CreateItem,
) -> Result<Connected> {
    if request.public_token.as_str().is_empty() || request.public_token.as_str().len() > MAX_TEXT {
        return Err(Error::PublicTokenInvalid(None));
    }
    let tasks = backend.tasks.clone();
    let work = async move { connect_once(&backend, &user, request, Origin::Browser).await };
    tasks
        .spawn(work.in_current_span())
        .await
        .map_err(|_| Error::Panicked)?
}

/// Exchanges a public token that Plaid says is there, but no browser brought. What a browser was told is a duplicate is
/// left to its user.
pub(crate) async fn connect_unreported(
    backend: Arc<Backend>,
    user: UserId,
    request: CreateItem,
) -> Result<()> {
    let tasks = backend.tasks.clone();
    let work = async move { connect_once(&backend, &user, request, Origin::Plaid).await };
    tasks
        .spawn(work)
        .await
        .map_err(|_| Error::Panicked)?
        .map(|_| ())
}

/// Who brings a public token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Browser,
    Plaid,
}

async fn connect_once(
    backend: &Backend,
    user: &UserId,
    request: CreateItem,
    origin: Origin,
) -> Result<Connected> {
    // One at a time: two tabs that connect the same bank must see each other.
    let _alone = backend.exchanges.lock(user.clone()).await;
    let token = Digest::of(request.public_token.as_str());
    match backend.store.claim(user, &token, &iso_now()).await? {
        Claim::Foreign => return Err(Error::PublicTokenInvalid(None)),
        Claim::Became(id) => {
            let item = backend.store.item(user, &id).await?;
            let item = item.ok_or(Error::PublicTokenInvalid(None))?;
            return Ok(Connected { item, new: false });
        }
        Claim::Declined if origin == Origin::Plaid => return Err(Error::PublicTokenInvalid(None)),
        Claim::Declined | Claim::Taken => {}
    }
    if !request.allow_duplicate
        && let Some(duplicate) = duplicate(backend, user, &request.metadata).await?
    {
        backend.store.decline(user, &token).await?;
        return Err(Error::Duplicate(duplicate));
    }
    let exchanged = exchange(backend, user, &token, &request).await?;
    let item = save(backend, user, &token, &exchanged, &request.metadata).await?;
    tracing::info!(item_id = %item.id, "connected");
    // Plaid may tell of the Item at once.
    let _undisturbed = backend.edits.lock(item.id.clone()).await;
    let item = complete(backend, user, item, &exchanged).await;
    backend.changes.tell(user, &item.id, ChangeKind::Connected);
    Ok(Connected { item, new: true })
}

/// The Item that has one of these accounts already. The institution alone does not tell: a person may have two logins.
async fn duplicate(
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

async fn exchange(
    backend: &Backend,
    user: &UserId,
    token: &Digest,
    request: &CreateItem,
) -> Result<Exchanged> {
    let error = match backend
        .plaid
        .item_public_token_exchange(&request.public_token)
        .await
    {
        Ok(exchanged) => return Ok(exchanged),
        Err(error) => error,
    };
    // Plaid said no, so there is nothing to keep hold of. Where it said nothing, it may yet have made an Item.
    if error.plaid().is_some() {
        backend.store.release(user, token).await?;
    }
    Err(match error.code() {
        Some("INVALID_PUBLIC_TOKEN") => Error::PublicTokenInvalid(Some(error)),
        _ => error.into(),
    })
}

/// Saves the Item with what Link said of it, before anything else is asked.
async fn save(
    backend: &Backend,
    user: &UserId,
    token: &Digest,
    exchanged: &Exchanged,
    metadata: &SuccessMetadata,
) -> Result<Item> {
    let institution = metadata.institution.clone().unwrap_or_default();
    let now = iso_now();
    let item = Item {
        id: exchanged.item_id.clone(),
        institution_id: institution.institution_id,
        institution_name: institution
            .name
            .filter(|name| !name.trim().is_empty() && name.len() <= MAX_TEXT)
            .unwrap_or_else(|| "Your bank".to_owned()),
        institution_color: None,
        status: ItemStatus::Healthy,
        error: None,
        accounts: metadata
            .accounts
            .iter()
            .filter_map(without_balances)
            .collect(),
        new_accounts_available: false,
        disconnects_at: None,
        created_at: now.clone(),
        refreshed_at: now,
    };
    let sealed = backend
        .vault
        .seal(&exchanged.access_token, user, &item.id)?;
    let sync_at = sync::first(backend);
    let saved = backend
        .store
        .add_item(user, token, &item, &sealed, sync_at.as_deref());
    match saved.await {
        Ok(()) => {
            backend.sync_bell.notify_one();
            Ok(item)
        }
        Err(error) => Err(undo(backend, exchanged, error).await),
    }
}

/// An account as Link told it, until Plaid tells more.
fn without_balances(account: &LinkAccount) -> Option<Account> {
    Some(Account {
        account_id: account.id.clone()?,
        balances: Balances::default(),
        mask: account.mask.clone(),
        name: account.name.clone()?,
        official_name: None,
        kind: account.kind.clone()?,
        subtype: account.subtype.clone(),
    })
}

/// An Item whose token is not kept would live on at Plaid with nobody to end it.
async fn undo(backend: &Backend, exchanged: &Exchanged, error: StoreError) -> Error {
    // Where the Item is another user's, it is not ours to end.
    if !matches!(error, StoreError::Foreign)
        && let Err(left) = backend.plaid.item_remove(&exchanged.access_token).await
    {
        let item_id = &exchanged.item_id;
        tracing::error!(%item_id, cause = chain(&left), "an Item without an owner is left at Plaid");
    }
    Error::NotSaved(error)
}

/// Adds the balances and the institution. The Item is saved: what fails now, a refresh makes good.
async fn complete(backend: &Backend, user: &UserId, item: Item, exchanged: &Exchanged) -> Item {
    let mut completed = item.clone();
    match backend.plaid.accounts_get(&exchanged.access_token).await {
        Ok(answer) => take_accounts(&mut completed, answer),
        Err(error) => {
            tracing::warn!(item_id = %item.id, cause = chain(&error), "no balances yet");
            match error.plaid() {
                Some(said) => take_error(&mut completed, said.clone()),
                None => completed.status = ItemStatus::Failing,
            }
        }
    }
    take_institution(backend, &mut completed).await;
    match backend.store.update_item(user, &completed, &[]).await {
        Ok(_) => completed,
        Err(error) => {
            tracing::error!(item_id = %item.id, cause = chain(&error), "balances not saved");
            item
        }
    }
}
