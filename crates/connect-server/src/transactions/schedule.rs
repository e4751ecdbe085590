//! When an Item's transactions are fetched.

use plaid_types::ItemId;

use crate::clock::Timestamp;
use crate::config::Config;
use crate::error::Result;
use crate::state::AppState;

/// The product that includes transactions.
const PRODUCT: &str = "transactions";

/// Returns when a new Item's transactions are fetched for the first time; `None` if the backend does not ask for them.
pub(crate) fn first_sync(config: &Config) -> Option<Timestamp> {
    let mut products = config.link.products.iter();
    products
        .any(|product| product == PRODUCT)
        .then(Timestamp::now)
}

/// Schedules a sync, if the backend asks for transactions.
pub(crate) async fn sync_if_enabled(state: &AppState, item: &ItemId) -> Result<()> {
    match first_sync(&state.config) {
        Some(_) => sync(state, item).await,
        None => Ok(()),
    }
}

/// Schedules a sync, now.
pub(crate) async fn sync(state: &AppState, item: &ItemId) -> Result<()> {
    state.store.schedule_sync(item, Timestamp::now()).await?;
    state.sync_scheduled.notify_one();
    Ok(())
}
