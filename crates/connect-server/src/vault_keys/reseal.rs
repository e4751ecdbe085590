//! Job: adopts new keys of the vault, and re-seals what older ones have sealed, a few values at a time.
//!
//! Any number of processes may do this at once: a value is replaced only if it has not changed.

use std::sync::Arc;

use super::adopt::adopt;
use crate::error::{Result, chain};
use crate::job::Schedule;
use crate::state::AppState;
use crate::store::{Replacement, SealedValue};

/// How many values are re-sealed in one transaction.
const BATCH: usize = 64;

/// Adopts keys and re-seals values until the backend stops.
pub(crate) async fn run(state: Arc<AppState>) {
    let mut unreadable = 0;
    let schedule = Schedule::new(&state.stop, state.config.due_interval());
    let mut schedule = schedule.woken_by(&state.keys_changed);
    while schedule.next().await {
        if let Err(error) = adopt(&state.vault, &*state.store).await {
            tracing::error!(
                cause = chain(&error),
                "reading the vault's keys failed; the known ones are used"
            );
        }
        match reseal_all(&state).await {
            Ok(left) => {
                if left > unreadable {
                    tracing::error!(
                        values = left,
                        "sealed values cannot be opened: their key cannot be retired"
                    );
                }
                unreadable = left;
            }
            Err(error) => tracing::error!(cause = chain(&error), "re-sealing failed"),
        }
    }
}

/// Re-seals every value of an older key, and returns how many of the last ones could not be opened.
async fn reseal_all(state: &AppState) -> Result<usize> {
    let AppState { store, vault, .. } = state;
    while !state.stop.is_cancelled() {
        let newest = vault.newest_key();
        let values = store.values_of_older_keys(newest, BATCH).await?;
        let count = values.len();
        let replacements = values.into_iter().filter_map(|old| reseal(state, old));
        let replacements: Vec<_> = replacements.collect();
        if replacements.is_empty() {
            return Ok(count);
        }
        store.replace_sealed(&replacements).await?;
    }
    Ok(0)
}

fn reseal(state: &AppState, old: SealedValue) -> Option<Replacement> {
    let value = state.vault.unseal_bytes(&old.sealed, &old.place).ok()?;
    let new = state.vault.seal_bytes(&value, &old.place).ok()?;
    Some(Replacement { old, new })
}
