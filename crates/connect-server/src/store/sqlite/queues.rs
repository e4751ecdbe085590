//! The rows that wait for a job, for measurements.

use sqlx::FromRow;

use super::Sqlite;
use crate::clock::Timestamp;
use crate::store::contract::Queue;
use crate::store::error::Result;

/// Each queue: its name, and the query for the length and the time of the oldest row.
const QUEUES: [(&str, &str); 5] = [
    (
        "webhooks",
        "SELECT count(*), min(received_at) FROM webhooks WHERE due_at IS NOT NULL",
    ),
    (
        "exchanges",
        "SELECT count(*), min(claimed_at) FROM public_tokens WHERE claim_expires_at IS NOT NULL",
    ),
    (
        "transaction_syncs",
        "SELECT count(*), min(due_at) FROM transaction_syncs WHERE due_at <= ?",
    ),
    (
        "link_tokens",
        "SELECT count(*), min(due_at) FROM link_tokens WHERE due_at <= ?",
    ),
    (
        "orphans",
        "SELECT count(*), min(orphan_removable_from) FROM public_tokens \
         WHERE orphan_institution_id IS NOT NULL AND orphan_removable_from <= ?",
    ),
];

impl Sqlite {
    pub(super) async fn queues(&self, now: Timestamp) -> Result<Vec<Queue>> {
        let mut queues = Vec::new();
        for (name, sql) in QUEUES {
            let mut query = sqlx::query(sql);
            if sql.contains('?') {
                query = query.bind(now);
            }
            let row = query.fetch_one(self.engine.readers()).await?;
            let (length, oldest): (i64, Option<Timestamp>) = FromRow::from_row(&row)?;
            let oldest = oldest.map_or(0, |oldest| now.seconds_since(oldest));
            queues.push(Queue {
                name,
                length,
                oldest: oldest.max(0),
            });
        }
        Ok(queues)
    }
}
