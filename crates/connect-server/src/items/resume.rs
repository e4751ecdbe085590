//! Job: continues exchanges that were interrupted.

use std::mem;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::exchange::{Connected, Source, exchange};
use crate::clock::Timestamp;
use crate::error::{Error, Result, chain};
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::InterruptedExchange;
use crate::store::vault::Place;

/// How many exchanges are continued at the same time.
const CONCURRENCY: usize = 8;

/// Continues interrupted exchanges until the backend stops. At first these are all exchanges of an earlier process.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut is_first = true;
    let mut schedule = Schedule::new(&state.stop, state.config.due_interval());
    while schedule.next().await {
        let expired_before = (!mem::take(&mut is_first)).then(Timestamp::now);
        if let Err(error) = resume(&state, expired_before).await {
            tracing::error!(cause = chain(&error), "resuming exchanges failed");
        }
    }
}

async fn resume(state: &Arc<AppState>, expired_before: Option<Timestamp>) -> Result<()> {
    let interrupted = state.store.interrupted_exchanges(expired_before).await?;
    stream::iter(interrupted)
        .for_each_concurrent(CONCURRENCY, async |interrupted| {
            match continue_exchange(state, interrupted).await {
                Ok(connected) => {
                    let item_id = &connected.item.id;
                    tracing::info!(%item_id, "interrupted exchange completed");
                }
                Err(error) => {
                    tracing::warn!(cause = chain(&error), "interrupted exchange failed");
                }
            }
        })
        .await;
    Ok(())
}

async fn continue_exchange(
    state: &Arc<AppState>,
    interrupted: InterruptedExchange,
) -> Result<Connected> {
    let InterruptedExchange {
        user,
        public_token,
        sealed_request,
    } = interrupted;
    let place = Place::Exchange {
        user: user.clone(),
        public_token,
    };
    let request = state.vault.unseal_bytes(&sealed_request, &place)?;
    let request = serde_json::from_slice(&request).map_err(|_| Error::Malformed)?;
    state.plaid_budget.job().await;
    exchange(state.clone(), user, request, Source::Browser).await
}
